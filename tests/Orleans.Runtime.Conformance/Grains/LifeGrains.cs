namespace Orleans.Runtime.Conformance;

public interface ILives : IGrainWithStringKey
{
    Task<Guid> Instance();

    Task End();

    Task<Guid> EndAndGoOn(string waitFor);

    Task Linger(string waitFor);

    Task Keep(TimeSpan time);
}

public abstract class LivesBase : Grain, ILives
{
    private readonly Guid _instance = Guid.NewGuid();

    private string Key => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Journal.Write(Key, "activating");
        await Task.Yield();
        Journal.Write(Key, "activated");
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Journal.Write(Key, "deactivating");
        await Task.Yield();
        Journal.Write(Key, $"deactivated: {reason.ReasonCode}");
        Signals.Give($"{Key} {reason.ReasonCode}");
    }

    public Task<Guid> Instance()
    {
        Journal.Write(Key, "called");
        return Task.FromResult(_instance);
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<Guid> EndAndGoOn(string waitFor)
    {
        DeactivateOnIdle();
        Signals.Give($"{Key} ends soon");
        await Signals.Given(waitFor);
        Journal.Write(Key, "went on");
        return _instance;
    }

    public Task Linger(string waitFor)
    {
        Signals.Give($"{Key} lingers");
        return Signals.Given(waitFor);
    }

    public Task Keep(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }
}

public interface IStillborn : IGrainWithStringKey
{
    Task Call();
}

public sealed class StillbornGrain : Grain, IStillborn
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("not today");

    public Task Call() => Task.CompletedTask;
}

public interface ILiving : ILives;

public sealed class LivingGrain : LivesBase, ILiving;

public interface IIdler : ILives;

public sealed class IdlerGrain : LivesBase, IIdler;
