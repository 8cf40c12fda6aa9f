using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Chain;

/// <summary>The node, its chain and its miners at a glance.</summary>
internal static class StatusEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/status", GetStatusAsync).WithSummary("The node, its chain and its miners at a glance").Produces<StatusMessage>();
        v1.MapGet("/miners", GetMinersAsync).WithSummary("All miners").Produces<MinerList>();
    }

    private static async Task<IResult> GetStatusAsync(ILedgerReader ledger, INodeGrains grains, RestOptions options)
    {
        LedgerState head = ledger.Head;
        ChainStatus status = await grains.GetStatusAsync();
        IReadOnlyList<MinerView> miners = await grains.GetMinersAsync();

        // Height, hash and time come from the head that this door answers from, so that they are of one block.
        ChainMessage message = new(
            options.ChainName, head.Genesis, head.Height, head.BlockHash, RestTime.Of(head.Header.TimeMs), status.PoolCount, options.DefaultPolicy);
        SpaceMessage space = new(
            miners.Aggregate(0UL, (sum, miner) => sum + miner.DeclaredBytes),
            miners.Aggregate(0UL, (sum, miner) => sum + miner.ReservedBytes),
            miners.Aggregate(0UL, (sum, miner) => sum + miner.UsedBytes));
        return JsonAnswer.Of(
            new StatusMessage(message, new MinerCount(miners.Count(miner => miner.Healthy), miners.Count), space, [.. status.Abstaining]),
            WireJson.Readable.StatusMessage);
    }

    private static async Task<IResult> GetMinersAsync(INodeGrains grains)
    {
        IReadOnlyList<MinerView> miners = await grains.GetMinersAsync();
        return JsonAnswer.Of(new MinerList([.. miners.Select(ToMessage)]), WireJson.Readable.MinerList);
    }

    private static MinerMessage ToMessage(MinerView miner) => new(
        miner.Id, miner.Address, miner.Endpoint, new SpaceMessage(miner.DeclaredBytes, miner.ReservedBytes, miner.UsedBytes), miner.Healthy);
}
