namespace Orleans.InProcess;

/// <summary>
/// Where the runtime's work runs: the seam through which a simulation drives everything from one thread.
/// Register another implementation as a singleton service to replace the thread pool.
/// </summary>
/// <remarks>
/// Contract: every item's <see cref="IThreadPoolWorkItem.Execute"/> is called exactly once for each time it was handed in,
/// never inside the call that hands it in, never with the execution context of whoever handed it in, and without a
/// synchronization context. Items may run in any order and on any thread.
/// </remarks>
public interface ITurnScheduler
{
    /// <summary>Queues work that runs turns of one activation and never blocks.</summary>
    void Schedule(IThreadPoolWorkItem work);

    /// <summary>Queues work that may block on I/O for a while, such as a SQLite transaction.</summary>
    void ScheduleBlocking(IThreadPoolWorkItem work);
}
