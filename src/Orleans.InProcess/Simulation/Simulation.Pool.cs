#pragma warning disable RS0030 // What is banned elsewhere, because it can't be simulated, is what gets simulated here.
namespace Orleans.InProcess.Simulation;

/// <content>Code that uses the thread pool, simulated.</content>
public sealed partial class Simulation
{
    /// <summary>
    /// Runs a scenario on the thread pool, which must have one thread alone. All that code outside the grains hands to the pool
    /// (continuations that left their context, completions that may not run in place) then runs on that same thread, in the order in
    /// which it was handed over, between the simulation's steps; so code that was not written to be simulated can be.
    /// </summary>
    /// <param name="scenario">What happens; it may await anything that the simulation or the pool drives.</param>
    /// <exception cref="InvalidOperationException">The pool has more threads than one.</exception>
    /// <exception cref="SimulationException">Nothing is left that could complete the scenario.</exception>
    public Task RunOnPoolAsync(Func<Task> scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ThreadPool.GetMaxThreads(out int threads, out _);
        if (threads != 1)
        {
            throw new InvalidOperationException($"The thread pool has {threads} threads, so that a run could not be replayed.");
        }

        if (_running)
        {
            throw new InvalidOperationException("The simulation runs already.");
        }

        _running = true;
        var driver = new PoolDriver(this, scenario);
        ThreadPool.UnsafeQueueUserWorkItem(driver, preferLocal: false);
        return driver.Completion;
    }

    /// <summary>One step each time that its turn on the pool comes, behind all that was queued there before.</summary>
    private sealed class PoolDriver(Simulation simulation, Func<Task> scenario) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task? _done;

        public Task Completion => _completion.Task;

        public void Execute()
        {
            try
            {
                simulation._threadId = Environment.CurrentManagedThreadId;
                _done ??= Task.Factory.StartNew(
                    scenario, CancellationToken.None, TaskCreationOptions.DenyChildAttach, simulation._tasks).Unwrap();
                if (simulation._intrusion is { } intrusion)
                {
                    throw intrusion;
                }

                // What the run leaves on the pool must not reach into the next one.
                if (_done.IsCompleted && ThreadPool.PendingWorkItemCount == 0)
                {
                    simulation._running = false;
                    _completion.SetFromTask(_done);
                    return;
                }

                // What is queued on the pool happens now; time may only pass when nothing is left to happen.
                if (!_done.IsCompleted && (simulation._ready.Count > 0 || ThreadPool.PendingWorkItemCount == 0))
                {
                    simulation.Step();
                }

                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            catch (Exception e)
            {
                simulation._running = false;
                _completion.TrySetException(e);
            }
        }
    }
}
