using System.Text;
using Cess.Primitives;

namespace Cess.Coding.Tests;

public sealed class ObjectEnvelopeTests
{
    private const string Name = "photos/2024/año.jpg";

    private static readonly byte[] s_bucketKey = [.. Enumerable.Range(0x40, 32).Select(i => (byte)i)];
    private static readonly byte[] s_fileKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly ObjectMetadata s_metadata = new("etag", ObjectMetadataTests.Entries(("content-type", "image/jpeg")), []);

    [Fact]
    public void What_is_sealed_is_opened_by_the_same_bucket()
    {
        using BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        ObjectEnvelope envelope = ObjectEnvelope.Seal(keys, Name, s_fileKey, s_metadata);

        Assert.Equal(ObjectEnvelope.TagOf(keys, Name), envelope.NameTag);
        Assert.Equal(CodingError.None, envelope.TryOpenName(keys, out string name));
        Assert.Equal(Name, name);
        Assert.Equal(CodingError.None, envelope.TryOpenMetadata(keys, out ObjectMetadata metadata));
        Assert.Equal(s_metadata, metadata);
        byte[] fileKey = new byte[FileKey.Bytes];
        Assert.Equal(CodingError.None, envelope.TryOpenFileKey(keys, fileKey));
        Assert.Equal(s_fileKey, fileKey);
    }

    [Fact]
    public void The_metadata_is_sealed_as_published()
    {
        byte[] nonce = [.. Enumerable.Range(1, 12).Select(i => (byte)i)];
        using BucketKeys keys = new(s_bucketKey, new TestRandom(1, nonce));
        byte[] tag = new byte[BucketKeys.NameTagBytes];
        keys.NameTag(Encoding.UTF8.GetBytes(Name), tag);
        Assert.Equal(
            "0102030405060708090A0B0CD3581021DF89BAF97AE8F4E69094AD02B9BDFC229547C86F3F5254F3F9110EC29ADB9E86D92A59019A1262A2E1725FCB",
            Convert.ToHexString(keys.EncryptMetadata(Scale.Encode(s_metadata), tag)));
    }

    [Fact]
    public void Another_bucket_opens_nothing()
    {
        using BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        using BucketKeys others = new(s_fileKey, SystemRandom.Instance);
        ObjectEnvelope envelope = ObjectEnvelope.Seal(keys, Name, s_fileKey, s_metadata);

        AssertClosed(envelope, others, CodingError.NameNotAuthentic);
    }

    [Fact]
    public void Nothing_opens_under_the_tag_of_another_name()
    {
        using BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        ObjectEnvelope envelope = ObjectEnvelope.Seal(keys, Name, s_fileKey, s_metadata);

        AssertClosed(envelope with { NameTag = ObjectEnvelope.TagOf(keys, "other") }, keys, CodingError.NameNotAuthentic);
    }

    [Fact]
    public void Metadata_with_any_bit_changed_is_refused()
    {
        using BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        ObjectEnvelope envelope = ObjectEnvelope.Seal(keys, Name, s_fileKey, s_metadata);
        for (int bit = 0; bit < envelope.EncryptedMetadata.Length * 8; bit++)
        {
            byte[] changed = envelope.EncryptedMetadata.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(CodingError.MetadataNotAuthentic, (envelope with { EncryptedMetadata = changed }).TryOpenMetadata(keys, out _));
        }
    }

    [Fact]
    public void Sealed_bytes_that_are_no_metadata_are_refused()
    {
        using BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        ObjectEnvelope envelope = ObjectEnvelope.Seal(keys, Name, s_fileKey, s_metadata);
        byte[] sealedBytes = keys.EncryptMetadata("no metadata"u8, envelope.NameTag.ToArray());
        Assert.Equal(CodingError.MetadataNotAuthentic, (envelope with { EncryptedMetadata = sealedBytes }).TryOpenMetadata(keys, out _));
    }

    [Fact]
    public void A_name_that_is_empty_or_no_text_is_refused()
    {
        using BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        Refused.With(CodingError.LengthInvalid, () => ObjectEnvelope.TagOf(keys, ""));
        Refused.With(CodingError.LengthInvalid, () => ObjectEnvelope.TagOf(keys, "a\ud800"));
    }

    [Fact]
    public void A_name_up_to_the_bound_is_taken_and_a_byte_more_is_refused()
    {
        using BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        ObjectEnvelope.TagOf(keys, new string('ä', CodingLimits.NameBytesMax / 2));
        Refused.With(CodingError.LengthInvalid, () => ObjectEnvelope.TagOf(keys, new string('ä', CodingLimits.NameBytesMax / 2) + "a"));
    }

    private static void AssertClosed(ObjectEnvelope envelope, BucketKeys keys, CodingError nameError)
    {
        Assert.Equal(nameError, envelope.TryOpenName(keys, out string name));
        Assert.Empty(name);
        Assert.Equal(CodingError.MetadataNotAuthentic, envelope.TryOpenMetadata(keys, out _));
        byte[] fileKey = [.. Enumerable.Repeat((byte)1, FileKey.Bytes)];
        Assert.Equal(CodingError.KeyNotAuthentic, envelope.TryOpenFileKey(keys, fileKey));
        Assert.All(fileKey, value => Assert.Equal(0, value));
    }
}
