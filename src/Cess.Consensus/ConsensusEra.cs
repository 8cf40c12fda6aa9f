using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Consensus;

/// <summary>What validators agree on before an era: who they are, who leads when, and where the era ends.</summary>
/// <param name="Genesis">Hash of the chain's genesis.</param>
/// <param name="Number">The era, from 0.</param>
/// <param name="Validators">Who votes.</param>
/// <param name="Accounts">Their accounts, in the same order: what the header of a block names as its proposer.</param>
/// <param name="Leaders">Who leads when; for as many validators as there are.</param>
/// <param name="LastHeight">Height of the era's last block. What comes after is another era's, with a machine of its own.</param>
public sealed record ConsensusEra(
    Hash256 Genesis,
    ulong Number,
    ValidatorSet Validators,
    ImmutableArray<AccountId> Accounts,
    LeaderSchedule Leaders,
    ulong LastHeight = ulong.MaxValue)
{
    /// <summary>The era of the block that follows a state.</summary>
    public static ConsensusEra Of(LedgerState state) => new(
        state.Genesis,
        state.Era.Index,
        state.Validators,
        state.EraMembers().Accounts,
        new LeaderSchedule(state.Era.Seed, state.Validators.Keys.Length),
        state.Era.End);

    /// <summary>The number before the first iteration.</summary>
    public ulong Base => Iterations.BaseOf(Number);

    /// <summary>How many validators there are.</summary>
    public int Count => Validators.Keys.Length;

    /// <summary>Who leads an iteration of this era.</summary>
    public int LeaderOf(ulong iteration) => Leaders.LeaderOf(iteration - Base - 1);

    /// <summary>True for an iteration of this era.</summary>
    public bool Has(ulong iteration) => iteration > Base && Iterations.EraOf(iteration) == Number;
}
