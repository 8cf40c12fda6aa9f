using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Coding.Tests.Envelope;

public sealed class ObjectMetadataTests
{
    private static readonly byte[] s_tag = new byte[BucketKeys.NameTagBytes];

    [Fact]
    public void Metadata_comes_back_as_it_was_sealed()
    {
        using BucketKeys keys = NewKeys(1);
        Prop.ForAll(Metadata().ToArbitrary(), metadata =>
        {
            ObjectMetadata? opened = keys.OpenMetadata(keys.SealMetadata(metadata, s_tag), s_tag);
            Assert.NotNull(opened);
            Assert.Equal(metadata.ETag, opened.ETag);
            Assert.Equal(metadata.Headers.OrderBy(p => p.Key), opened.Headers.OrderBy(p => p.Key));
            Assert.Equal(metadata.UserMetadata.OrderBy(p => p.Key), opened.UserMetadata.OrderBy(p => p.Key));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Metadata_has_one_encoding_whatever_the_order_of_its_pairs()
    {
        var one = new ObjectMetadata("e", new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, new Dictionary<string, string>());
        var other = new ObjectMetadata("e", new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" }, new Dictionary<string, string>());

        Assert.Equal(Scale.Encode(one), Scale.Encode(other));
    }

    [Theory]
    [InlineData("01000801")] // one pair announced, none there
    [InlineData("0200000000")] // version 2
    [InlineData("01000804620004610000")] // names descend
    [InlineData("01000804610004610000")] // a name twice
    [InlineData("0100000000")] // a byte too many
    public void Malformed_metadata_is_refused(string hex) =>
        Assert.False(Scale.TryDecode<ObjectMetadata>(Convert.FromHexString(hex), out _, out _));

    [Fact]
    public void Sealed_metadata_opens_only_with_its_key_and_tag_and_unaltered()
    {
        using BucketKeys keys = NewKeys(1);
        using BucketKeys others = NewKeys(2);
        byte[] sealedMetadata = keys.SealMetadata(
            new ObjectMetadata("etag", new Dictionary<string, string>(), new Dictionary<string, string>()), s_tag);
        byte[] otherTag = [.. s_tag];
        otherTag[^1] ^= 1;

        Assert.Null(others.OpenMetadata(sealedMetadata, s_tag));
        Assert.Null(keys.OpenMetadata(sealedMetadata, otherTag));
        for (int i = 0; i < sealedMetadata.Length; i++)
        {
            sealedMetadata[i] ^= 1;
            Assert.Null(keys.OpenMetadata(sealedMetadata, s_tag));
            sealedMetadata[i] ^= 1;
        }
        Assert.Null(keys.OpenMetadata(sealedMetadata.AsSpan(0, 20), s_tag));
    }

    private static BucketKeys NewKeys(byte fill) =>
        new(Enumerable.Repeat(fill, BucketKeys.KeyBytes).ToArray(), SystemRandom.Instance);

    private static Gen<ObjectMetadata> Metadata()
    {
        Gen<string> text = Gen.ArrayOf(Gen.Elements("a", "é", "-", "\U0001F600", " ")).Select(string.Concat);
        Gen<Dictionary<string, string>> pairs = Gen.Zip(text, text).ArrayOf()
            .Select(all => all.DistinctBy(p => p.Item1).ToDictionary(p => p.Item1, p => p.Item2));
        return from headers in pairs from user in pairs select new ObjectMetadata("0123456789abcdef", headers, user);
    }
}
