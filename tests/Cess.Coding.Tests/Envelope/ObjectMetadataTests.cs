using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Coding.Tests;

public sealed class ObjectMetadataTests
{
    [Fact]
    public void Metadata_is_written_as_published()
    {
        ObjectMetadata metadata = new(
            "d41d8cd98f00b204e9800998ecf8427e",
            Entries(("content-type", "text/plain"), ("cache-control", "no-store")),
            Entries(("ort", "Köln")));
        Assert.Equal(
            "01" + "80" + Convert.ToHexString("d41d8cd98f00b204e9800998ecf8427e"u8)
            + "08" + "34" + Convert.ToHexString("cache-control"u8) + "20" + Convert.ToHexString("no-store"u8)
            + "30" + Convert.ToHexString("content-type"u8) + "28" + Convert.ToHexString("text/plain"u8)
            + "04" + "0C" + Convert.ToHexString("ort"u8) + "14" + Convert.ToHexString("Köln"u8),
            Convert.ToHexString(Scale.Encode(metadata)));
    }

    [Fact]
    public void What_is_written_is_read_again() =>
        Prop.ForAll(Metadata(), metadata =>
        {
            byte[] encoded = Scale.Encode(metadata);
            Assert.Equal(metadata.EncodedLength, encoded.Length);
            ObjectMetadata read = Scale.Decode<ObjectMetadata>(encoded);
            Assert.Equal(metadata, read);
            Assert.Equal(metadata.EncodedLength, read.EncodedLength);
            Assert.Equal(encoded, Scale.Encode(read));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_are_refused_or_read_as_the_one_metadata_that_has_them() =>
        Prop.ForAll(Metadata(), ArbMap.Default.ArbFor<(int Place, byte Value)>(), (metadata, change) =>
        {
            byte[] bytes = Scale.Encode(metadata);
            bytes[(int)((uint)change.Place % (uint)bytes.Length)] = change.Value;
            if (Scale.TryDecode<ObjectMetadata>(bytes, out var read, out _))
                Assert.Equal(bytes, Scale.Encode(read));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_cut_off_encoding_is_refused()
    {
        byte[] encoded = Scale.Encode(new ObjectMetadata("etag", Entries(("a", "b")), Entries(("c", "d"))));
        for (int length = 0; length < encoded.Length; length++)
            Assert.False(Scale.TryDecode<ObjectMetadata>(encoded.AsSpan(0, length), out _, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Type")]
    [InlineData("with space")]
    [InlineData("ümlaut")]
    [InlineData("line\nbreak")]
    public void A_malformed_name_is_refused(string name) =>
        Refused.With(CodingError.LengthInvalid, () => new ObjectMetadata("", Entries((name, "value")), []));

    [Fact]
    public void Names_out_of_order_or_twice_are_refused()
    {
        // Version, empty ETag, then two headers of empty value.
        Assert.False(Scale.TryDecode<ObjectMetadata>([1, 0, 8, 4, (byte)'b', 0, 4, (byte)'a', 0, 0], out _, out _));
        Assert.False(Scale.TryDecode<ObjectMetadata>([1, 0, 8, 4, (byte)'a', 0, 4, (byte)'a', 0, 0], out _, out _));
        Assert.True(Scale.TryDecode<ObjectMetadata>([1, 0, 8, 4, (byte)'a', 0, 4, (byte)'b', 0, 0], out _, out _));
    }

    [Fact]
    public void Another_version_is_refused() =>
        Assert.False(Scale.TryDecode<ObjectMetadata>([2, 0, 0, 0], out _, out _));

    [Fact]
    public void Metadata_up_to_the_bound_is_taken_and_a_byte_more_is_refused()
    {
        int overhead = new ObjectMetadata("", Entries(("a", new string('x', 5_000))), []).EncodedLength - 5_000;
        string longest = new('x', CodingLimits.MetadataBytesMax - overhead);
        ObjectMetadata metadata = new("", Entries(("a", longest)), []);
        Assert.Equal(metadata, Scale.Decode<ObjectMetadata>(Scale.Encode(metadata)));
        Refused.With(CodingError.LengthInvalid, () => new ObjectMetadata("", Entries(("a", longest + "x")), []));
    }

    [Fact]
    public void More_entries_than_the_bound_are_refused()
    {
        IEnumerable<KeyValuePair<string, string>> Many(int count) => Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"n{i}", ""));
        Assert.Equal(CodingLimits.MetadataEntriesMax, new ObjectMetadata("", Many(CodingLimits.MetadataEntriesMax), []).Headers.Count);
        Refused.With(CodingError.LengthInvalid, () => new ObjectMetadata("", Many(CodingLimits.MetadataEntriesMax + 1), []));
    }

    [Theory]
    [InlineData("ä")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000")]
    public void A_malformed_etag_is_refused(string etag) =>
        Refused.With(CodingError.LengthInvalid, () => new ObjectMetadata(etag, [], []));

    internal static KeyValuePair<string, string>[] Entries(params (string Name, string Value)[] entries) =>
        [.. entries.Select(entry => KeyValuePair.Create(entry.Name, entry.Value))];

    private static Arbitrary<ObjectMetadata> Metadata()
    {
        Gen<string> name = Gen.Elements("abcdefghijklmnopqrstuvwxyz0123456789-_.!~".ToCharArray()).NonEmptyListOf().Select(chars => new string([.. chars.Take(40)]));
        Gen<string> value = Gen.Choose(0, 0xFFFF).Where(unit => !char.IsSurrogate((char)unit)).ArrayOf().Select(units => new string([.. units.Take(30).Select(unit => (char)unit)]));
        Gen<KeyValuePair<string, string>> entry = name.SelectMany(n => value.Select(v => KeyValuePair.Create(n, v)));
        Gen<KeyValuePair<string, string>[]> entries = Gen.Choose(0, 20).SelectMany(entry.ArrayOf);
        return (
            from etag in Gen.Elements("", "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e-10000")
            from headers in entries
            from user in entries
            select new ObjectMetadata(etag, headers, user)).ToArbitrary();
    }
}
