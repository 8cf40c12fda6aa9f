using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Client;

/// <summary>How a client works.</summary>
public sealed record CessClientOptions
{
    /// <summary>Segments or ranges under way at once, 1 to <see cref="ClientLimits.ParallelismMax"/>.</summary>
    public int Parallelism { get; init; } = 3;

    /// <summary>
    /// Bytes of memory for segments in the making. One takes its fragments' size: some 100 MB for the policy 4+8. A policy of
    /// which not one segment fits is refused.
    /// </summary>
    public long SegmentMemoryBytes { get; init; } = 320L << 20;

    /// <summary>How often a request is sent before it is given up.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Wait before the second attempt; doubled for each further one, and shortened at random by up to a half.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait between two attempts.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one attempt may take, its body included.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// The account to act for, where that is not the one that the key's address names: an account keeps its address when its key is
    /// replaced. Null for the key's own.
    /// </summary>
    public AccountId? Account { get; init; }

    /// <summary>
    /// Keys that the account had before. Bucket keys stay wrapped to the key of the time when the bucket was made, so these open
    /// what the present one cannot. Not disposed by the client, and must outlive it.
    /// </summary>
    public IReadOnlyList<PrivateKey> FormerKeys { get; init; } = [];

    /// <summary>
    /// What the chain is verified from. With it, the node's word is not taken for the account, for what has a name (nor that nothing
    /// has it), nor that a transaction or an upload is final: each is proven, at one or two small requests more. A listing is the
    /// node's word all the same, but for what is in its entries. Null to take the node's word.
    /// </summary>
    public TrustedStart? Trust { get; init; }

    /// <summary>
    /// How old by <see cref="Time"/> the block may be after which something was so that is proven with <see cref="Trust"/>: a node can show
    /// a state that was true once, back to the start that is trusted. What is final stays so: a transaction's proof has no age. Chains make
    /// blocks without transactions, too. <see cref="Timeout.InfiniteTimeSpan"/> for no bound.
    /// </summary>
    public TimeSpan StateAgeMax { get; init; } = ClientLimits.StateAgeDefault;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Parallelism, ClientLimits.ParallelismMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(Attempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstRetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryDelayMax, FirstRetryDelay);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(AttemptTimeout, TimeSpan.Zero);
        if (StateAgeMax != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StateAgeMax, TimeSpan.Zero);
    }
}
