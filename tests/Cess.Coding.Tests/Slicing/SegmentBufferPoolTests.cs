using FsCheck;
using FsCheck.Fluent;

namespace Cess.Coding.Tests;

public sealed class SegmentBufferPoolTests
{
    private const int KiB = 1024;

    private static readonly StoragePolicy s_plain = new(1, 0);
    private static readonly StoragePolicy s_policy = new(10, 4);

    [Fact]
    public void A_small_object_takes_a_small_buffer()
    {
        using SegmentBufferPool pool = new(64 * KiB);
        using SegmentBuffer buffer = Now(pool.RentAsync(s_policy, 4 * KiB));
        Assert.Equal(16 * KiB, buffer.Capacity);
        Assert.Equal(16 * KiB, pool.BytesLent);
    }

    [Fact]
    public void A_buffer_is_large_enough_and_at_most_a_quarter_larger() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 60_000_000).ToArbitrary(), bytes =>
        {
            int size = SegmentBufferPool.SizeClass(bytes);
            Assert.True(size >= bytes);
            Assert.True(size <= Math.Max(16 * KiB, bytes * 1.25 + 1));
            Assert.Equal(size, SegmentBufferPool.SizeClass(size));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Memory_is_used_again()
    {
        using SegmentBufferPool pool = new(64 * KiB);
        for (int i = 0; i < 10; i++)
        {
            using SegmentBuffer buffer = Now(pool.RentAsync(s_policy, 10_000));
            buffer.GetSpan().Fill((byte)i);
        }
        Assert.Equal(0, pool.BytesLent);
        Assert.Equal(16 * KiB, pool.BytesIdle);
    }

    [Fact]
    public async Task When_all_is_lent_callers_wait_and_are_served_in_order()
    {
        using SegmentBufferPool pool = new(64 * KiB);
        SegmentBuffer first = await pool.RentAsync(s_plain, Filling(32));
        SegmentBuffer second = await pool.RentAsync(s_plain, Filling(32));
        Task<SegmentBuffer> large = pool.RentAsync(s_plain, Filling(64)).AsTask();
        Task<SegmentBuffer> small = pool.RentAsync(s_plain, Filling(16)).AsTask();
        Assert.Equal(2, pool.Waiting);

        // Room for the small one now, but the large one was first.
        Return(first);
        Assert.Equal(2, pool.Waiting);
        Return(second);
        using (SegmentBuffer buffer = await large)
        {
            Assert.Equal(64 * KiB, buffer.Capacity);
            Assert.Equal(1, pool.Waiting);
        }
        Return(await small);
        Assert.Equal(0, pool.BytesLent);
    }

    [Fact]
    public async Task Who_does_not_wait_gets_nothing_while_there_is_no_room_or_others_wait()
    {
        using SegmentBufferPool pool = new(64 * KiB);
        SegmentBuffer first = Now(pool.RentAsync(s_plain, Filling(48)));
        Assert.False(pool.TryRent(s_plain, Filling(32), out _));
        Task<SegmentBuffer> waiting = pool.RentAsync(s_plain, Filling(32)).AsTask();
        Assert.False(pool.TryRent(s_plain, Filling(16), out _));
        Return(first);
        Assert.True(pool.TryRent(s_plain, Filling(16), out SegmentBuffer? second));
        Assert.Equal(48 * KiB, pool.BytesLent);
        Return(second);
        Return(await waiting);
    }

    [Fact]
    public async Task A_caller_that_gives_up_lets_the_next_one_pass()
    {
        using SegmentBufferPool pool = new(64 * KiB);
        SegmentBuffer first = await pool.RentAsync(s_plain, Filling(32));
        using CancellationTokenSource cancellation = new();
        Task<SegmentBuffer> large = pool.RentAsync(s_plain, Filling(64), cancellation.Token).AsTask();
        Task<SegmentBuffer> small = pool.RentAsync(s_plain, Filling(16)).AsTask();
        Assert.Equal(2, pool.Waiting);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        Return(await small);
        Return(first);
        Assert.Equal(0, pool.BytesLent);
        Assert.Equal(0, pool.Waiting);
    }

    [Fact]
    public async Task A_cancelled_caller_does_not_even_queue()
    {
        using SegmentBufferPool pool = new(64 * KiB);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await pool.RentAsync(s_plain, Filling(16), new CancellationToken(canceled: true)));
        Assert.Equal(0, pool.BytesLent);
    }

    [Fact]
    public void Idle_buffers_of_other_sizes_make_room()
    {
        using SegmentBufferPool pool = new(64 * KiB);
        SegmentBuffer[] small = [.. Enumerable.Range(0, 4).Select(_ => Now(pool.RentAsync(s_plain, Filling(16))))];
        foreach (SegmentBuffer buffer in small)
            Return(buffer);
        Assert.Equal(64 * KiB, pool.BytesIdle);
        using SegmentBuffer large = Now(pool.RentAsync(s_plain, Filling(40)));
        Assert.Equal(40 * KiB, pool.BytesLent);
        Assert.Equal(16 * KiB, pool.BytesIdle);
    }

    [Fact]
    public void Memory_that_nobody_needs_between_two_trims_is_given_back()
    {
        using SegmentBufferPool pool = new(128 * KiB);
        using SegmentBuffer held = Now(pool.RentAsync(s_plain, Filling(64)));
        Return(Now(pool.RentAsync(s_plain, Filling(16))));
        Return(Now(pool.RentAsync(s_plain, Filling(32))));
        pool.TrimUnused();
        Assert.Equal(48 * KiB, pool.BytesIdle);

        Return(Now(pool.RentAsync(s_plain, Filling(16))));
        pool.TrimUnused();
        Assert.Equal(16 * KiB, pool.BytesIdle);
        Assert.Equal(64 * KiB, pool.BytesLent);

        pool.TrimUnused();
        Assert.Equal(0, pool.BytesIdle);
        Assert.Equal(64 * KiB, pool.BytesLent);
    }

    [Fact]
    public async Task What_would_never_fit_is_refused_at_once()
    {
        using SegmentBufferPool pool = new(64 * KiB);
        await Refused.WithAsync(CodingError.SegmentTooLarge, async () => await pool.RentAsync(s_plain, Filling(80)));
        await Refused.WithAsync(CodingError.SegmentTooLarge,
            async () => await pool.RentAsync(new(1, 254), SegmentLayout.CiphertextBytesMax));
        await Refused.WithAsync(CodingError.LengthInvalid,
            async () => await pool.RentAsync(s_plain, SegmentLayout.CiphertextBytesMax + 1));
        await Refused.WithAsync(CodingError.LengthInvalid, async () => await pool.RentAsync(s_plain, 15));
        await Refused.WithAsync(CodingError.PolicyInvalid, async () => await pool.RentAsync(default, 100));
    }

    [Fact]
    public async Task The_queue_is_bounded()
    {
        using SegmentBufferPool pool = new(16 * KiB, waitersMax: 2);
        using SegmentBuffer all = await pool.RentAsync(s_plain, Filling(16));
        Task<SegmentBuffer>[] waiting = [.. Enumerable.Range(0, 2).Select(_ => pool.RentAsync(s_plain, 100).AsTask())];
        await Refused.WithAsync(CodingError.PoolBusy, async () => await pool.RentAsync(s_plain, 100));
        pool.Dispose();
        foreach (Task<SegmentBuffer> task in waiting)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => task);
    }

    [Fact]
    public void A_buffer_is_given_back_once_and_not_used_afterwards()
    {
        using SegmentBufferPool pool = new(64 * KiB);
        SegmentBuffer buffer = Now(pool.RentAsync(s_plain, Filling(16)));
        Memory<byte> memory = buffer.Memory;
        Return(buffer);
        Return(buffer);
        Assert.Equal(0, pool.BytesLent);
        Assert.Equal(16 * KiB, pool.BytesIdle);
        using SegmentBuffer next = Now(pool.RentAsync(s_plain, Filling(16)));
        Assert.Throws<ObjectDisposedException>(() => memory.Span[0] = 1);
    }

    [Fact]
    public void A_disposed_pool_frees_what_comes_back()
    {
        SegmentBufferPool pool = new(64 * KiB);
        SegmentBuffer buffer = Now(pool.RentAsync(s_plain, Filling(16)));
        pool.Dispose();
        Return(buffer);
        Assert.Equal((0, 0), (pool.BytesLent, pool.BytesIdle));
        Assert.Throws<ObjectDisposedException>(() => Now(pool.RentAsync(s_plain, Filling(16))));
    }

    [Fact]
    public void Whatever_happens_the_limit_holds_and_nothing_gets_lost() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            Random random = new(seed);
            using SegmentBufferPool pool = new(256 * KiB);
            List<SegmentBuffer> held = [];
            List<(Task<SegmentBuffer> Task, CancellationTokenSource Cancellation)> waiting = [];
            for (int step = 0; step < 200; step++)
            {
                switch (random.Next(4))
                {
                    case 0 or 1:
                        CancellationTokenSource source = new();
                        waiting.Add((pool.RentAsync(s_policy, random.Next(16, 100_000), source.Token).AsTask(), source));
                        break;
                    case 2 when held.Count > 0:
                        int index = random.Next(held.Count);
                        Return(held[index]);
                        held.RemoveAt(index);
                        break;
                    case 3 when waiting.Count > 0 && random.Next(4) == 0:
                        waiting[random.Next(waiting.Count)].Cancellation.Cancel();
                        break;
                }
                Assert.True(pool.BytesLent + pool.BytesIdle <= pool.BytesMax);

                AwaitAnswers();
                held.AddRange(waiting.Where(w => w.Task.IsCompletedSuccessfully).Select(w => w.Task.Result));
                waiting.RemoveAll(w => w.Task.IsCompleted);
                Assert.Equal(held.Sum(b => (long)b.Capacity), pool.BytesLent);
            }
            while (held.Count > 0 || waiting.Count > 0)
            {
                held.ForEach(Return);
                held.Clear();
                AwaitAnswers();
                held.AddRange(waiting.Where(w => w.Task.IsCompletedSuccessfully).Select(w => w.Task.Result));
                waiting.RemoveAll(w => w.Task.IsCompleted);
            }
            Assert.Equal(0, pool.BytesLent);

            // Who no longer waits in the pool is answered on another thread.
            void AwaitAnswers() => Assert.True(
                SpinWait.SpinUntil(() => waiting.Count(w => !w.Task.IsCompleted) <= pool.Waiting, TimeSpan.FromMinutes(1)),
                "a caller left the queue without an answer");
        }));

    /// <summary>Ciphertext bytes that, with the hashes of their leaves, fill a block of so many KiB.</summary>
    private static int Filling(int kib) => kib * (KiB - 8);

    private static SegmentBuffer Now(ValueTask<SegmentBuffer> rent)
    {
        Assert.True(rent.IsCompleted);
        return rent.Result;
    }

    private static void Return(SegmentBuffer buffer) => ((IDisposable)buffer).Dispose();
}
