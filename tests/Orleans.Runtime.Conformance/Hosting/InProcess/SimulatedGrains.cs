using Orleans.Streams;

namespace Orleans.Runtime.Conformance;

/// <summary>What happened in one simulated run, in order.</summary>
public sealed class Trace(TimeProvider time)
{
    public List<string> Entries { get; } = [];

    public void Write(string entry) => Entries.Add($"{time.GetUtcNow():HH:mm:ss.fff} {entry}");
}

public interface ITrader : IGrainWithIntegerKey, IRemindable
{
    Task Open(int partners);

    Task<int> Offer(int amount, int hops);

    Task<int> Balance();
}

/// <summary>Trades with its neighbours by timers, calls, streams, reminders and stored state, and awaits at odd places.</summary>
[ImplicitStreamSubscription("trades")]
public sealed class TraderGrain(
    Trace trace, [PersistentState("balance")] IPersistentState<Tally> balance) : Grain, ITrader
{
    private const int TicksADay = 40;

    private int _partners;
    private int _tick;
    private IGrainTimer? _timer;

    private long Me => this.GetPrimaryKeyLong();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        trace.Write($"{Me} activated with {balance.State.Count}");
        await this.GetStreamProvider(SharedSilo.Streams).GetStream<Event>("trades", Me).SubscribeAsync((item, _) =>
        {
            trace.Write($"{Me} hears {item.Text}");
            return Task.CompletedTask;
        });
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        trace.Write($"{Me} deactivated: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public async Task Open(int partners)
    {
        _partners = partners;
        await this.RegisterOrUpdateReminder("wake", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)));
    }

    public async Task<int> Offer(int amount, int hops)
    {
        balance.State.Count += amount;
        trace.Write($"{Me} takes {amount}, has {balance.State.Count}");
        await balance.WriteStateAsync();
        await Task.Yield();
        return hops == 0 ? balance.State.Count : await Next().Offer(amount + 1, hops - 1);
    }

    public Task<int> Balance() => Task.FromResult(balance.State.Count);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        trace.Write($"{Me} reminded of {reminderName}");
        return Task.CompletedTask;
    }

    private async Task Tick()
    {
        _tick++;
        trace.Write($"{Me} ticks {_tick}");
        if (_tick == TicksADay)
        {
            _timer!.Dispose();
        }

        int far = await Next().Offer((int)Me, 2);
        await this.GetStreamProvider(SharedSilo.Streams).GetStream<Event>("trades", (Me + 1) % _partners).OnNextAsync(new Event(far, $"{Me} got {far}"));
    }

    // Always one level further, so that no two grains wait for each other.
    private ITrader Next() => GrainFactory.GetGrain<ITrader>(((Me + _tick) % 5) + ((Me / 100) + 1) * 100);
}

/// <summary>What a call of <see cref="IChaotic"/> does besides counting.</summary>
[Flags]
public enum Mischief
{
    None = 0,
    EndsItsActivation = 1,
    Dawdles = 2,
    FailsBeforeItCounts = 4,
    CallsAnother = 8,
    ForgetsToWrite = 16,
    StartsATimer = 32,
    ReadsAgain = 64,
}

public interface IChaotic : IGrainWithIntegerKey
{
    Task<int> Count(Mischief mischief, int level);

    Task<int> Total();
}

public sealed class ChaoticGrain([PersistentState("chaos")] IPersistentState<Tally> count, TimeProvider time) : Grain, IChaotic
{
    private bool _inside;

    public async Task<int> Count(Mischief mischief, int level)
    {
        Assert.False(_inside, "Two calls of a grain ran at once.");
        _inside = true;
        try
        {
            if (mischief.HasFlag(Mischief.EndsItsActivation))
            {
                DeactivateOnIdle();
            }

            if (mischief.HasFlag(Mischief.StartsATimer))
            {
                this.RegisterGrainTimer(() => Task.CompletedTask, new GrainTimerCreationOptions(TimeSpan.Zero, TimeSpan.FromMinutes(1)));
            }

            if (mischief.HasFlag(Mischief.Dawdles))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(7), time);
            }

            if (mischief.HasFlag(Mischief.CallsAnother) && level < 3)
            {
                await GrainFactory.GetGrain<IChaotic>(this.GetPrimaryKeyLong() + 100).Count(mischief & ~Mischief.FailsBeforeItCounts, level + 1);
            }

            if (mischief.HasFlag(Mischief.FailsBeforeItCounts))
            {
                throw new InvalidOperationException("before it counts");
            }

            if (mischief.HasFlag(Mischief.ForgetsToWrite))
            {
                count.State.Names.Add("not written");
                await count.ReadStateAsync();
            }

            count.State.Count++;
            await count.WriteStateAsync();
            if (mischief.HasFlag(Mischief.ReadsAgain))
            {
                await count.ReadStateAsync();
            }

            return count.State.Count;
        }
        finally
        {
            _inside = false;
        }
    }

    public Task<int> Total() => Task.FromResult(count.State.Count);
}
