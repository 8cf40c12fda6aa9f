namespace Cess.Primitives.Tests;

public class PublicKeyCacheTests
{
    private static readonly Hash256 s_digest = Hash256.Sha256("message"u8);

    [Fact]
    public void A_key_met_again_is_not_imported_again()
    {
        using PublicKeyCache cache = new(capacity: 4);
        using PrivateKey key = PublicKeyTests.KeyOf(1);
        Signature signature = key.Sign(s_digest);
        for (int i = 0; i < 10; i++)
            Assert.True(cache.Verify(key.PublicKey, s_digest, signature));

        Assert.Equal((1, 1), (cache.ImportCount, cache.Count));
    }

    [Fact]
    public void The_answer_is_the_keys_own()
    {
        using PublicKeyCache cache = new();
        using PrivateKey key = PublicKeyTests.KeyOf(1);
        using PrivateKey other = PublicKeyTests.KeyOf(2);
        Signature signature = key.Sign("message"u8);

        Assert.True(cache.Verify(key.PublicKey, "message"u8, signature));
        Assert.False(cache.Verify(other.PublicKey, "message"u8, signature));
        Assert.False(cache.Verify(key.PublicKey, "messages"u8, signature));
        Assert.False(cache.Verify(key.PublicKey, s_digest, default));
    }

    [Fact]
    public void A_signature_that_is_not_canonical_costs_no_import()
    {
        using PublicKeyCache cache = new();
        using PrivateKey key = PublicKeyTests.KeyOf(1);
        byte[] bytes = key.Sign(s_digest).ToArray();
        bytes[32] = 0xFE;
        Assert.False(cache.Verify(key.PublicKey, s_digest, Signature.FromBytes(bytes)));
        Assert.Equal(0, cache.ImportCount);
    }

    [Fact]
    public void A_key_beside_the_curve_is_refused_and_takes_no_place()
    {
        using PublicKeyCache cache = new();
        using PrivateKey key = PublicKeyTests.KeyOf(1);
        Assert.False(cache.Verify(PublicKeyTests.StrayKey(), s_digest, key.Sign(s_digest)));
        Assert.Equal((0, 0), (cache.ImportCount, cache.Count));
    }

    [Fact]
    public void It_never_holds_more_than_its_capacity()
    {
        using PublicKeyCache cache = new(capacity: 3);
        for (int i = 1; i <= 20; i++)
        {
            using PrivateKey key = PublicKeyTests.KeyOf(i);
            Assert.True(cache.Verify(key.PublicKey, s_digest, key.Sign(s_digest)));
            Assert.Equal(Math.Min(i, 3), cache.Count);
        }
    }

    [Fact]
    public void A_key_in_steady_use_outlives_keys_that_pass_by()
    {
        using PublicKeyCache cache = new(capacity: 4);
        using PrivateKey steady = PublicKeyTests.KeyOf(1);
        Signature signature = steady.Sign(s_digest);
        Assert.True(cache.Verify(steady.PublicKey, s_digest, signature));

        const int passing = 40;
        for (int i = 0; i < passing; i++)
        {
            using PrivateKey key = PublicKeyTests.KeyOf(100 + i);
            Assert.True(cache.Verify(key.PublicKey, s_digest, key.Sign(s_digest)));
            Assert.True(cache.Verify(steady.PublicKey, s_digest, signature));
        }

        // Once at first, and once more at most: when the hand meets it while every key is marked.
        Assert.InRange(cache.ImportCount, 1 + passing, 2 + passing);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_that_loses_its_place_while_in_use_is_freed_after_use(bool cacheEnds)
    {
        using PublicKeyCache cache = new(capacity: 1);
        using PrivateKey key = PublicKeyTests.KeyOf(1);
        using PrivateKey other = PublicKeyTests.KeyOf(2);
        Signature signature = key.Sign(s_digest);
        Assert.True(cache.TryTake(key.PublicKey, out PublicKeyCache.Entry? first));
        Assert.True(cache.TryTake(key.PublicKey, out PublicKeyCache.Entry? second));
        Assert.Same(first, second);

        if (cacheEnds)
            cache.Dispose();
        else
            Assert.True(cache.Verify(other.PublicKey, s_digest, other.Sign(s_digest)));

        Assert.True(first.Key.Verify(s_digest, signature));
        cache.GiveBack(first);
        Assert.True(second.Key.Verify(s_digest, signature));
        cache.GiveBack(second);
        Assert.Throws<ObjectDisposedException>(() => first.Key.Verify(s_digest, signature));
    }

    [Fact]
    public void A_key_that_keeps_its_place_stays_ready_after_use()
    {
        using PublicKeyCache cache = new(capacity: 1);
        using PrivateKey key = PublicKeyTests.KeyOf(1);
        Assert.True(cache.TryTake(key.PublicKey, out PublicKeyCache.Entry? entry));
        cache.GiveBack(entry);
        Assert.True(entry.Key.Verify(s_digest, key.Sign(s_digest)));
    }

    [Fact]
    public void Many_threads_get_right_answers_while_keys_come_and_go()
    {
        using PublicKeyCache cache = new(capacity: 3);
        PrivateKey[] keys = Enumerable.Range(1, 12).Select(PublicKeyTests.KeyOf).ToArray();
        Signature[] signatures = keys.Select(key => key.Sign(s_digest)).ToArray();
        int wrong = 0;
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int signer = i * 7 % keys.Length;
            int claimed = i % 3 == 0 ? (signer + 1) % keys.Length : signer;
            if (cache.Verify(keys[claimed].PublicKey, s_digest, signatures[signer]) != (claimed == signer))
                Interlocked.Increment(ref wrong);
        });

        Assert.Equal(0, wrong);
        Assert.Equal(3, cache.Count);
        foreach (PrivateKey key in keys)
            key.Dispose();
    }

    [Fact]
    public void After_its_end_it_answers_no_more()
    {
        PublicKeyCache cache = new(capacity: 2);
        using PrivateKey key = PublicKeyTests.KeyOf(1);
        Signature signature = key.Sign(s_digest);
        Assert.True(cache.Verify(key.PublicKey, s_digest, signature));
        cache.Dispose();
        cache.Dispose();
        Assert.Equal(0, cache.Count);
        Assert.Throws<ObjectDisposedException>(() => cache.Verify(key.PublicKey, s_digest, signature));
    }

    [Fact]
    public void A_capacity_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PublicKeyCache(capacity: 0));
}
