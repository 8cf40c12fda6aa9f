using Cess.Primitives;

namespace Cess.Coding.Tests;

public sealed class KeyWrapTests
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void A_key_that_another_implementation_sealed_is_opened()
    {
        // Sealed by pyca/cryptography 48 to the recipient of RFC 9180, A.3.1, without associated data.
        byte[] wrapped = Convert.FromHexString(
            "04D6AF7A61F534F63A0DC2A50C4B6B81B63BED52E34BBAB62AA542D0C968174006E89037723167683CE2B5CEA4846DAE41A14C7D4F88B27DE467944C82647091FD"
            + "F76038AB132C143BE7D432B430F7374AF4F3414C345549749AC0D8A2A2ADAA534A79712099B6051B4D946873ABDA49AD");
        using PrivateKey recipient = PrivateKey.FromScalar(
            Convert.FromHexString("F3CE7FDAE57E1A310D87F1EBBDE6F328BE0A99CDBCADF4D6589CF29DE4B8FFD2"));
        byte[] key = new byte[32];
        Assert.Equal(CodingError.None, KeyWrap.TryOpenFromAnybody(recipient, wrapped, "cess/test/v1"u8, [], key));
        Assert.Equal(s_key, key);
    }

    [Fact]
    public void A_wrapped_key_opens_for_its_owner_domain_and_context_only()
    {
        using PrivateKey owner = PrivateKey.Generate();
        using PrivateKey other = PrivateKey.Generate();
        byte[] wrapped = KeyWrap.Seal(owner, s_key, "domain"u8, "context"u8, SystemRandom.Instance);
        byte[] key = new byte[32];
        Assert.Equal(CodingError.None, KeyWrap.TryOpen(owner, wrapped, "domain"u8, "context"u8, key));
        Assert.Equal(s_key, key);
        Assert.Equal(CodingError.KeyNotAuthentic, KeyWrap.TryOpen(other, wrapped, "domain"u8, "context"u8, key));
        Assert.Equal(new byte[32], key);
        Assert.Equal(CodingError.KeyNotAuthentic, KeyWrap.TryOpen(owner, wrapped, "other"u8, "context"u8, key));
        Assert.Equal(CodingError.KeyNotAuthentic, KeyWrap.TryOpen(owner, wrapped, "domain"u8, "other"u8, key));
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_refused()
    {
        using PrivateKey owner = PrivateKey.Generate();
        byte[] wrapped = KeyWrap.Seal(owner, s_key, "domain"u8, [], SystemRandom.Instance);
        byte[] key = new byte[32];
        for (int bit = 0; bit < wrapped.Length * 8; bit++)
        {
            byte[] changed = [.. wrapped];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(CodingError.KeyNotAuthentic, KeyWrap.TryOpen(owner, changed, "domain"u8, [], key));
        }
    }

    [Fact]
    public void The_same_randomness_makes_the_same_bytes_and_other_randomness_others()
    {
        using PrivateKey owner = PrivateKey.Generate();
        byte[] Seal(int seed) => KeyWrap.Seal(owner, s_key, "domain"u8, [], new TestRandom(seed));
        Assert.Equal(Seal(1), Seal(1));
        Assert.NotEqual(Seal(1), Seal(2));
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        using PrivateKey owner = PrivateKey.Generate();
        Refused.With(CodingError.LengthInvalid,
            () => KeyWrap.Seal(owner, new byte[31], "domain"u8, [], SystemRandom.Instance));
        Assert.Equal(CodingError.LengthInvalid, KeyWrap.TryOpen(owner, new byte[112], "domain"u8, [], new byte[32]));
        Assert.Equal(CodingError.LengthInvalid, KeyWrap.TryOpen(owner, new byte[113], "domain"u8, [], new byte[31]));
        Assert.Equal(CodingError.KeyNotAuthentic, KeyWrap.TryOpen(owner, new byte[113], "domain"u8, [], new byte[32]));
    }
}
