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

        byte[] wrapped = BucketKeyWrap.Seal(owner.PublicKey, "photos", key, SystemRandom.Instance);

        Assert.Equal(CodingError.None, BucketKeyWrap.TryOpen(owner, "photos", wrapped, opened));
        Assert.Equal(key, opened);
        Assert.Equal(CodingError.KeyNotAuthentic, BucketKeyWrap.TryOpen(other, "photos", wrapped, opened));
        Assert.Equal(CodingError.KeyNotAuthentic, BucketKeyWrap.TryOpen(owner, "photo", wrapped, opened));
    }
}
