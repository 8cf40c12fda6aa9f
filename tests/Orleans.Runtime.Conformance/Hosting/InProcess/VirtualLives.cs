using Orleans.Configuration;
using Orleans.InProcess.Simulation;
using Orleans.Timers;

namespace Orleans.Runtime.Conformance;

public interface ILazy : IGrainWithStringKey
{
    Task Wake();

    Task Keep(TimeSpan time);

    Task StartTimer(TimeSpan period, bool keepAlive);
}

public interface IDefaultLazy : ILazy;

public interface IPatientLazy : ILazy;

public interface IForeverLazy : ILazy;

public abstract class LazyBase(TimeProvider time) : Grain, ILazy
{
    private DateTimeOffset _woken;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Journal.Write(this.GetPrimaryKeyString(), $"{reason.ReasonCode} after {(time.GetUtcNow() - _woken).TotalMinutes:0} min");
        return Task.CompletedTask;
    }

    public Task Wake()
    {
        _woken = time.GetUtcNow();
        return Task.CompletedTask;
    }

    public Task Keep(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task StartTimer(TimeSpan period, bool keepAlive)
    {
        int ticks = 0;
        IGrainTimer? timer = null;
        timer = this.RegisterGrainTimer(
            () =>
            {
                if (++ticks == 10)
                {
                    timer!.Dispose();
                }

                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(period, period) { KeepAlive = keepAlive });
        return Task.CompletedTask;
    }
}

public sealed class DefaultLazyGrain(TimeProvider time) : LazyBase(time), IDefaultLazy;

[CollectionAgeLimit(Hours = 2)]
public sealed class PatientLazyGrain(TimeProvider time) : LazyBase(time), IPatientLazy;

[KeepAlive]
public sealed class ForeverLazyGrain(TimeProvider time) : LazyBase(time), IForeverLazy;

/// <summary>When idle grains are collected, to the minute, in virtual time.</summary>
public sealed class VirtualLives
{
    [Fact]
    public void An_idle_grain_is_collected_after_the_silos_age() =>
        Assert.Equal(["ActivationIdle after 15 min"], LifeOf<IDefaultLazy>("plain", _ => Task.CompletedTask));

    [Fact]
    public void A_class_has_an_age_of_its_own() =>
        Assert.Equal(["ActivationIdle after 120 min"], LifeOf<IPatientLazy>("own age", _ => Task.CompletedTask));

    [Fact]
    public void A_class_may_be_kept_for_good() =>
        Assert.Equal(["ShuttingDown after 1440 min"], LifeOf<IForeverLazy>("forever", _ => Task.CompletedTask));

    [Fact]
    public void A_grain_may_ask_to_be_kept_for_a_while() =>
        Assert.Equal(["ActivationIdle after 60 min"], LifeOf<IDefaultLazy>("kept", grain => grain.Keep(TimeSpan.FromHours(1))));

    [Fact]
    public void A_grain_may_take_that_back() => Assert.Equal(["ActivationIdle after 15 min"], LifeOf<IDefaultLazy>("taken back", async grain =>
    {
        await grain.Keep(TimeSpan.MaxValue);
        await grain.Keep(TimeSpan.Zero);
    }));

    [Fact]
    public void A_timer_does_not_keep_its_grain() => Assert.Equal(
        ["ActivationIdle after 15 min"], LifeOf<IDefaultLazy>("lazy ticks", grain => grain.StartTimer(TimeSpan.FromMinutes(10), keepAlive: false)));

    [Fact]
    public void A_timer_that_is_to_keep_its_grain_does() => Assert.Equal(
        ["ActivationIdle after 115 min"], LifeOf<IDefaultLazy>("lazy keeps", grain => grain.StartTimer(TimeSpan.FromMinutes(10), keepAlive: true)));

    [Fact]
    public void The_host_sets_the_age_of_a_class_by_its_name() => Assert.Equal(
        ["ActivationIdle after 30 min"], LifeOf<IDefaultLazy>("by name", _ => Task.CompletedTask, silo => silo.Configure<GrainCollectionOptions>(
            options => options.ClassSpecificCollectionAge[typeof(DefaultLazyGrain).FullName!] = TimeSpan.FromMinutes(30))));

    [Fact]
    public void Nothing_is_kept_of_grains_that_were_collected_stateless_workers_included()
    {
        var simulation = new Simulation(3, new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var silo = new SimulatedSilo(simulation, _ => { });
        simulation.Run(async () =>
        {
            await silo.StartAsync();
            Signals.Give("collected workers");
            await Task.WhenAll(Enumerable.Range(0, 100).Select(i => silo.Client.GetGrain<IWorker>(i).Work("w", "collected workers")));
            await Task.WhenAll(Enumerable.Range(0, 100).Select(i => silo.Client.GetGrain<ILongKeyed>(i).Key()));
            Assert.Equal(200, silo.DirectoryEntries);
            await Task.Delay(TimeSpan.FromHours(1), simulation.Time);
            Assert.Equal(0, silo.DirectoryEntries);
            await silo.StopAsync();
        });
    }

    private static string[] LifeOf<TGrain>(string key, Func<TGrain, Task> wake, Action<ISiloBuilder>? configure = null)
        where TGrain : ILazy
    {
        var simulation = new Simulation(3, new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var silo = new SimulatedSilo(simulation, configure ?? (_ => { }));
        simulation.Run(async () =>
        {
            await silo.StartAsync();
            var grain = silo.Client.GetGrain<TGrain>(key);
            await grain.Wake();
            await wake(grain);
            await Task.Delay(TimeSpan.FromDays(1), simulation.Time);
            await silo.StopAsync();
        });
        return Journal.Read(key);
    }
}
