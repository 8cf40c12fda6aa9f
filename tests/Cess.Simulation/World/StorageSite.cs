using Cess.Blobs;
using Cess.Coding;
using Cess.Gateway.Objects;
using Cess.Gateway.Objects.Pipeline;
using Cess.Gateway;
using Cess.Grains;
using Cess.Grains.DataPlane;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;
using Microsoft.Extensions.DependencyInjection;

namespace Cess.Simulation.World;

/// <summary>
/// What one node has besides the chain: miners, their fragments, the owner's key, and the state of its grains, all of which outlive its
/// processes.
/// </summary>
internal sealed class StorageSite
{
    private const long PoolBytes = 32 << 20;
    private readonly SimulatedWorld _world;

    public StorageSite(SimulatedWorld world, StoragePolicy policy, int miners)
    {
        _world = world;
        Policy = policy;
        Miners = [.. Enumerable.Range(0, miners).Select(i => new SimulatedMiner(world, ActorKeys.Of($"miner {i}")))];
    }

    public StoragePolicy Policy { get; }

    public ActorKey Owner { get; } = ActorKeys.Of("owner");

    public IReadOnlyList<SimulatedMiner> Miners { get; }

    public IEnumerable<ActorKey> Keys => Miners.Select(miner => miner.Key).Append(Owner);

    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton<Coding.IRandomSource>(new SimulatedRandom(_world.Simulation));
        services.AddSingleton<IBufferRegistry, BufferRegistry>();
        services.AddSingleton<IReadLeases, ReadLeases>();
        services.AddSingleton<IMinerBackends>(provider => new MinerBackends(
            Miners.ToDictionary(miner => miner.Key.Id, miner => (IBlobBackend)miner), provider.GetRequiredService<ILedgerReader>()));
        services.AddSingleton<IFragmentReader, FragmentReader>();
        services.AddSingleton(new SegmentBufferPool(PoolBytes));
        services.AddSingleton(new ReadBuffers(GatewayLimits.ReadBufferBytesMin));
        services.AddSingleton<FragmentDiscard>();
        services.AddSingleton<SegmentWriter>();
        services.AddSingleton<PartWriter>();
        services.AddSingleton<BucketKeyring>();
        services.AddSingleton<FileCommitter>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ObjectStoreServices>(provider, Policy));
        services.AddSingleton<IObjectStore, ObjectStore>();
    }

    /// <summary>Frees what a process had outside the managed heap.</summary>
    public static void Free(IServiceProvider services)
    {
        services.GetRequiredService<SegmentBufferPool>().Dispose();
        services.GetRequiredService<ReadBuffers>().Dispose();
    }

    /// <summary>Registers the miners that the chain does not know, as a node does when it starts.</summary>
    public async Task RegisterAsync(SimulatedNode node)
    {
        foreach (SimulatedMiner miner in Miners)
        {
            while (node.IsUp && node.Head!.MinerOf(miner.Key.Id) is not { } && !await TryAsync(node, miner, new RegisterMiner(miner.Key.Id, "memory", new Balance(1))))
                await _world.WaitAsync(TimeSpan.FromSeconds(2));
            while (node.IsUp && node.Head!.MinerOf(miner.Key.Id) is { DeclaredBytes: 0 } && !await TryAsync(node, miner, new DeclareSpace(SimulatedMiner.Quota)))
                await _world.WaitAsync(TimeSpan.FromSeconds(2));
        }
    }

    private async Task<bool> TryAsync(SimulatedNode node, SimulatedMiner miner, Call call)
    {
        try
        {
            TransactionOutcome outcome = await node.Grains.GetGrain<IAccountGrain>(miner.Key.Id.ToString())
                .ExecuteAsync(new CustodyCall(Scale.Encode(call)))
                .WaitAsync(TimeSpan.FromSeconds(40), _world.Time);
            _world.Trace.Add($"{miner.Key.Name} {call.GetType().Name}: {outcome.ErrorCode ?? "done"}");
            return outcome.Succeeded;
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or OrleansException)
        {
            return false;
        }
    }

    public sealed class SimulatedRandom(Orleans.InProcess.Simulation.Simulation simulation) : Coding.IRandomSource
    {
        public void Fill(Span<byte> bytes) => simulation.Fill(bytes);
    }
}
