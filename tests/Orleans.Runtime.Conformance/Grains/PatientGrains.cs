using Orleans.Concurrency;

namespace Orleans.Runtime.Conformance;

public interface IPatient : IGrainWithStringKey
{
    Task Sleep(string waitFor);

    [ResponseTimeout("00:00:01")]
    Task SleepBriefly(string waitFor);

    Task<int> Count();

    Task Cancellable(string name, CancellationToken cancellation);

    Task<bool> CancelledBefore(CancellationToken cancellation);

    Task CallsCancellable(IPatient other, string name, CancellationToken cancellation);
}

public sealed class PatientGrain : Grain, IPatient
{
    private int _count;

    public Task Sleep(string waitFor)
    {
        _count++;
        return Signals.Given(waitFor);
    }

    public Task SleepBriefly(string waitFor) => Sleep(waitFor);

    public Task<int> Count() => Task.FromResult(_count);

    public async Task Cancellable(string name, CancellationToken cancellation)
    {
        var scheduler = TaskScheduler.Current;
        using var registered = cancellation.Register(() => Journal.Write(name, TaskScheduler.Current == scheduler ? "in turn" : "out of turn"));
        Signals.Give($"{name} begins");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }
        catch (OperationCanceledException)
        {
            Signals.Give($"{name} cancelled");
            throw;
        }
    }

    public Task<bool> CancelledBefore(CancellationToken cancellation) => Task.FromResult(cancellation.IsCancellationRequested);

    public Task CallsCancellable(IPatient other, string name, CancellationToken cancellation) => other.Cancellable(name, cancellation);
}
