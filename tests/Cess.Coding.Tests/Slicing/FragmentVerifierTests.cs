using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Coding.Tests;

public sealed class FragmentVerifierTests
{
    [Fact]
    public void A_fragment_in_pieces_of_any_size_is_recognised() =>
        Prop.ForAll(Gen.Choose(1, 50_000).ToArbitrary(), Gen.Choose(1, 9000).ToArbitrary(), (length, piece) =>
        {
            byte[] fragment = Bytes(length);
            using FragmentVerifier verifier = new();
            foreach (byte[] chunk in fragment.Chunk(piece))
                verifier.Append(chunk);
            Assert.Equal(length, verifier.Length);
            Assert.Equal(CodingError.None, verifier.Finish(FragmentId.Of(fragment), length));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_flipped_bit_is_refused() =>
        Prop.ForAll(Gen.Choose(1, 20_000).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (length, pick) =>
        {
            byte[] fragment = Bytes(length);
            Hash256 id = FragmentId.Of(fragment);
            int bit = pick % (length * 8);
            fragment[bit / 8] ^= (byte)(1 << (bit % 8));
            using FragmentVerifier verifier = new();
            verifier.Append(fragment);
            Assert.Equal(CodingError.FragmentNotAuthentic, verifier.Finish(id, length));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_fragment_that_is_too_short_or_too_long_is_refused()
    {
        byte[] fragment = Bytes(10_000);
        Hash256 id = FragmentId.Of(fragment);
        using FragmentVerifier verifier = new();
        verifier.Append(fragment.AsSpan(1));
        Assert.Equal(CodingError.LengthInvalid, verifier.Finish(id, 10_000));
        verifier.Append(fragment);
        Assert.Equal(CodingError.LengthInvalid, verifier.Finish(id, 9999));
    }

    [Fact]
    public void A_verifier_starts_anew_after_each_fragment()
    {
        using FragmentVerifier verifier = new();
        for (int length = 1; length < 20_000; length += 4095)
        {
            byte[] fragment = Bytes(length);
            verifier.Append(fragment);
            Assert.Equal(CodingError.None, verifier.Finish(FragmentId.Of(fragment), length));
        }
    }

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
