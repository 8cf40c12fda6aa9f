using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Coding.Tests;

public sealed class SegmentCoderTests
{
    private static readonly byte[] s_fileKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] s_salt = [.. Enumerable.Range(0xA0, 16).Select(i => (byte)i)];

    private static readonly ParallelFor s_parallel = (count, body) =>
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, body);

    [Fact]
    public void A_segment_is_sliced_as_published()
    {
        using SegmentBufferPool pool = new(1 << 20);
        using Sliced sliced = Slice(pool, new(4, 8), [.. Enumerable.Range(0, 20_000).Select(i => (byte)((i * 31) + 7))]);
        Assert.Equal(20_016, sliced.Coded.CiphertextLength);
        Assert.Equal(5004, sliced.Coded.FragmentSize);
        Assert.Equal("c4b29588311ca904324584de266df350988f6bef009c2e071521ad29de827293", sliced.Coded.FragmentIds[0].ToString());
        Assert.Equal("5fa08eb99ba1697d12eb885c46c47254825a0252a247d176d5acfc3a565ee6bd", sliced.Coded.FragmentIds[11].ToString());
    }

    [Fact]
    public void Fragments_are_the_cut_ciphertext_its_parity_and_their_roots() =>
        Prop.ForAll(Case.Any(), c =>
        {
            using SegmentBufferPool pool = new(1 << 26);
            using Sliced sliced = Slice(pool, c.Policy, c.Plaintext());
            byte[] ciphertext = Encrypt(c.Plaintext());
            int size = c.Policy.FragmentSize(ciphertext.Length);
            Assert.Equal((ciphertext.Length, size), (sliced.Coded.CiphertextLength, sliced.Coded.FragmentSize));

            byte[] data = new byte[c.Policy.DataFragments * size];
            ciphertext.CopyTo(data, 0);
            byte[] parity = new byte[c.Policy.ParityFragments * size];
            new ReedSolomon(c.Policy.DataFragments, c.Policy.ParityFragments, CodingPath.Portable).Encode(data, size, parity);
            byte[][] expected = [.. data.Chunk(size), .. parity.Chunk(size)];
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(expected[i].AsSpan().SequenceEqual(sliced.Fragment(i).Span));
                Assert.Equal(MerkleTree.Build(expected[i], 4096).RootHash, sliced.Coded.FragmentIds[i]);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_range_is_restored_from_any_k_fragments() =>
        Prop.ForAll(Case.Any(), Gen.Choose(0, int.MaxValue).Two().ToArbitrary(), (c, pick) =>
        {
            using SegmentBufferPool pool = new(1 << 26);
            using Sliced sliced = Slice(pool, c.Policy, c.Plaintext());
            byte[] ciphertext = Encrypt(c.Plaintext());
            int offset = pick.Item1 % (ciphertext.Length + 1);
            int length = pick.Item2 % (ciphertext.Length - offset + 1);
            byte[] output = new byte[length];
            SegmentDecoder.Restore(c.Layout, sliced.Without(c.Lost), offset, length, output);
            Assert.True(ciphertext.AsSpan(offset, length).SequenceEqual(output));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_file_survives_slicing_loss_and_restoring() =>
        Prop.ForAll(Case.Any(), c =>
        {
            using SegmentBufferPool pool = new(1 << 26);
            using Sliced sliced = Slice(pool, c.Policy, c.Plaintext());
            byte[] ciphertext = new byte[sliced.Coded.CiphertextLength];
            SegmentDecoder.Restore(c.Layout, sliced.Without(c.Lost), 0, ciphertext.Length, ciphertext);
            using FrameDecryptor cipher = new(s_fileKey, s_salt);
            byte[] plaintext = new byte[c.Length];
            Assert.True(cipher.TryDecryptFrames(ciphertext, 0, isLast: true, plaintext, out _));
            Assert.True(c.Plaintext().AsSpan().SequenceEqual(plaintext));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_read_looks_only_at_the_fragments_that_hold_it()
    {
        using SegmentBufferPool pool = new(1 << 24);
        StoragePolicy policy = new(4, 2);
        using Sliced sliced = Slice(pool, policy, new byte[100_000]);
        FragmentLayout layout = new(policy, sliced.Coded.CiphertextLength);
        int size = layout.FragmentSize;
        Assert.Equal([new(1, 10, 20)], layout.RangesOf(size + 10, 20));
        Assert.Equal([new(1, size - 5, 5), new(2, 0, size), new(3, 0, 7)], layout.RangesOf((2 * size) - 5, size + 12));
        Assert.Empty(layout.RangesOf(size, 0));

        // Only fragment 1 is there: its bytes can be read, others not.
        ReadOnlyMemory<byte>[] one = sliced.Without([0, 2, 3, 4, 5]);
        SegmentDecoder.Restore(layout, one, size, size, new byte[size]);
        Refused.With(CodingError.TooFewShards, () => SegmentDecoder.Restore(layout, one, size - 1, 2, new byte[2]));
    }

    [Fact]
    public void One_core_and_many_make_the_same_fragments()
    {
        using SegmentBufferPool pool = new(1 << 24);
        byte[] plaintext = new byte[1_000_000];
        new Random(5).NextBytes(plaintext);
        using Sliced one = Slice(pool, new(10, 6), plaintext);
        using Sliced many = Slice(pool, new(10, 6), plaintext, s_parallel);
        Assert.Equal(one.Coded.FragmentIds, many.Coded.FragmentIds);
    }

    [Fact]
    public void A_buffer_that_held_another_segment_leaves_no_trace_in_the_next()
    {
        using SegmentBufferPool pool = new(1 << 16);
        byte[] plaintext = new byte[5000];
        IReadOnlyList<Hash256> clean;
        using (Sliced sliced = Slice(pool, new(7, 3), plaintext))
            clean = sliced.Coded.FragmentIds;
        using (SegmentBuffer buffer = Rent(pool, new(7, 3), 5016))
            buffer.GetSpan().Fill(0xEE);
        using (Sliced sliced = Slice(pool, new(7, 3), plaintext))
            Assert.Equal(clean, sliced.Coded.FragmentIds);
    }

    [Fact]
    public void A_buffer_rented_for_the_largest_segment_serves_a_shorter_one()
    {
        using SegmentBufferPool pool = new(1 << 20);
        byte[] plaintext = new byte[3000];
        using SegmentBuffer buffer = Rent(pool, new(4, 2), 500_000);
        using FrameEncryptor cipher = new(s_fileKey, s_salt, 0);
        plaintext.CopyTo(buffer.FrameSlot(0));
        CodedSegment coded = SegmentCoder.Encode(buffer, cipher, 3000, isLast: true, ParallelForModes.Sequential);
        using Sliced exact = Slice(pool, new(4, 2), plaintext);
        Assert.Equal(exact.Coded.FragmentIds, coded.FragmentIds);
    }

    [Fact]
    public void A_segment_that_the_buffer_cannot_hold_is_refused_before_a_frame_is_taken()
    {
        using SegmentBufferPool pool = new(1 << 20);
        using SegmentBuffer buffer = Rent(pool, new(4, 2), 5000);
        using FrameEncryptor cipher = new(s_fileKey, s_salt, 0);
        Refused.With(CodingError.LengthInvalid,
            () => SegmentCoder.Encode(buffer, cipher, 50_000, isLast: true, ParallelForModes.Sequential));
        Refused.With(CodingError.LengthInvalid,
            () => SegmentCoder.Encode(buffer, cipher, SegmentLayout.PlaintextBytesMax + 1, isLast: true, ParallelForModes.Sequential));
        Refused.With(CodingError.LengthInvalid,
            () => SegmentCoder.Encode(buffer, cipher, -1, isLast: true, ParallelForModes.Sequential));
        Refused.With(CodingError.LengthInvalid, () => SegmentCoder.Code(buffer, 15, ParallelForModes.Sequential));
        Assert.Equal(0, cipher.NextFrame);
    }

    [Fact]
    public void Fragments_and_ranges_that_do_not_fit_are_refused()
    {
        using SegmentBufferPool pool = new(1 << 20);
        using Sliced sliced = Slice(pool, new(4, 2), new byte[5000]);
        FragmentLayout layout = new(new(4, 2), sliced.Coded.CiphertextLength);
        ReadOnlyMemory<byte>[] all = sliced.Without([]);
        Refused.With(CodingError.LengthInvalid, () => SegmentDecoder.Restore(layout, all.AsSpan(1), 0, 10, new byte[10]));
        Refused.With(CodingError.LengthInvalid, () => SegmentDecoder.Restore(layout, all, 0, 10, new byte[9]));
        Refused.With(CodingError.LengthInvalid, () => SegmentDecoder.Restore(layout, all, 5010, 7, new byte[9]));
        Refused.With(CodingError.LengthInvalid, () => SegmentDecoder.Restore(layout, all, -1, 1, new byte[9]));
        Refused.With(CodingError.ShardIndexInvalid, () => sliced.Fragment(6));
        all[1] = all[1][1..];
        Refused.With(CodingError.LengthInvalid, () => SegmentDecoder.Restore(layout, all, 0, 5000, new byte[5000]));
        all[0] = default;
        Refused.With(CodingError.LengthInvalid, () => SegmentDecoder.Restore(layout, all, 0, 100, new byte[5000]));
    }

    public sealed record Case(StoragePolicy Policy, int Length, int[] Order)
    {
        public FragmentLayout Layout => new(Policy, (int)FrameLayout.CiphertextLength(Length));

        public int[] Lost => [.. Order.Skip(Policy.DataFragments)];

        public static Arbitrary<Case> Any() =>
            (from k in Gen.Choose(1, 16)
             from m in Gen.Choose(0, 8)
             from length in Gen.OneOf(Gen.Choose(0, 300), Gen.Choose(0, 400_000))
             from order in Gen.Shuffle(Enumerable.Range(0, k + m).ToArray())
             select new Case(new(k, m), length, order)).ToArbitrary();

        public byte[] Plaintext()
        {
            byte[] plaintext = new byte[Length];
            new Random(Length).NextBytes(plaintext);
            return plaintext;
        }

        public override string ToString() => $"{Policy} of {Length} bytes, lost {string.Join(',', Lost)}";
    }

    private sealed record Sliced(SegmentBuffer Buffer, CodedSegment Coded) : IDisposable
    {
        public ReadOnlyMemory<byte> Fragment(int index) => Buffer.Fragment(Coded.CiphertextLength, index);

        public ReadOnlyMemory<byte>[] Without(int[] lost) =>
            [.. Coded.FragmentIds.Select((_, i) => lost.Contains(i) ? default : Fragment(i))];

        public void Dispose() => ((IDisposable)Buffer).Dispose();
    }

    private static Sliced Slice(SegmentBufferPool pool, StoragePolicy policy, byte[] plaintext, ParallelFor? parallel = null)
    {
        SegmentBuffer buffer = Rent(pool, policy, (int)FrameLayout.CiphertextLength(plaintext.Length));
        for (int at = 0, frame = 0; at < plaintext.Length; at += FrameLayout.PlaintextBytes, frame++)
        {
            ReadOnlyMemory<byte> rest = plaintext.AsMemory(at);
            rest[..Math.Min(rest.Length, FrameLayout.PlaintextBytes)].CopyTo(buffer.FrameSlot(frame));
        }
        using FrameEncryptor cipher = new(s_fileKey, s_salt, 0);
        return new(buffer, SegmentCoder.Encode(
            buffer, cipher, plaintext.Length, isLast: true, parallel ?? ParallelForModes.Sequential));
    }

    private static SegmentBuffer Rent(SegmentBufferPool pool, StoragePolicy policy, int ciphertextLength)
    {
        Assert.True(pool.TryRent(policy, ciphertextLength, out SegmentBuffer? buffer));
        return buffer;
    }

    private static byte[] Encrypt(byte[] plaintext)
    {
        using FrameEncryptor cipher = new(s_fileKey, s_salt, 0);
        byte[] ciphertext = new byte[FrameLayout.CiphertextLength(plaintext.Length)];
        cipher.EncryptFrames(plaintext, isLast: true, ciphertext);
        return ciphertext;
    }
}
