using Orleans.InProcess.Simulation;
using Orleans.Storage;

namespace Orleans.Runtime.Conformance;

public interface ISlowTally : IGrainWithStringKey
{
    Task<int> AddSlowly(TimeSpan time);

    Task<int> Add();
}

/// <summary>Counts, and takes its time between what it knows and what it writes.</summary>
public sealed class SlowTallyGrain(TimeProvider clock, [PersistentState("tally")] IPersistentState<Tally> tally) : Grain, ISlowTally
{
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Journal.Write(this.GetPrimaryKeyString(), reason.ReasonCode.ToString());
        return Task.CompletedTask;
    }

    public async Task<int> AddSlowly(TimeSpan time)
    {
        await Task.Delay(time, clock);
        return await Add();
    }

    public async Task<int> Add()
    {
        tally.State.Count++;
        await tally.WriteStateAsync();
        return tally.State.Count;
    }
}

/// <summary>Grains that are active twice, as they may be in a cluster that does not agree on its members.</summary>
public sealed class TwiceActive
{
    [Fact]
    public void An_orphaned_activation_goes_on_and_what_it_writes_over_anothers_state_is_refused()
    {
        string key = Guid.NewGuid().ToString();
        Run(async (services, client) =>
        {
            var grain = client.GetGrain<ISlowTally>(key);
            Assert.Equal(1, await grain.Add());
            Task<int> slow = grain.AddSlowly(TimeSpan.FromSeconds(10));
            Action? end = DoubleActivation.Orphan(services, grain.GetGrainId());

            var other = client.GetGrain<ISlowTally>(key);
            Assert.Equal(2, await other.Add());
            await Assert.ThrowsAsync<InconsistentStateException>(() => slow);
            Assert.Equal(3, await other.Add());
            Assert.NotNull(end);
        });
    }

    [Fact]
    public void An_orphaned_activation_can_be_ended_and_the_other_stays()
    {
        string key = Guid.NewGuid().ToString();
        Run(async (services, client) =>
        {
            var grain = client.GetGrain<ISlowTally>(key);
            await grain.Add();
            GrainId id = Assert.Single(DoubleActivation.FindActive(services), active => active == grain.GetGrainId());
            Action end = DoubleActivation.Orphan(services, id)!;
            Assert.DoesNotContain(id, DoubleActivation.FindActive(services));
            Assert.Null(DoubleActivation.Orphan(services, id));
            var other = client.GetGrain<ISlowTally>(key);
            await other.Add();
            end();

            Assert.Equal(3, await other.Add());
            Assert.Contains(id, DoubleActivation.FindActive(services));
        });
        Assert.Equal([nameof(DeactivationReasonCode.DuplicateActivation), nameof(DeactivationReasonCode.ShuttingDown)], Journal.Read(key));
    }

    private static void Run(Func<IServiceProvider, IClusterClient, Task> scenario)
    {
        var simulation = new Simulation(1, DateTimeOffset.UnixEpoch);
        simulation.Run(async () =>
        {
            var silo = new SimulatedSilo(simulation, builder => builder.AddMemoryGrainStorageAsDefault());
            await silo.StartAsync();
            await scenario(silo.Services, silo.Client);
            await silo.StopAsync();
        });
    }
}
