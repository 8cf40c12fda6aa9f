using FsCheck;
using FsCheck.Fluent;

namespace Orleans.Runtime.Conformance;

/// <summary>Identities as they are stored: a stored one must be read as the same by every version and process.</summary>
public sealed class Identities
{
    [Theory]
    [InlineData("a", -1623835267)]
    [InlineData("user/42", -309890901)]
    [InlineData("a key of more than eight bytes", 1036470450)]
    public void The_hash_of_a_key_is_the_same_in_every_process(string key, int hash) => Assert.Equal(hash, IdSpan.Create(key).GetHashCode());

    [Fact]
    public void Integer_keys_read_back_as_written() => Prop.ForAll<long, NonNull<string>>((key, extension) =>
    {
        var id = new GrainId(GrainType.Create("t"), GrainIdKeyExtensions.CreateIntegerKey(key, extension.Get));
        return id.GetIntegerKey(out string? read) == key && (string.IsNullOrWhiteSpace(extension.Get) ? read is null : read == Utf8(extension.Get));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Guid_keys_read_back_as_written() => Prop.ForAll<Guid, NonNull<string>>((key, extension) =>
    {
        var id = new GrainId(GrainType.Create("t"), GrainIdKeyExtensions.CreateGuidKey(key, extension.Get));
        return id.GetGuidKey(out string? read) == key && (string.IsNullOrWhiteSpace(extension.Get) ? read is null : read == Utf8(extension.Get));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Identities_read_back_as_written() => Prop.ForAll<NonEmptyString>(key =>
    {
        var id = GrainId.Create("type", key.Get);
        return GrainId.Parse(id.ToString()) == id;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_text_without_type_and_key_is_no_identity()
    {
        Assert.False(GrainId.TryParse("no slash", out _));
        Assert.False(GrainId.TryParse("/key", out _));
        Assert.False(GrainId.TryParse(null, out _));
        Assert.Throws<FormatException>(() => GrainId.Parse("no slash"));
    }

    [Fact]
    public void A_key_of_another_kind_is_refused()
    {
        var id = GrainId.Create("t", "neither");
        Assert.Throws<ArgumentException>(() => id.GetGuidKey());
        Assert.Throws<ArgumentException>(() => id.GetIntegerKey());
    }

    // Lone surrogates, which FsCheck makes, are no text that UTF-8 can carry.
    private static string Utf8(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
