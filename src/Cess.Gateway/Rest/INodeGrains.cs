using Cess.Grains;
using Cess.Primitives;
using Orleans;

namespace Cess.Gateway.Rest;

/// <summary>What the REST door asks of the grains.</summary>
public interface INodeGrains
{
    /// <summary>How far the chain has come.</summary>
    Task<ChainStatus> GetStatusAsync();

    /// <summary>All miners.</summary>
    Task<IReadOnlyList<MinerView>> GetMinersAsync();

    /// <summary>A final block; null when that height is not final yet.</summary>
    Task<StoredBlock?> GetBlockAsync(ulong height);

    /// <summary>What leads light clients out of an era; null while it goes on.</summary>
    Task<StoredHandover?> GetHandoverAsync(ulong era);

    /// <summary>Answers once each transaction has come as far as the goal says, or is refused.</summary>
    Task<IReadOnlyList<TransactionOutcome>> SubmitAsync(IReadOnlyList<ReadOnlyMemory<byte>> transactions, SubmissionGoal until);

    /// <summary>A transaction that waits for a block or was refused after it had been taken; null for any other.</summary>
    Task<TransactionOutcome?> FindPendingAsync(Hash256 id);

    /// <summary>After a declaration is final: answers once the file is active or its deal has ended.</summary>
    Task<FileOutcome> CompleteFileAsync(Hash256 fileId);
}

/// <summary>The grains of this cluster.</summary>
internal sealed class NodeGrains(IGrainFactory grains) : INodeGrains
{
    private IChainGrain Chain => grains.GetGrain<IChainGrain>(StreamNames.ChainKey);

    public Task<ChainStatus> GetStatusAsync() => Chain.GetStatusAsync();

    public Task<IReadOnlyList<MinerView>> GetMinersAsync() => grains.GetGrain<ISchedulerGrain>(0).GetMinersAsync();

    public Task<StoredBlock?> GetBlockAsync(ulong height) => grains.GetGrain<IBlockGrain>(checked((long)height)).GetAsync();

    public Task<StoredHandover?> GetHandoverAsync(ulong era) => grains.GetGrain<IHandoverGrain>(checked((long)era)).GetAsync();

    public Task<IReadOnlyList<TransactionOutcome>> SubmitAsync(IReadOnlyList<ReadOnlyMemory<byte>> transactions, SubmissionGoal until) =>
        grains.GetGrain<IIntakeGrain>(0).SubmitAsync(new TransactionBatch(transactions, until));

    public Task<TransactionOutcome?> FindPendingAsync(Hash256 id) => Chain.FindAsync(id.ToString());

    public Task<FileOutcome> CompleteFileAsync(Hash256 fileId) => grains.GetGrain<IFileGrain>(fileId.ToString()).CompleteAsync();
}
