using Cess.Coding;
using Cess.Gateway.Objects;
using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Gateway.Tests.Objects;

public sealed class BucketKeyringTests : IDisposable
{
    private static readonly AccountId s_owner = new(Hash256.Sha256("owner"u8));
    private readonly BucketKeyring _keyring = new(new OpenCustody(), SystemRandom.Instance);

    [Fact]
    public void The_same_keys_are_handed_out_as_long_as_they_are_kept()
    {
        BucketKeys keys = KeysThatNobodyHolds();
        using BucketKeyLease again = _keyring.Of(Bucket(0));
        Assert.Same(keys, again.Keys);
        Tag(keys);
    }

    [Fact]
    public void Keys_that_make_room_for_others_are_erased()
    {
        BucketKeys keys = KeysThatNobodyHolds();
        Fill();
        Assert.Throws<ObjectDisposedException>(() => Tag(keys));
    }

    [Fact]
    public void Keys_that_make_room_for_others_work_for_all_who_hold_them_and_are_erased_behind_the_last()
    {
        BucketKeyLease one = _keyring.Of(Bucket(0));
        BucketKeyLease other = _keyring.Of(Bucket(0));
        BucketKeys keys = one.Keys;
        Fill();
        byte[] tag = Tag(keys);
        one.Dispose();
        Assert.Equal(tag, Tag(keys));
        using (BucketKeyLease again = _keyring.Of(Bucket(0)))
        {
            Assert.NotSame(keys, again.Keys);
            Assert.Equal(tag, Tag(again.Keys));
        }
        other.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Tag(keys));
    }

    [Fact]
    public void A_keyring_that_is_disposed_has_erased_all_keys()
    {
        BucketKeys keys = KeysThatNobodyHolds();
        _keyring.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Tag(keys));
    }

    [Fact]
    public async Task Keys_work_for_whoever_holds_them_while_others_make_room()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (int round = 0; round < 3; round++)
            {
                for (int index = 0; index <= GatewayLimits.BucketKeysCached; index++)
                {
                    using BucketKeyLease lease = _keyring.Of(Bucket(index));
                    Tag(lease.Keys);
                }
            }
        })));
    }

    public void Dispose() => _keyring.Dispose();

    private BucketKeys KeysThatNobodyHolds()
    {
        using BucketKeyLease lease = _keyring.Of(Bucket(0));
        Tag(lease.Keys);
        return lease.Keys;
    }

    /// <summary>Asks for so many other keys that there is no room for those of bucket 0.</summary>
    private void Fill()
    {
        for (int index = 1; index <= GatewayLimits.BucketKeysCached; index++)
            _keyring.Of(Bucket(index)).Dispose();
    }

    private static byte[] Tag(BucketKeys keys)
    {
        byte[] tag = new byte[BucketKeys.NameTagBytes];
        keys.NameTag("name"u8, tag);
        return tag;
    }

    private static BucketRecord Bucket(int index)
    {
        byte[] key = new byte[BucketKeys.KeyBytes];
        BitConverter.TryWriteBytes(key, index);
        return new BucketRecord($"bucket-{index}", s_owner, CreatedAtMs: 0, key, ObjectCount: 0, Bytes: 0, OpenDeals: 0);
    }

    /// <summary>Custody of a key that wraps by leaving things as they are.</summary>
    private sealed class OpenCustody : ICustody
    {
        public bool Holds(AccountId account) => true;

        public bool TryOpenBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> wrapped, Span<byte> bucketKey)
        {
            wrapped.CopyTo(bucketKey);
            return true;
        }

        public PublicKey PublicKeyOf(AccountId account) => throw new NotSupportedException();

        public bool Holds(AccountId account, PublicKey key) => throw new NotSupportedException();

        public Signature Sign(AccountId account, PublicKey key, Hash256 digest) => throw new NotSupportedException();

        public byte[] SealBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> bucketKey) => throw new NotSupportedException();
    }
}
