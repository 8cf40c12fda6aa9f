using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>What a validator owes to an era's randomness.</summary>
/// <param name="Era">The era, which has begun: its number is the position of the value.</param>
/// <param name="Commitment">What binds the validator.</param>
/// <param name="Last">Last era that its hash chain has a value for.</param>
/// <param name="LastHeight">The last block in which the value counts.</param>
internal sealed record RevealDuty(ulong Era, HashChainCommitment Commitment, ulong Last, ulong LastHeight)
{
    /// <summary>
    /// The duty that a validator has after a final state; null for none: it is not of the era, has revealed, is bound to nothing, or
    /// comes too late. Final states don't go back, so a value that is due is not due too early.
    /// </summary>
    public static RevealDuty? Of(LedgerState final, AccountId validator)
    {
        EraRecord era = final.Era;
        // The era's last block begins the next one before its transactions are executed.
        ulong lastHeight = era.End - 1;
        if (final.Height >= lastHeight || final.Validator(validator) is not { } record || !final.EraMembers().Accounts.Contains(validator))
            return null;
        bool isDue = record.Chain.Position < era.Index && era.Index <= record.ChainLast
            && era.Index - record.Chain.Position <= SelectionLimits.RevealStepsMax;
        return isDue ? new RevealDuty(era.Index, record.Chain, record.ChainLast, lastHeight) : null;
    }
}
