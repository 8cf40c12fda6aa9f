using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.InProcess;

namespace Orleans.Runtime.Conformance;

/// <summary>The queue under every activation, under contention.</summary>
public sealed class TurnQueues
{
    [Fact]
    public void Whatever_threads_post_runs_once_in_their_order_and_never_two_at_a_time() => Prop.ForAll(
        Gen.Choose(1, 8).ToArbitrary(), Gen.Choose(1, 2_000).ToArbitrary(), (producers, items) =>
        {
            var scheduler = new ThreadPoolTurnScheduler();
            var queue = new TurnQueue(scheduler, null, NullLogger.Instance);
            var seen = new List<int>[producers];
            int inside = 0;
            bool overlapped = false;
            using var done = new CountdownEvent(producers * items);
            Parallel.For(0, producers, new ParallelOptions { MaxDegreeOfParallelism = producers }, producer =>
            {
                seen[producer] = [];
                for (int i = 0; i < items; i++)
                {
                    int item = i;
                    queue.Post(() =>
                    {
                        overlapped |= Interlocked.Increment(ref inside) != 1;
                        seen[producer].Add(item);
                        Interlocked.Decrement(ref inside);
                        done.Signal();
                    });
                }
            });
            return done.Wait(Wait.Limit) && !overlapped && seen.All(items => items.SequenceEqual(Enumerable.Range(0, items.Count)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public async Task A_busy_queue_lets_others_run()
    {
        using var scheduler = new OneAtATime();
        var busy = new TurnQueue(scheduler, null, NullLogger.Instance);
        var other = new TurnQueue(scheduler, null, NullLogger.Instance);
        int turns = 0;
        for (int i = 0; i < 10 * Limits.TurnsPerSliceMax; i++)
        {
            busy.Post(() => turns++);
        }

        var seen = new TaskCompletionSource<int>();
        other.Post(() => seen.SetResult(turns));
        scheduler.Start();
        Assert.Equal(Limits.TurnsPerSliceMax, await Wait.For(seen.Task));
    }

    private sealed class OneAtATime : ITurnScheduler, IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<IThreadPoolWorkItem> _work = [];

        public void Schedule(IThreadPoolWorkItem work) => _work.Add(work);

        public void ScheduleBlocking(IThreadPoolWorkItem work) => Schedule(work);

        public void Start() => new Thread(() =>
        {
            foreach (var work in _work.GetConsumingEnumerable())
            {
                work.Execute();
            }
        })
        { IsBackground = true }.Start();

        public void Dispose() => _work.CompleteAdding();
    }
}
