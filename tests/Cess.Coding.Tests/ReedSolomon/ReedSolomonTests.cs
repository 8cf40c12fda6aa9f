using FsCheck;
using FsCheck.Fluent;

namespace Cess.Coding.Tests;

public sealed class ReedSolomonTests
{
    public static TheoryData<CodingPath> Paths => [.. CodingPaths.Available];

    /// <summary>A code, shards, and which of them are lost; small enough for the naive implementation.</summary>
    public sealed record Case(int K, int M, int Size, int Seed, int[] Order)
    {
        public static Arbitrary<Case> Any(int totalMax, int sizeMax) =>
            (from k in Gen.Choose(1, totalMax)
             from m in Gen.Choose(0, totalMax - k)
             from size in Gen.Choose(1, sizeMax)
             from seed in Gen.Choose(0, int.MaxValue)
             from order in Gen.Shuffle(Enumerable.Range(0, k + m).ToArray())
             select new Case(k, m, size, seed, order)).ToArbitrary();

        public int[] Kept => [.. Order.Take(K)];

        public int[] Lost => [.. Order.Skip(K)];

        public byte[] Data()
        {
            byte[] data = new byte[K * Size];
            new Random(Seed).NextBytes(data);
            return data;
        }

        public override string ToString() => $"{K}+{M} of {Size} bytes, seed {Seed}, order {string.Join(',', Order)}";
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Parity_is_what_the_naive_code_computes(CodingPath path) =>
        Prop.ForAll(Case.Any(20, 700), c =>
        {
            byte[] data = c.Data();
            byte[] parity = new byte[c.M * c.Size];
            new ReedSolomon(c.K, c.M, path).Encode(data, c.Size, parity);
            Assert.Equal(NaiveReedSolomon.Encode(Shards(data, c.Size), c.M).SelectMany(s => s), parity);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_lost_shard_is_rebuilt_from_any_k_others(CodingPath path) =>
        Prop.ForAll(Case.Any(40, 400), c =>
        {
            ReedSolomon code = new(c.K, c.M, path);
            byte[] whole = Encoded(code, c.Data(), c.Size);
            byte[] damaged = (byte[])whole.Clone();
            int[] available = c.Kept;
            int[] lost = c.Lost;
            foreach (int shard in lost)
                damaged.AsSpan(shard * c.Size, c.Size).Fill(0xEE);
            code.Reconstruct(damaged, c.Size, available, lost, 0, c.Size);
            Assert.Equal(whole, damaged);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Rebuilt_data_are_what_the_naive_decoder_finds() =>
        Prop.ForAll(Case.Any(16, 40), c =>
        {
            ReedSolomon code = ReedSolomon.For(c.K, c.M);
            byte[] whole = Encoded(code, c.Data(), c.Size);
            byte[][] decoded = NaiveReedSolomon.Decode(c.K, c.Kept, Shards(whole, c.Size));
            Assert.Equal(whole.Take(c.K * c.Size), decoded.SelectMany(s => s));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_pattern_of_losses_of_4_8_and_10_4_is_repaired()
    {
        foreach ((int k, int m) in new[] { (4, 8), (10, 4), (2, 1), (1, 3) })
        {
            ReedSolomon code = ReedSolomon.For(k, m);
            byte[] whole = Encoded(code, new Case(k, m, 24, k, []).Data(), 24);
            for (int mask = 0; mask < 1 << (k + m); mask++)
            {
                if (int.PopCount(mask) != k)
                    continue;
                byte[] damaged = (byte[])whole.Clone();
                int[] lost = [.. Enumerable.Range(0, k + m).Where(i => (mask >> i & 1) == 0)];
                foreach (int shard in lost)
                    damaged.AsSpan(shard * 24, 24).Clear();
                code.Reconstruct(damaged, 24, [.. Enumerable.Range(0, k + m).Except(lost)], lost, 0, 24);
                Assert.Equal(whole, damaged);
            }
        }
    }

    [Theory]
    [InlineData(1, 254)]
    [InlineData(127, 128)]
    [InlineData(128, 127)]
    [InlineData(200, 55)]
    [InlineData(254, 1)]
    [InlineData(255, 0)]
    public void The_largest_codes_survive_the_loss_of_as_many_data_shards_as_there_is_parity(int k, int m)
    {
        ReedSolomon code = ReedSolomon.For(k, m);
        byte[] whole = Encoded(code, new Case(k, m, 70, 1, []).Data(), 70);
        byte[] damaged = (byte[])whole.Clone();
        int lostCount = Math.Min(k, m);
        damaged.AsSpan(0, lostCount * 70).Clear();
        int[] lost = [.. Enumerable.Range(0, lostCount)];
        code.Reconstruct(damaged, 70, [.. Enumerable.Range(lostCount, k + m - lostCount)], lost, 0, 70);
        Assert.Equal(whole, damaged);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Only_the_wanted_range_of_the_wanted_shards_is_written(CodingPath path) =>
        Prop.ForAll(Case.Any(20, 600), Gen.Choose(0, 10_000).Two().ToArbitrary(), (c, cut) =>
        {
            ReedSolomon code = new(c.K, c.M, path);
            byte[] whole = Encoded(code, c.Data(), c.Size);
            byte[] damaged = (byte[])whole.Clone();
            int[] lost = c.Lost;
            foreach (int shard in lost)
                damaged.AsSpan(shard * c.Size, c.Size).Fill(0xEE);
            int[] wanted = lost[..(lost.Length / 2)];
            int offset = cut.Item1 % (c.Size + 1);
            int length = cut.Item2 % (c.Size - offset + 1);

            byte[] expected = (byte[])damaged.Clone();
            foreach (int shard in wanted)
                whole.AsSpan((shard * c.Size) + offset, length).CopyTo(expected.AsSpan((shard * c.Size) + offset));
            code.Reconstruct(damaged, c.Size, c.Kept, wanted, offset, length);
            Assert.Equal(expected, damaged);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_range_of_the_parity_is_that_range_of_the_whole(CodingPath path) =>
        Prop.ForAll(Case.Any(20, 600), Gen.Choose(0, 10_000).Two().ToArbitrary(), (c, cut) =>
        {
            ReedSolomon code = new(c.K, c.M, path);
            byte[] data = c.Data();
            byte[] whole = new byte[c.M * c.Size];
            code.Encode(data, c.Size, whole);
            int offset = cut.Item1 % (c.Size + 1);
            int length = cut.Item2 % (c.Size - offset + 1);
            int stride = c.Size + 5;
            byte[] ranged = new byte[c.M * stride];
            code.Encode(data, c.Size, ranged, stride, offset, length);
            for (int i = 0; i < c.M; i++)
            {
                Assert.Equal(
                    whole.AsSpan((i * c.Size) + offset, length), ranged.AsSpan((i * stride) + offset, length));
                Assert.Equal(-1, ranged.AsSpan(i * stride, offset).IndexOfAnyExcept((byte)0));
                Assert.Equal(-1, ranged.AsSpan((i * stride) + offset + length, stride - offset - length).IndexOfAnyExcept((byte)0));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Shards_in_buffers_of_their_own_are_rebuilt_alike() =>
        Prop.ForAll(Case.Any(20, 300), c =>
        {
            ReedSolomon code = ReedSolomon.For(c.K, c.M);
            byte[][] whole = Shards(Encoded(code, c.Data(), c.Size), c.Size);
            ReadOnlyMemory<byte>[] kept = [.. c.Kept.Select(i => (ReadOnlyMemory<byte>)whole[i])];
            Memory<byte>[] lost = [.. c.Lost.Select(_ => new byte[c.Size].AsMemory())];
            code.Reconstruct(kept, c.Kept, lost, c.Lost, c.Size);
            for (int i = 0; i < lost.Length; i++)
                Assert.Equal(whole[c.Lost[i]], lost[i].ToArray());
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Paths))]
    public void Results_written_around_the_caches_are_the_same(CodingPath path)
    {
        const int Size = 4 * 1024 * 1024;
        byte[] data = new Case(4, 2, Size, 9, []).Data();
        ReedSolomon code = new(4, 2, path);
        byte[] padded = GC.AllocateArray<byte>((2 * Size) + 64, pinned: true);
        int start = AlignedStart(padded);
        Span<byte> parity = padded.AsSpan(start, 2 * Size);
        code.Encode(data, Size, parity);

        byte[] expected = new byte[2 * 4096];
        for (int at = 0; at < Size; at += 4096)
        {
            code.Encode(data.AsSpan(at), Size, expected, 4096, 0, 4096);
            Assert.Equal(expected.AsSpan(0, 4096), parity.Slice(at, 4096));
            Assert.Equal(expected.AsSpan(4096, 4096), parity.Slice(Size + at, 4096));
        }
    }

    [Fact]
    public void Neither_encoding_nor_reconstruction_allocates()
    {
        ReedSolomon code = ReedSolomon.For(10, 4);
        byte[] shards = Encoded(code, new Case(10, 4, 1000, 1, []).Data(), 1000);
        byte[][] apart = Shards(shards, 1000);
        int[] available = [0, 1, 2, 3, 4, 5, 6, 7, 10, 11];
        int[] lost = [8, 9, 12, 13];
        ReadOnlyMemory<byte>[] availableBuffers = [.. available.Select(i => (ReadOnlyMemory<byte>)apart[i])];
        Memory<byte>[] lostBuffers = [.. lost.Select(i => apart[i].AsMemory())];
        void Once()
        {
            code.Encode(shards.AsSpan(0, 10_000), 1000, shards.AsSpan(10_000));
            code.Reconstruct(shards, 1000, available, lost, 0, 1000);
            code.Reconstruct(availableBuffers, available, lostBuffers, lost, 1000);
        }

        for (int i = 0; i < 100; i++)
            Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Once();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Plans_are_kept_up_to_a_bound()
    {
        ReedSolomon code = new(10, 4, CodingPath.Portable);
        byte[] shards = Encoded(code, new Case(10, 4, 1, 1, []).Data(), 1);
        for (int mask = 0; mask < 1 << 14; mask++)
        {
            if (int.PopCount(mask) == 10)
            {
                int[] available = [.. Enumerable.Range(0, 14).Where(i => (mask >> i & 1) != 0)];
                code.Reconstruct(shards, 1, available, [.. Enumerable.Range(0, 14).Except(available)], 0, 1);
            }
        }
        Assert.Equal(CodingLimits.CachedPlansMax, code.CachedPlans);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 3)]
    [InlineData(3, -1)]
    [InlineData(200, 56)]
    [InlineData(int.MaxValue, 1)]
    public void A_code_out_of_range_is_refused(int k, int m) =>
        Refused.With(CodingError.PolicyInvalid, () => ReedSolomon.For(k, m));

    [Fact]
    public void Fewer_than_k_shards_are_refused() =>
        Refused.With(CodingError.TooFewShards, () => ReedSolomon.For(4, 2).Reconstruct(new byte[60], 10, [0, 1, 5], [2], 0, 10));

    [Theory]
    [InlineData(-1)]
    [InlineData(6)]
    [InlineData(256)]
    [InlineData(0)]
    public void A_wrong_or_repeated_index_is_refused(int index) =>
        Refused.With(CodingError.ShardIndexInvalid,
            () => ReedSolomon.For(4, 2).Reconstruct(new byte[60], 10, [0, 1, 2, index], [3], 0, 10));

    [Fact]
    public void Buffers_and_ranges_that_do_not_fit_are_refused()
    {
        ReedSolomon code = ReedSolomon.For(4, 2);
        Refused.With(CodingError.LengthInvalid, () => code.Encode(new byte[39], 10, new byte[20]));
        Refused.With(CodingError.LengthInvalid, () => code.Encode(new byte[40], 10, new byte[19]));
        Refused.With(CodingError.LengthInvalid, () => code.Encode(new byte[40], 10, new byte[20], 10, 5, 6));
        Refused.With(CodingError.LengthInvalid, () => code.Encode(new byte[40], 10, new byte[20], 10, -1, 6));
        Refused.With(CodingError.LengthInvalid, () => code.Encode(new byte[40], 10, new byte[20], 10, 5, int.MaxValue));
        Refused.With(CodingError.LengthInvalid, () => code.Reconstruct(new byte[59], 10, [0, 1, 2, 3], [4], 0, 10));
        ReadOnlyMemory<byte>[] four = [.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[10], 4)];
        Refused.With(CodingError.LengthInvalid, () => code.Reconstruct(four, [0, 1, 2], [new byte[10]], [4], 10));
        Refused.With(CodingError.LengthInvalid, () => code.Reconstruct(four, [0, 1, 2, 3], [new byte[10]], [4, 5], 10));
        Refused.With(CodingError.LengthInvalid, () => code.Reconstruct(four, [0, 1, 2, 3], [new byte[9]], [4], 10));
        Refused.With(CodingError.LengthInvalid, () => code.Reconstruct(four, [0, 1, 2, 3], [new byte[11]], [4], 11));
    }

    private static byte[] Encoded(ReedSolomon code, byte[] data, int size)
    {
        byte[] whole = [.. data, .. new byte[code.ParityShards * size]];
        code.Encode(data, size, whole.AsSpan(data.Length));
        return whole;
    }

    private static byte[][] Shards(byte[] bytes, int size) => [.. bytes.Chunk(size)];

    private static unsafe int AlignedStart(byte[] pinned)
    {
        fixed (byte* start = pinned)
            return (int)(64 - ((nuint)start % 64)) % 64;
    }
}
