namespace Cess.Coding.Tests;

public sealed class StoragePolicyTests
{
    [Theory]
    [InlineData("4+8", 4, 8)]
    [InlineData("10+4", 10, 4)]
    [InlineData("1+0", 1, 0)]
    [InlineData("127+128", 127, 128)]
    public void A_policy_is_read_as_it_is_written(string text, int data, int parity)
    {
        Assert.Equal(new StoragePolicy(data, parity), StoragePolicy.Parse(text));
        Assert.Equal(text, new StoragePolicy(data, parity).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("4")]
    [InlineData("4+")]
    [InlineData("+8")]
    [InlineData("0+8")]
    [InlineData("-4+8")]
    [InlineData("4+-8")]
    [InlineData(" 4+8")]
    [InlineData("4 + 8")]
    [InlineData("04+8")]
    [InlineData("4+08")]
    [InlineData("4+8+1")]
    [InlineData("200+56")]
    [InlineData("4000000000+1")]
    [InlineData("٤+8")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(StoragePolicy.TryParse(text, out _));
        Refused.With(CodingError.PolicyInvalid, () => StoragePolicy.Parse(text));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, -1)]
    [InlineData(1, 255)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Numbers_out_of_range_are_refused(int data, int parity) =>
        Refused.With(CodingError.PolicyInvalid, () => new StoragePolicy(data, parity));

    [Theory]
    [InlineData("4+8", 16, 4)]
    [InlineData("4+8", 17, 5)]
    [InlineData("10+4", 33_497_072, 3_349_708)]
    [InlineData("4+8", 33_497_072, 8_374_268)]
    [InlineData("1+2", 33_497_072, 33_497_072)]
    [InlineData("254+1", 16, 1)]
    public void A_fragment_has_its_exact_share_rounded_up(string policy, int segment, int fragment) =>
        Assert.Equal(fragment, StoragePolicy.Parse(policy).FragmentSize(segment));
}
