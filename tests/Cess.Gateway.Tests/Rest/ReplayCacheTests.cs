using Cess.Gateway.Rest.Signing;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Gateway.Tests.Rest;

public sealed class ReplayCacheTests
{
    private static readonly AccountId s_one = new(Hash256.Sha256([1]));
    private static readonly AccountId s_other = new(Hash256.Sha256([2]));

    [Fact]
    public void A_nonce_is_fresh_once_an_account()
    {
        ReplayCache nonces = new(noncesMax: 10, noncesPerAccountMax: 10);
        Assert.Equal(NonceResult.Fresh, nonces.Remember(s_one, "n", expires: 100, now: 0));
        Assert.Equal(NonceResult.Seen, nonces.Remember(s_one, "n", expires: 100, now: 99));
        Assert.Equal(NonceResult.Fresh, nonces.Remember(s_other, "n", expires: 100, now: 99));
    }

    [Fact]
    public void Nonces_are_forgotten_after_their_signatures_have_expired_and_not_before()
    {
        ReplayCache nonces = new(noncesMax: 10, noncesPerAccountMax: 10);
        nonces.Remember(s_one, "n", expires: 100, now: 0);
        nonces.Remember(s_other, "early", expires: 150, now: 100);
        Assert.Equal(2, nonces.Count);
        nonces.Remember(s_other, "late", expires: 500, now: 180);
        Assert.Equal(1, nonces.Count);
    }

    [Fact]
    public void At_either_bound_nothing_more_is_taken_and_nothing_is_forgotten()
    {
        ReplayCache nonces = new(noncesMax: 3, noncesPerAccountMax: 2);
        nonces.Remember(s_one, "a", expires: 100, now: 0);
        nonces.Remember(s_one, "b", expires: 100, now: 0);
        Assert.Equal(NonceResult.Full, nonces.Remember(s_one, "c", expires: 100, now: 0));
        Assert.Equal(NonceResult.Fresh, nonces.Remember(s_other, "c", expires: 100, now: 0));
        Assert.Equal(NonceResult.Full, nonces.Remember(s_other, "d", expires: 100, now: 0));
        Assert.Equal(NonceResult.Seen, nonces.Remember(s_one, "a", expires: 100, now: 0));
    }

    [Fact]
    public void A_bound_opens_again_when_nonces_expire()
    {
        ReplayCache nonces = new(noncesMax: 1, noncesPerAccountMax: 1);
        nonces.Remember(s_one, "a", expires: 59, now: 0);
        Assert.Equal(NonceResult.Full, nonces.Remember(s_one, "b", expires: 200, now: 59));
        Assert.Equal(NonceResult.Fresh, nonces.Remember(s_one, "b", expires: 200, now: 60));
    }

    /// <summary>Whatever happens in between, a nonce is never fresh twice while its signature is valid.</summary>
    [Fact]
    public void No_order_of_requests_lets_a_replay_through() =>
        Prop.ForAll(Gen.Choose(0, 30).Zip(Gen.Choose(1, 300)).ListOf().ToArbitrary(), steps =>
        {
            ReplayCache nonces = new(noncesMax: 1_000, noncesPerAccountMax: 1_000);
            List<(string Nonce, long Expires)> valid = [];
            long now = 0;
            foreach ((int nonce, int lifetime) in steps)
            {
                now += nonce;
                valid.RemoveAll(earlier => earlier.Expires <= now);
                Assert.All(valid, earlier => Assert.Equal(NonceResult.Seen, nonces.Remember(s_one, earlier.Nonce, earlier.Expires, now)));
                if (nonces.Remember(s_one, $"{nonce}", now + lifetime, now) == NonceResult.Fresh)
                    valid.Add(($"{nonce}", now + lifetime));
            }
        }).QuickCheckThrowOnFailure();
}
