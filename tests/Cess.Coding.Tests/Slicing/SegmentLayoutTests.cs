using FsCheck;
using FsCheck.Fluent;

namespace Cess.Coding.Tests;

public sealed class SegmentLayoutTests
{
    private const long Segment = SegmentLayout.PlaintextBytesMax;

    [Fact]
    public void A_full_segment_stays_below_32_MiB()
    {
        Assert.Equal(33_497_072, SegmentLayout.CiphertextBytesMax);
        Assert.Equal(33_488_896, SegmentLayout.PlaintextBytesMax);
        Assert.True(SegmentLayout.CiphertextBytesMax < 32 << 20);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(Segment, 1)]
    [InlineData(Segment + 1, 2)]
    [InlineData(10 * Segment, 10)]
    public void A_part_takes_so_many_segments(long plaintext, long segments) =>
        Assert.Equal(segments, SegmentLayout.SegmentCount(plaintext));

    [Fact]
    public void Segments_follow_each_other_and_make_up_the_part() =>
        Prop.ForAll(Gen.Choose(0, 200_000).ToArbitrary(), kib =>
        {
            long length = (kib * 1024L) + (kib % 3);
            long plaintext = 0;
            long ciphertext = 0;
            long frames = 0;
            long count = SegmentLayout.SegmentCount(length);
            for (long i = 0; i < count; i++)
            {
                SegmentExtent segment = SegmentLayout.At(length, i);
                Assert.Equal((i, plaintext, ciphertext, frames), (segment.Index, segment.PlaintextOffset, segment.CiphertextOffset, segment.FirstFrame));
                Assert.Equal(i == count - 1, segment.IsLast);
                Assert.InRange(segment.FrameCount, 1, SegmentLayout.FramesMax);
                plaintext += segment.PlaintextLength;
                ciphertext += segment.CiphertextLength;
                frames += segment.FrameCount;
            }
            Assert.Equal(length, plaintext);
            Assert.Equal(FrameLayout.CiphertextLength(length), ciphertext);
            Assert.Equal(FrameLayout.FrameCount(length), frames);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_read_takes_the_frames_that_hold_it_and_no_others() =>
        Prop.ForAll(Gen.Choose(1, 100_000_000).Three().ToArbitrary(), pick =>
        {
            long length = pick.Item1;
            long offset = pick.Item2 % length;
            long take = 1 + (pick.Item3 % (length - offset));
            long read = 0;
            for (long i = SegmentLayout.SegmentOf(offset); i <= SegmentLayout.SegmentOf(offset + take - 1); i++)
            {
                SegmentExtent segment = SegmentLayout.At(length, i);
                FrameExtent frames = segment.FramesOf(offset, take);
                long firstFrame = (offset + read) / FrameLayout.PlaintextBytes;
                Assert.Equal(firstFrame, frames.FirstFrame);
                Assert.Equal(offset + read, (firstFrame * FrameLayout.PlaintextBytes) + frames.Skip);
                Assert.Equal((firstFrame - segment.FirstFrame) * FrameLayout.CiphertextBytes, frames.SegmentOffset);
                Assert.Equal((offset + read + frames.Take - 1) / FrameLayout.PlaintextBytes, firstFrame + frames.FrameCount - 1);
                Assert.True(FrameRun.TryOfCiphertext(frames.FirstFrame, frames.CiphertextLength, frames.IsLast, out FrameRun run));
                Assert.Equal(frames.FrameCount, run.FrameCount);
                Assert.True(frames.SegmentOffset + frames.CiphertextLength <= segment.CiphertextLength);
                Assert.Equal(firstFrame + frames.FrameCount == FrameLayout.FrameCount(length), frames.IsLast);
                read += frames.Take;
            }
            Assert.Equal(take, read);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_empty_part_is_read_as_its_one_empty_frame() =>
        Assert.Equal(new FrameExtent(0, 1, 0, 16, 0, 0, IsLast: true), SegmentLayout.At(0, 0).FramesOf(0, 0));

    [Fact]
    public void Segments_and_ranges_that_do_not_exist_are_refused()
    {
        Refused.With(CodingError.LengthInvalid, () => SegmentLayout.At(Segment, 1));
        Refused.With(CodingError.LengthInvalid, () => SegmentLayout.At(Segment, -1));
        SegmentExtent second = SegmentLayout.At(Segment + 10, 1);
        Refused.With(CodingError.LengthInvalid, () => second.FramesOf(0, Segment));
        Refused.With(CodingError.LengthInvalid, () => second.FramesOf(Segment + 10, 1));
        Refused.With(CodingError.LengthInvalid, () => second.FramesOf(Segment, 0));
        Refused.With(CodingError.LengthInvalid, () => second.FramesOf(-1, long.MaxValue));
    }
}
