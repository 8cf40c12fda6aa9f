using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Coding.Tests;

public sealed class BucketKeysTests
{
    private static readonly byte[] s_bucketKey = [.. Enumerable.Range(0x40, 32).Select(i => (byte)i)];
    private static readonly byte[] s_fileKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] s_nonce = [.. Enumerable.Range(1, 12).Select(i => (byte)i)];
    private static readonly byte[] s_name = Encoding.UTF8.GetBytes("photos/2024/año.jpg");

    [Fact]
    public void A_name_is_tagged_and_encrypted_as_published()
    {
        using BucketKeys keys = new(s_bucketKey, new TestRandom(1, s_nonce));
        Assert.Equal("007DDA5021822F3EB90AA085E29BDE66A670E1B06EF0C16DA8900091829510B1", Convert.ToHexString(Tag(keys, s_name)));
        Assert.Equal(
            "0102030405060708090A0B0CE2F0FCF0BAFA3E114CF01B3BA3033D0302CDD24D12F666C85FF105C738911056265363CA",
            Convert.ToHexString(keys.EncryptName(s_name)));
    }

    [Fact]
    public void A_file_key_is_wrapped_as_published()
    {
        using BucketKeys keys = new(s_bucketKey, new TestRandom(1, s_nonce));
        byte[] wrapped = new byte[60];
        keys.WrapFileKey(s_fileKey, "bucket/7"u8, wrapped);
        Assert.Equal(
            "0102030405060708090A0B0CCDC1960962C64B32A6DA251E38FCE97BE45BB3B550F9482FC1A3433D58D06A7C76CD929C95B82D2D65A1BA52980E2897",
            Convert.ToHexString(wrapped));
    }

    [Fact]
    public void Names_come_back_and_equal_names_have_equal_tags_but_differ_encrypted() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>().Filter(n => n.Length <= 1024), Gen.Choose(0, int.MaxValue).ToArbitrary(), (name, seed) =>
        {
            using BucketKeys keys = new(s_bucketKey, new TestRandom(seed));
            byte[] one = keys.EncryptName(name);
            byte[] two = keys.EncryptName(name);
            Assert.Equal(Tag(keys, name), Tag(keys, name));
            Assert.NotEqual(one, two);
            Assert.Equal(name.Length + BucketKeys.NameOverheadBytes, one.Length);
            Assert.Equal(CodingError.None, keys.TryDecryptName(two, Tag(keys, name), out byte[] back));
            Assert.Equal(name, back);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_changed_name_or_a_foreign_tag_is_refused()
    {
        using BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        byte[] tag = Tag(keys, s_name);
        byte[] encrypted = keys.EncryptName(s_name);
        for (int bit = 0; bit < encrypted.Length * 8; bit++)
        {
            byte[] changed = [.. encrypted];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(CodingError.NameNotAuthentic, keys.TryDecryptName(changed, tag, out byte[] nothing));
            Assert.Empty(nothing);
        }
        Assert.Equal(CodingError.NameNotAuthentic, keys.TryDecryptName(encrypted, Tag(keys, "other"u8), out _));
        Assert.Equal(CodingError.LengthInvalid, keys.TryDecryptName(encrypted.AsSpan(0, 27), tag, out _));
        Assert.Equal(CodingError.LengthInvalid, keys.TryDecryptName(new byte[1024 + 29], tag, out _));
        Assert.Equal(CodingError.LengthInvalid, keys.TryDecryptName(encrypted, tag.AsSpan(1), out _));
    }

    [Fact]
    public void A_file_key_opens_with_its_context_only()
    {
        using BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        using BucketKeys others = new(s_fileKey, SystemRandom.Instance);
        byte[] wrapped = new byte[60];
        byte[] back = new byte[32];
        keys.WrapFileKey(s_fileKey, "a"u8, wrapped);
        Assert.Equal(CodingError.None, keys.TryUnwrapFileKey(wrapped, "a"u8, back));
        Assert.Equal(s_fileKey, back);
        Assert.Equal(CodingError.KeyNotAuthentic, keys.TryUnwrapFileKey(wrapped, "b"u8, back));
        Assert.Equal(new byte[32], back);
        Assert.Equal(CodingError.KeyNotAuthentic, others.TryUnwrapFileKey(wrapped, "a"u8, back));
        for (int bit = 0; bit < 480; bit++)
        {
            byte[] changed = [.. wrapped];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(CodingError.KeyNotAuthentic, keys.TryUnwrapFileKey(changed, "a"u8, back));
        }
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        using BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        Refused.With(CodingError.LengthInvalid, () => new BucketKeys(new byte[31], SystemRandom.Instance));
        Refused.With(CodingError.LengthInvalid, () => keys.EncryptName(new byte[1025]));
        Refused.With(CodingError.LengthInvalid, () => keys.NameTag(s_name, new byte[31]));
        Refused.With(CodingError.LengthInvalid, () => keys.WrapFileKey(new byte[31], [], new byte[60]));
        Refused.With(CodingError.LengthInvalid, () => keys.WrapFileKey(new byte[32], [], new byte[61]));
        Assert.Equal(CodingError.LengthInvalid, keys.TryUnwrapFileKey(new byte[59], [], new byte[32]));
        Assert.Equal(CodingError.LengthInvalid, keys.TryUnwrapFileKey(new byte[60], [], new byte[33]));
    }

    [Fact]
    public void Disposed_keys_do_nothing()
    {
        BucketKeys keys = new(s_bucketKey, SystemRandom.Instance);
        keys.Dispose();
        Assert.Throws<ObjectDisposedException>(() => keys.EncryptName(s_name));
        Assert.Throws<ObjectDisposedException>(() => keys.WrapFileKey(s_fileKey, [], new byte[60]));
    }

    private static byte[] Tag(BucketKeys keys, ReadOnlySpan<byte> name)
    {
        byte[] tag = new byte[BucketKeys.NameTagBytes];
        keys.NameTag(name, tag);
        return tag;
    }
}
