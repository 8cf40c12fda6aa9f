using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>Something to do in a turn. Items link themselves, so that queueing one allocates nothing.</summary>
internal abstract class WorkItem
{
    internal WorkItem? Next;

    /// <summary>Runs in a turn; must not throw.</summary>
    internal abstract void Run();
}

/// <summary>
/// Runs work items one at a time, in order. It is the task scheduler of its owner: what code awaits in a turn goes on in a later
/// one.
/// </summary>
/// <remarks>
/// Producers push on a lock-free stack; the consumer takes the whole stack at once and turns it round. The state is the head:
/// null is idle, <see cref="s_running"/> is running with nothing new, anything else is the newest item.
/// Only the producer that finds null hands the queue to the scheduler, so it is never scheduled twice.
/// </remarks>
internal sealed class TurnQueue : TaskScheduler, IThreadPoolWorkItem
{
    private static readonly WorkItem s_running = new Sentinel();

    [ThreadStatic]
    private static TurnQueue? t_current;

    private readonly ITurnScheduler _scheduler;
    private readonly IGrainContext? _context;
    private readonly ILogger _logger;
    private WorkItem? _head;
    private WorkItem? _batch;
    private ExecutionContext? _clean;

    internal TurnQueue(ITurnScheduler scheduler, IGrainContext? context, ILogger logger)
    {
        _scheduler = scheduler;
        _context = context;
        _logger = logger;
    }

    public override int MaximumConcurrencyLevel => 1;

    internal bool IsCurrent => t_current == this;

    internal void Post(WorkItem item)
    {
        while (true)
        {
            var head = Volatile.Read(ref _head);
            item.Next = head;
            if (Interlocked.CompareExchange(ref _head, item, head) == head)
            {
                if (head is null)
                {
                    _scheduler.Schedule(this);
                }

                return;
            }
        }
    }

    internal void Post(Action action) => Post(new ActionItem(action, _logger));

    /// <summary>Code that is not async may leave values behind that belong to its own flow of control.</summary>
    internal void ResetExecutionContext()
    {
        if (_clean is { } clean && ExecutionContext.Capture() != clean)
        {
            ExecutionContext.Restore(clean);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Inside a task of this scheduler TaskScheduler.Current is this queue, which is what awaits capture.
        var slice = new Task(static queue => ((TurnQueue)queue!).RunSlice(), this);
        var outer = t_current;
        var outerContext = RuntimeContext.Current;
        t_current = this;
        RuntimeContext.Current = _context;
        try
        {
            slice.RunSynchronously(this);
        }
        finally
        {
            t_current = outer;
            RuntimeContext.Current = outerContext;
        }
    }

    protected override void QueueTask(Task task) => Post(new TaskItem(task, this));

    // What a turn completes may go on within the same turn, as with any task scheduler; nothing of another owner may.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && t_current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void RunSlice()
    {
        _clean = ExecutionContext.Capture();
        var item = _batch;
        _batch = null;
        for (int turns = 0; ;)
        {
            if (item is null)
            {
                var newest = Interlocked.Exchange(ref _head, s_running);
                if (newest == s_running)
                {
                    if (Interlocked.CompareExchange(ref _head, null, s_running) == s_running)
                    {
                        return;
                    }

                    continue;
                }

                item = OldestFirst(newest!);
            }

            if (turns == Limits.TurnsPerSliceMax)
            {
                _batch = item;
                _scheduler.Schedule(this);
                return;
            }

            turns++;
            var next = item.Next;
            item.Next = null;
            try
            {
                item.Run();
            }
            catch (Exception e)
            {
                _logger.LogError(e, "A work item of {Context} threw; it must not.", _context);
                Debug.Fail(e.ToString());
            }

            ResetExecutionContext();
            item = next;
        }
    }

    private static WorkItem OldestFirst(WorkItem newest)
    {
        WorkItem? oldest = null;
        for (WorkItem? item = newest; item is not null && item != s_running;)
        {
            var older = item.Next;
            item.Next = oldest;
            oldest = item;
            item = older;
        }

        return oldest!;
    }

    private sealed class Sentinel : WorkItem
    {
        internal override void Run() => throw new UnreachableException();
    }

    private sealed class TaskItem(Task task, TurnQueue queue) : WorkItem
    {
        internal override void Run() => queue.TryExecuteTask(task);
    }

    private sealed class ActionItem(Action action, ILogger logger) : WorkItem
    {
        internal override void Run()
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                logger.LogError(e, "Runtime work failed.");
            }
        }
    }
}
