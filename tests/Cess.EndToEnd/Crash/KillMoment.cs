namespace Cess.EndToEnd.Crash;

/// <summary>
/// Picks the moment of a kill by progress, not by time: after so many steps of all uploaders together, where a step is a
/// piece of a body that is sent or an answer that is received.
/// </summary>
internal sealed class KillMoment(int steps)
{
    private readonly TaskCompletionSource _come = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = steps;

    /// <summary>Completes when the moment has come.</summary>
    public Task Come => _come.Task;

    /// <summary>True from that moment on.</summary>
    public bool HasCome => _come.Task.IsCompleted;

    /// <summary>One step of progress.</summary>
    public void Step()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _come.SetResult();
        }
    }
}
