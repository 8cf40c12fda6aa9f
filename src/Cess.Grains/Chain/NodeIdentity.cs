using System.Collections.Immutable;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>Who this node is on the chain.</summary>
/// <param name="Validators">The accounts for which it takes part in the consensus when they are elected; none for a node that follows.</param>
/// <param name="Chains">Their hash chains; null for a node that reveals nothing by itself.</param>
public sealed record NodeIdentity(ImmutableArray<AccountId> Validators, IHashChains? Chains = null)
{
    /// <summary>Those of them that were not found to know all that they have signed: they abstain at first.</summary>
    public ImmutableArray<AccountId> Abstaining { get; init; } = [];
}

/// <summary>The secret hash chains of this node's validators. No value leaves it before it is due.</summary>
public interface IHashChains
{
    /// <summary>What a validator has to reveal in an era.</summary>
    /// <param name="commitment">What it is bound to, as the ledger has it.</param>
    /// <param name="last">Last era that the chain has a value for, as the ledger has it.</param>
    /// <param name="era">An era that has begun, after the commitment's position.</param>
    /// <returns>Null if the chain that the validator has committed to is not here: then nothing of another is shown.</returns>
    Hash256? Find(HashChainCommitment commitment, ulong last, ulong era);
}
