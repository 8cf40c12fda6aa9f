using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>The stages of one activation. Only what takes part in them costs anything.</summary>
internal sealed class GrainLifecycle : IGrainLifecycle
{
    private List<(int Stage, ILifecycleObserver Observer)>? _observers;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var entry = (stage, observer);
        (_observers ??= []).Add(entry);
        return new Subscription(() => _observers.Remove(entry));
    }

    internal Task OnStart(CancellationToken cancellation) =>
        _observers is null ? Task.CompletedTask : StartAsync(_observers, cancellation);

    internal Task OnStop(CancellationToken cancellation) =>
        _observers is null ? Task.CompletedTask : StopAsync(_observers, cancellation);

    private static async Task StartAsync(List<(int Stage, ILifecycleObserver Observer)> observers, CancellationToken cancellation)
    {
        foreach (var group in observers.ToLookup(entry => entry.Stage).OrderBy(group => group.Key))
        {
            await Task.WhenAll(group.Select(entry => entry.Observer.OnStart(cancellation)));
        }
    }

    private static async Task StopAsync(List<(int Stage, ILifecycleObserver Observer)> observers, CancellationToken cancellation)
    {
        foreach (var group in observers.ToLookup(entry => entry.Stage).OrderByDescending(group => group.Key))
        {
            await Task.WhenAll(group.Select(entry => entry.Observer.OnStop(cancellation)));
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
