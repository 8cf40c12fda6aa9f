using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;

namespace Orleans.Runtime.Conformance;

/// <summary>The runtime takes time, order and randomness from outside, all of it.</summary>
public sealed class Simulations
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_same_seed_gives_the_same_run(ulong seed)
    {
        var (first, steps) = Trade(seed);
        var (second, stepsAgain) = Trade(seed);
        Assert.Equal(first, second);
        Assert.Equal(steps, stepsAgain);
        Assert.Contains(first, entry => entry.EndsWith("deactivated: ActivationIdle", StringComparison.Ordinal));
        Assert.Contains(first, entry => entry.EndsWith("reminded of wake", StringComparison.Ordinal));
        Assert.Contains(first, entry => entry.Contains("hears", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_seed_gives_another_run() => Assert.NotEqual(Trade(1).Trace, Trade(2).Trace);

    [Fact]
    public void Hours_pass_in_no_time_and_no_timer_is_late()
    {
        var simulation = new Simulation(1, Start);
        simulation.Run(async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                await Task.Delay(TimeSpan.FromHours(1), simulation.Time);
            }
        });
        Assert.Equal(Start.AddHours(1000), simulation.Time.GetUtcNow());
    }

    [Fact]
    public void A_run_that_waits_for_nothing_is_given_up()
    {
        var stuck = new TaskCompletionSource();
        Assert.Throws<SimulationException>(() => new Simulation(1, Start).Run(() => stuck.Task));
    }

    [Fact]
    public void A_call_times_out_in_virtual_time()
    {
        var simulation = new Simulation(1, Start);
        var silo = new SimulatedSilo(simulation, _ => { });
        simulation.Run(async () =>
        {
            await silo.StartAsync();
            await Assert.ThrowsAsync<TimeoutException>(() => silo.Client.GetGrain<IPatient>("p").Sleep("never given"));
            Assert.InRange(simulation.Time.GetUtcNow() - Start, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(32));
        });
    }

    [Fact]
    public void Work_from_a_thread_that_is_not_driven_ends_the_run()
    {
        var simulation = new Simulation(1, Start);
        Assert.Throws<SimulationException>(() => simulation.Run(async () =>
        {
            var intruder = new Thread(() => Assert.Throws<SimulationException>(() => simulation.Schedule(null!)));
            intruder.Start();
            intruder.Join();
            await Task.Yield();
        }));
    }

    [Fact]
    public void However_grains_end_dawdle_and_fail_every_call_is_answered_once_and_counted_once() =>
        Prop.ForAll<ulong>(Chaos).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static void Chaos(ulong seed)
    {
        const int Grains = 4;
        const int Clients = 8;
        const int CallsAClient = 25;
        var simulation = new Simulation(seed, Start);
        var silo = new SimulatedSilo(simulation, builder => builder.AddMemoryGrainStorageAsDefault());
        var choices = new Random((int)(seed & int.MaxValue));
        simulation.Run(async () =>
        {
            await silo.StartAsync();
            int[] counted = new int[Grains];
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
            {
                for (int i = 0; i < CallsAClient; i++)
                {
                    int grain = choices.Next(Grains);
                    var mischief = (Mischief)choices.Next(128);
                    try
                    {
                        Assert.True(await silo.Client.GetGrain<IChaotic>(grain).Count(mischief, 0) > 0);
                        counted[grain]++;
                    }
                    catch (InvalidOperationException)
                    {
                        Assert.True(mischief.HasFlag(Mischief.FailsBeforeItCounts));
                    }
                }
            }));
            for (int i = 0; i < Grains; i++)
            {
                Assert.Equal(counted[i], await silo.Client.GetGrain<IChaotic>(i).Total());
            }

            await silo.StopAsync();
            Assert.Equal(0, silo.DirectoryEntries);
        });
    }

    private static (List<string> Trace, long Steps) Trade(ulong seed)
    {
        const int Partners = 5;
        var simulation = new Simulation(seed, Start);
        Trace trace = new(simulation.Time);
        var silo = new SimulatedSilo(simulation, builder =>
        {
            builder.Services.AddSingleton(trace);
            builder.AddMemoryGrainStorageAsDefault();
            builder.AddMemoryStreams(SharedSilo.Streams);
            builder.UseInMemoryReminderService();
        });
        simulation.Run(async () =>
        {
            await silo.StartAsync();
            await Task.WhenAll(Enumerable.Range(0, Partners).Select(i => silo.Client.GetGrain<ITrader>(i).Open(Partners)));
            await Task.Delay(TimeSpan.FromMinutes(1), simulation.Time);
            var balances = await Task.WhenAll(Enumerable.Range(0, Partners).Select(i => silo.Client.GetGrain<ITrader>(i).Balance()));
            trace.Write(string.Join(",", balances));
            await Task.Delay(TimeSpan.FromHours(2), simulation.Time);
            trace.Write("stopping");
            await silo.StopAsync();
        }, 2_000_000);
        return (trace.Entries, simulation.Steps);
    }
}
