using FsCheck;
using FsCheck.Fluent;

namespace Cess.Wire.Tests;

public sealed class ByteFieldTests
{
    [Fact]
    public void What_is_written_is_found_again() =>
        Prop.ForAll<byte[]>(bytes => Assert.Equal(bytes, ByteField.Find(ByteField.Format("sha-256", bytes), "sha-256")))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_member_is_found_among_others() =>
        Assert.Equal([1, 2, 3], ByteField.Find("sha-512=:AAAA:, sha-256=:AQID:\t,  md5=:/w==:", "sha-256"));

    [Fact]
    public void Of_two_members_of_one_name_the_last_counts() =>
        Assert.Equal([2], ByteField.Find("a=:AQ==:, a=:Ag==:", "a"));

    [Theory]
    [InlineData("")]
    [InlineData("b=:AQID:")]
    [InlineData("a=:AQID")]
    [InlineData("a=AQID")]
    [InlineData("a=:AQI:")]
    [InlineData("a=:A*ID:")]
    [InlineData("a=:AQID:,")]
    [InlineData("a=:AQID: b=:AQID:")]
    [InlineData("A=:AQID:")]
    public void A_field_that_is_malformed_or_has_no_such_member_gives_nothing(string header) =>
        Assert.Null(ByteField.Find(header, "a"));
}
