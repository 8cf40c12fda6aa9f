#pragma warning disable RS0030 // These are the seams' default implementations: the one place that touches threads and entropy.
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Orleans.InProcess;

/// <summary>Turns on the .NET thread pool, blocking work on a few threads of its own.</summary>
internal sealed class ThreadPoolTurnScheduler : ITurnScheduler, IDisposable
{
    private readonly BlockingCollection<IThreadPoolWorkItem> _blocking = [];
    private readonly Lock _gate = new();
    private int _threads;
    private int _idle;

    public void Schedule(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: true);

    public void ScheduleBlocking(IThreadPoolWorkItem work)
    {
        _blocking.Add(work);
        lock (_gate)
        {
            if (_idle >= _blocking.Count || _threads == Limits.BlockingThreadsMax)
            {
                return;
            }

            _threads++;
        }

        var thread = new Thread(RunBlocking) { IsBackground = true, Name = "Orleans.InProcess blocking work" };
        thread.UnsafeStart();
    }

    public void Dispose() => _blocking.CompleteAdding();

    private void RunBlocking()
    {
        while (true)
        {
            Interlocked.Increment(ref _idle);
            bool taken = _blocking.TryTake(out var work, Timeout.Infinite);
            Interlocked.Decrement(ref _idle);
            if (!taken)
            {
                return;
            }

            work!.Execute();
        }
    }
}

internal sealed class SystemRandomSource : IRandomSource
{
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}

internal static class TimeProviders
{
    internal static TimeProvider System => TimeProvider.System;
}
