namespace Orleans.Runtime.Conformance;

public interface ITicking : IGrainWithStringKey
{
    Task Start(TimeSpan due, TimeSpan period, bool interleave);

    Task StartFailing(TimeSpan period);

    Task Stop();

    Task Change(TimeSpan due, TimeSpan period);

    Task Hold(string waitFor);

    Task<bool> TickedInItsOwnScheduler();

    Task StartStuck();

    Task End();
}

public sealed class TickingGrain : Grain, ITicking
{
    private IGrainTimer? _timer;
    private TaskScheduler? _scheduler;
    private bool _inOwnScheduler = true;
    private int _ticks;

    private string Key => this.GetPrimaryKeyString();

    public Task Start(TimeSpan due, TimeSpan period, bool interleave)
    {
        _scheduler = TaskScheduler.Current;
        _timer = this.RegisterGrainTimer(
            async (grain, cancellation) =>
            {
                grain._inOwnScheduler &= TaskScheduler.Current == grain._scheduler;
                await Task.Yield();
                Signals.Give($"{grain.Key} tick {++grain._ticks}");
            },
            this, new GrainTimerCreationOptions(due, period) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartFailing(TimeSpan period)
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                Signals.Give($"{Key} tick {++_ticks}");
                throw new InvalidOperationException("This tick fails.");
            },
            new GrainTimerCreationOptions(period, period));
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task Change(TimeSpan due, TimeSpan period)
    {
        _timer!.Change(due, period);
        return Task.CompletedTask;
    }

    public Task Hold(string waitFor)
    {
        Signals.Give($"{Key} held");
        return Signals.Given(waitFor);
    }

    public Task StartStuck()
    {
        _timer = this.RegisterGrainTimer(
            async cancellation =>
            {
                Signals.Give($"{Key} stuck");
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                }
                catch (OperationCanceledException)
                {
                    Signals.Give($"{Key} freed");
                }
            },
            new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true });
        return Task.CompletedTask;
    }

    public Task End()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Journal.Write(Key, $"ended at tick {_ticks}");
        Signals.Give($"{Key} ended");
        return Task.CompletedTask;
    }

    public Task<bool> TickedInItsOwnScheduler() => Task.FromResult(_inOwnScheduler);
}
