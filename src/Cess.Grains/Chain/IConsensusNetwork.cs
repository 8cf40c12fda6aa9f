using Cess.Consensus;
using Cess.Consensus.Messages;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>Carries messages between validators.</summary>
public interface IConsensusNetwork
{
    /// <summary>Sends a message to other validators, without waiting. Each of them may get it or not.</summary>
    /// <param name="from">A validator of this node.</param>
    /// <param name="to">Validators, of this node or of others.</param>
    /// <param name="message">The message.</param>
    void Send(AccountId from, IReadOnlyList<AccountId> to, ConsensusMessage message);
}

/// <summary>What a node may choose about its part in the consensus.</summary>
/// <param name="DeltaMs">Δ in milliseconds, see <see cref="Consensus.Simplex.SimplexSettings"/>; up to <see cref="ConsensusLimits.DeltaMsMax"/>.</param>
public sealed record ConsensusOptions(long DeltaMs = ConsensusOptions.DeltaMsDefault)
{
    /// <summary>Enough for validators on different continents.</summary>
    public const long DeltaMsDefault = 1_000;

    /// <summary>Blocks after which a snapshot of the state is saved at the latest.</summary>
    public int BlocksPerSnapshot { get; init; } = GrainLimits.BlocksPerSnapshot;

    /// <summary>
    /// Newest blocks that are kept for others; older ones are removed, except what a start from one of the two newest snapshots needs.
    /// Null keeps all.
    /// </summary>
    public int? BlocksKept { get; init; }

    /// <summary>Transactions that wait for a block; what comes then is refused.</summary>
    public int PoolTransactions { get; init; } = GrainLimits.PoolTransactions;

    /// <summary>How many of them may be of one account.</summary>
    public int PoolTransactionsPerAccount { get; init; } = GrainLimits.PoolTransactionsPerAccount;

    /// <summary>Bytes that the journal of votes keeps above which each validator warns of them.</summary>
    public long JournalBytesWarned { get; init; } = GrainLimits.JournalBytesWarned;

    /// <summary>How long a leader among several waits for transactions.</summary>
    public TimeSpan Patience => TimeSpan.FromMilliseconds(DeltaMs / 2.0);
}
