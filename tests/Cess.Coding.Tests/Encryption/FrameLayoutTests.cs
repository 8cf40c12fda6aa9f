using FsCheck;
using FsCheck.Fluent;

namespace Cess.Coding.Tests;

public sealed class FrameLayoutTests
{
    [Theory]
    [InlineData(0, 1, 16)]
    [InlineData(1, 1, 17)]
    [InlineData(65_536, 1, 65_552)]
    [InlineData(65_537, 2, 65_569)]
    [InlineData(131_072, 2, 131_104)]
    [InlineData(33_488_896, 511, 33_497_072)]
    [InlineData(1L << 48, 1L << 32, (1L << 48) + (1L << 36))]
    public void A_plaintext_takes_so_many_frames_and_bytes(long plaintext, long frames, long ciphertext)
    {
        Assert.Equal(frames, FrameLayout.FrameCount(plaintext));
        Assert.Equal(ciphertext, FrameLayout.CiphertextLength(plaintext));
        Assert.True(FrameLayout.TryPlaintextLength(ciphertext, out long back));
        Assert.Equal(plaintext, back);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(65_553)]
    [InlineData(65_568)]
    [InlineData((1L << 48) + (1L << 36) + 1)]
    [InlineData(long.MaxValue)]
    public void A_length_that_no_ciphertext_has_is_refused(long ciphertext) =>
        Assert.False(FrameLayout.TryPlaintextLength(ciphertext, out _));

    [Fact]
    public void Lengths_of_plaintext_and_ciphertext_determine_each_other() =>
        Prop.ForAll(Gen.Choose(0, 10 * 65_600).ToArbitrary(), length =>
        {
            if (FrameLayout.TryPlaintextLength(length, out long plaintext))
                Assert.Equal(length, FrameLayout.CiphertextLength(plaintext));
            Assert.True(FrameLayout.TryPlaintextLength(FrameLayout.CiphertextLength(length), out long back));
            Assert.Equal(length, back);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_part_beyond_the_counter_is_refused()
    {
        Refused.With(CodingError.PartTooLong, () => FrameLayout.FrameCount((1L << 48) + 1));
        Refused.With(CodingError.LengthInvalid, () => FrameLayout.FrameCount(-1));
    }
}
