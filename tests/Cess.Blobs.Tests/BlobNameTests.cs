using FsCheck;
using FsCheck.Fluent;

namespace Cess.Blobs.Tests;

public sealed class BlobNameTests
{
    public static TheoryData<string> Bad =>
    [
        "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", ".a", "a.", "a/.b", "a./b", "A", "aB", "a b", "a\0", "a\n",
        "a\\b", "a:b", "a=b", "~", "ä", "a*", new string('a', 241), string.Join('/', Enumerable.Repeat("a", 17)),
    ];

    public static TheoryData<string> Good =>
    [
        "a", "0", "-", "_", "a.b", "a..b", "a/b", "00ff", "frag/00ff-1_x.tmp", new string('a', 240),
        string.Join('/', Enumerable.Repeat("a", 16)),
    ];

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_name_that_could_be_unsafe_in_a_path_is_refused(string text)
    {
        Assert.False(BlobName.TryParse(text, out _));
        Assert.Equal(BlobError.InvalidName, Assert.Throws<BlobException>(() => BlobName.Parse(text)).Error);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void A_name_within_the_rules_parses_to_itself(string text) => Assert.Equal(text, BlobName.Parse(text).Value);

    [Fact]
    public void Whatever_text_parses_stays_below_the_folder_it_is_put_in()
    {
        Gen<string> texts = Gen.Elements("a0-_./~\\ \0A".ToCharArray()).ArrayOf().Select(chars => new string(chars));
        Prop.ForAll(
            texts.ToArbitrary(),
            text => !BlobName.TryParse(text, out BlobName name)
                || Path.GetFullPath(Path.Combine("/root/blobs", name.Value)) == "/root/blobs/" + text).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_hash_names_its_blob_in_lower_case_hexadecimal() =>
        Assert.Equal("00abff", BlobName.FromHash([0x00, 0xab, 0xff]).Value);

    [Fact]
    public void Names_are_equal_and_ordered_by_their_characters()
    {
        Assert.Equal(BlobName.Parse("a/b"), BlobName.Parse("a/b"));
        Assert.True(BlobName.Parse("a-") < BlobName.Parse("a/b"));
        Assert.True(BlobName.Parse("a/b") < BlobName.Parse("a0"));
        Assert.True(BlobName.Parse("a_") > BlobName.Parse("a0"));
    }

    [Fact]
    public void The_default_value_names_no_blob() =>
        Assert.Equal(BlobError.InvalidName, Assert.Throws<BlobException>(() => default(BlobName).Value).Error);
}
