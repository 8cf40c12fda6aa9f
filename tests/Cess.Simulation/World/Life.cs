using Orleans.InProcess;

namespace Cess.Simulation.World;

/// <summary>
/// One process from its start to its end. What it had still to do when it died is never done; while it stands still, what falls due
/// waits.
/// </summary>
internal sealed class Life(Orleans.InProcess.Simulation.Simulation simulation) : ITurnScheduler
{
    private readonly List<Action> _held = [];
    private readonly TaskCompletionSource _ended = new();

    public bool IsAlive { get; private set; } = true;

    public bool IsPaused { get; private set; }

    /// <summary>True once its first call to the chain was answered.</summary>
    public bool IsUp { get; set; }

    /// <summary>Whether the grain that makes the chain, or one that votes, is active twice.</summary>
    public bool HasTwoChains { get; set; }

    public TimeSpan Skew { get; set; }

    /// <summary>Ends with the process, so that who waits for its answer learns that none will come.</summary>
    public Task Ended => _ended.Task;

    public void Die()
    {
        IsAlive = false;
        _ended.TrySetResult();
        _held.Clear();
    }

    public void Pause() => IsPaused = true;

    public void Resume()
    {
        IsPaused = false;
        Action[] held = [.. _held];
        _held.Clear();
        foreach (Action action in held)
            Run(action);
    }

    public void Run(Action action)
    {
        if (!IsAlive)
            return;
        if (IsPaused)
            _held.Add(action);
        else
            action();
    }

    public void Schedule(IThreadPoolWorkItem work) => simulation.Schedule(new Turn(this, work));

    public void ScheduleBlocking(IThreadPoolWorkItem work) => Schedule(work);

    private sealed class Turn(Life life, IThreadPoolWorkItem work) : IThreadPoolWorkItem
    {
        public void Execute() => life.Run(work.Execute);
    }
}
