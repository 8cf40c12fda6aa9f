using Cess.Primitives;

namespace Cess.Coding.Tests.Envelope;

public sealed class BucketKeyWrapTests
{
    [Fact]
    public void A_bucket_key_opens_for_its_owner_and_its_bucket_only()
    {
        using PrivateKey owner = PrivateKey.Generate();
        using PrivateKey other = PrivateKey.Generate();
        byte[] key = [.. Enumerable.Range(0, KeyWrap.KeyBytes).Select(i => (byte)i)];
        byte[] opened = new byte[KeyWrap.KeyBytes];

        byte[] wrapped = BucketKeyWrap.Seal(owner, "photos", key, SystemRandom.Instance);

        Assert.Equal(CodingError.None, BucketKeyWrap.TryOpen(owner, "photos", wrapped, opened));
        Assert.Equal(key, opened);
        Assert.Equal(CodingError.KeyNotAuthentic, BucketKeyWrap.TryOpen(other, "photos", wrapped, opened));
        Assert.Equal(CodingError.KeyNotAuthentic, BucketKeyWrap.TryOpen(owner, "photo", wrapped, opened));
    }

    [Fact]
    public void A_key_that_somebody_else_has_wrapped_to_the_owner_opens_for_nobody_who_was_merely_shown_it()
    {
        using PrivateKey owner = PrivateKey.Generate();
        byte[] key = new byte[KeyWrap.KeyBytes];
        byte[] opened = new byte[KeyWrap.KeyBytes];
        byte[] seed = new byte[Hpke.SeedBytes];
        byte[] Forged(string info) => Hpke.Seal(
            owner.PublicKey, System.Text.Encoding.UTF8.GetBytes(info), "photos"u8, key, GcmKey.KeyBytes, seed);

        Assert.Equal(CodingError.KeyNotAuthentic, BucketKeyWrap.TryOpen(owner, "photos", Forged("cess/bucket-key/v2"), opened));
        Assert.Equal(CodingError.KeyNotAuthentic, BucketKeyWrap.TryOpen(owner, "photos", Forged("cess/bucket-key/v1"), opened));
        Assert.Equal(CodingError.KeyNotAuthentic, BucketKeyWrap.TryOpenFromChain(owner, "photos", Forged("cess/bucket-key/v2"), opened));
    }

    [Fact]
    public void A_bucket_key_of_version_1_opens_for_who_knows_the_chain()
    {
        using PrivateKey owner = PrivateKey.Generate();
        byte[] key = [.. Enumerable.Range(0, KeyWrap.KeyBytes).Select(i => (byte)i)];
        byte[] opened = new byte[KeyWrap.KeyBytes];
        byte[] wrapped = Hpke.Seal(owner.PublicKey, "cess/bucket-key/v1"u8, "photos"u8, key, GcmKey.KeyBytes, new byte[Hpke.SeedBytes]);

        Assert.Equal(CodingError.None, BucketKeyWrap.TryOpenFromChain(owner, "photos", wrapped, opened));
        Assert.Equal(key, opened);
        Assert.Equal(CodingError.KeyNotAuthentic, BucketKeyWrap.TryOpenFromChain(owner, "photo", wrapped, opened));
    }
}
