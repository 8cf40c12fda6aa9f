using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime.Conformance;

/// <summary>Calls that begin, wait for a signal and end, and leave a journal of it.</summary>
public interface ITakesTurns : IGrainWithStringKey
{
    Task Run(string name, string waitFor);

    [AlwaysInterleave]
    Task RunBeside(string name, string waitFor);

    [ReadOnly]
    Task Read(string name, string waitFor);

    [OneWay]
    Task Tell(string name, string waitFor);

    Task<int> CountUnguarded(int times);

    [AlwaysInterleave]
    Task<bool> KeepsItsSchedulerAfterAwaits();
}

public interface ITurns : ITakesTurns;

public interface IReentrantTurns : ITakesTurns;

public interface IChoosyTurns : ITakesTurns;

public abstract class TurnsBase : Grain
{
    private int _count;

    public async Task Run(string name, string waitFor)
    {
        Journal.Write(this.GetPrimaryKeyString(), $"{name} begins");
        Signals.Give($"{this.GetPrimaryKeyString()} {name} begins");
        await Signals.Given(waitFor);
        Journal.Write(this.GetPrimaryKeyString(), $"{name} ends");
        Signals.Give($"{this.GetPrimaryKeyString()} {name} ends");
    }

    public Task RunBeside(string name, string waitFor) => Run(name, waitFor);

    public Task Read(string name, string waitFor) => Run(name, waitFor);

    public Task Tell(string name, string waitFor) => Run(name, waitFor);

    public async Task<int> CountUnguarded(int times)
    {
        for (int i = 0; i < times; i++)
        {
            int read = _count;
            if (i % 16 == 0)
            {
                await Task.Yield();
            }

            _count = read + 1;
        }

        return _count;
    }

    public async Task<bool> KeepsItsSchedulerAfterAwaits()
    {
        var before = TaskScheduler.Current;
        await Task.Yield();
        bool kept = TaskScheduler.Current == before && before != TaskScheduler.Default;
        await Task.Run(() => { });
        return kept && TaskScheduler.Current == before;
    }
}

public sealed class TurnsGrain : TurnsBase, ITurns;

[Reentrant]
public sealed class ReentrantTurnsGrain : TurnsBase, IReentrantTurns;

[MayInterleave(nameof(MayInterleave))]
public sealed class ChoosyTurnsGrain : TurnsBase, IChoosyTurns
{
    public static bool MayInterleave(IInvokable call) =>
        call.GetArgumentCount() == 2 && call.GetArgument(0) is string name
        && (name == "undecided" ? throw new InvalidOperationException(name) : name.StartsWith("polite", StringComparison.Ordinal));
}

/// <summary>Two grains that call each other.</summary>
public interface IPartner : IGrainWithStringKey
{
    Task<string> AskBack(IPartner other, bool allow);

    Task<string> AskTwiceBack(IPartner other);

    Task<string> Relay(IPartner asker);

    Task<string> Answer();
}

public sealed class PartnerGrain : Grain, IPartner
{
    public async Task<string> AskBack(IPartner other, bool allow)
    {
        if (!allow)
        {
            return await other.Relay(this.AsReference<IPartner>());
        }

        using (RequestContext.AllowCallChainReentrancy())
        {
            return await other.Relay(this.AsReference<IPartner>());
        }
    }

    public async Task<string> AskTwiceBack(IPartner other)
    {
        string first;
        using (RequestContext.AllowCallChainReentrancy())
        {
            first = await other.Relay(this.AsReference<IPartner>());
        }

        return first + await other.Answer();
    }

    public Task<string> Relay(IPartner asker) => asker.Answer();

    public Task<string> Answer() => Task.FromResult(this.GetPrimaryKeyString());
}

public interface IWorker : IGrainWithIntegerKey
{
    Task<Guid> Work(string name, string waitFor);
}

[StatelessWorker(3)]
public sealed class WorkerGrain : Grain, IWorker
{
    private readonly Guid _instance = Guid.NewGuid();

    public async Task<Guid> Work(string name, string waitFor)
    {
        Signals.Give($"{name} begins");
        await Signals.Given(waitFor);
        return _instance;
    }
}

public interface IDeaf : IGrainWithStringKey
{
    [OneWay]
    Task FailQuietly(string signal);

    [OneWay]
    void TellPlainly(string signal);
}

public sealed class DeafGrain : Grain, IDeaf
{
    public Task FailQuietly(string signal)
    {
        Signals.Give(signal);
        throw new InvalidOperationException("nobody hears");
    }

    public void TellPlainly(string signal) => Signals.Give(signal);
}

public interface IFan : IGrainWithIntegerKey
{
    Task<long> Spread(int levels, int width);
}

public sealed class FanGrain : Grain, IFan
{
    public async Task<long> Spread(int levels, int width)
    {
        if (levels == 0)
        {
            return 1;
        }

        long me = this.GetPrimaryKeyLong();
        long[] counts = await Task.WhenAll(
            Enumerable.Range(0, width).Select(i => GrainFactory.GetGrain<IFan>((me * width) + i + 1).Spread(levels - 1, width)));
        return counts.Sum() + 1;
    }
}
