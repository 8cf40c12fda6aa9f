using System.Collections.Immutable;
using System.Diagnostics;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>Stakes and candidates. Nominations are in <see cref="Nominations"/>, eras in <see cref="Eras"/>.</summary>
internal static class StakingModule
{
    private const ushort Whole = 1000;

    public static LedgerError? Apply(CallContext context, StakingCall call) => call switch
    {
        Bond bond => Apply(context, bond),
        Unbond unbond => Apply(context, unbond),
        Withdraw => TakeOut(context),
        Validate validate => Apply(context, validate),
        Chill => StepBack(context),
        Unjail => LeaveJail(context),
        Nominate nominate => Nominations.Apply(context, nominate),
        LeaveNomination leave => Nominations.Apply(context, leave),
        WithdrawNomination withdraw => Nominations.Apply(context, withdraw),
        Reveal reveal => Apply(context, reveal),
        ReportEquivocation report => Slashing.Apply(context, report),
        _ => throw new UnreachableException(),
    };

    private static LedgerError? Apply(CallContext context, Bond call)
    {
        if (call.Amount.IsZero)
            return StakingError.AmountZero;
        if (context.Balances.Reserve(context.Sender, call.Amount) is { } error)
            return error;

        StakeRecord stake = context.Staking.Stake(context.Sender);
        context.Staking.SetStake(context.Sender, stake with { Active = stake.Active + call.Amount });
        context.Emit(new Bonded(context.Sender, call.Amount));
        return null;
    }

    private static LedgerError? Apply(CallContext context, Unbond call)
    {
        if (call.Amount.IsZero)
            return StakingError.AmountZero;

        StakeRecord stake = context.Staking.Stake(context.Sender);
        if (TakeActive(context, stake, call.Amount, out Balance rest) is { } error)
            return error;

        ulong era = context.Staking.Era.Index + context.Parameters.Staking.UnbondingEras;
        if (Add(stake.Unbonding, new UnbondingChunk(call.Amount, era)) is not { } chunks)
            return StakingError.PendingTooMany;

        context.Staking.SetStake(context.Sender, new StakeRecord(rest, chunks));
        context.Emit(new Unbonded(context.Sender, call.Amount, era));
        return null;
    }

    private static LedgerError? TakeOut(CallContext context)
    {
        StakeRecord stake = context.Staking.Stake(context.Sender);
        ulong era = context.Staking.Era.Index;
        Balance ready = Balance.Zero;
        foreach (UnbondingChunk chunk in stake.Unbonding)
            ready += chunk.Era <= era ? chunk.Amount : Balance.Zero;
        ImmutableArray<UnbondingChunk> rest = [.. stake.Unbonding.Where(chunk => chunk.Era > era)];
        if (rest.Length == stake.Unbonding.Length)
            return StakingError.NothingToWithdraw;

        context.Staking.SetStake(context.Sender, stake with { Unbonding = rest });
        context.Balances.Release(context.Sender, ready);
        context.Emit(new Withdrawn(context.Sender, ready));
        return null;
    }

    private static LedgerError? Apply(CallContext context, Validate call)
    {
        if (call.CommissionPermille > Whole)
            return StakingError.CommissionInvalid;
        if (call.ChainLength is 0 or > SelectionLimits.HashChainLengthMax)
            return StakingError.ChainLengthInvalid;
        if (context.Balances.Account(context.Sender).Key is not { } key)
            return StakingError.KeyMissing;
        if (context.Staking.Stake(context.Sender).Active < context.Parameters.Staking.ValidatorBondMin)
            return StakingError.BondTooSmall;

        ValidatorRecord? known = context.Staking.Validator(context.Sender);
        if (known is { Status: CandidateStatus.Jailed })
            return StakingError.Jailed;
        if (!context.Staking.TryAddCandidate(context.Sender))
            return StakingError.CandidatesTooMany;

        ulong era = context.Staking.Era.Index;
        // A genesis's validator that has rotated its key votes with the old one until the era's end.
        int seat = known is null ? context.Staking.Members.Accounts.IndexOf(context.Sender) : -1;
        PublicKey seatKey = seat >= 0 ? context.Staking.Set.Keys[seat] : key;
        ValidatorRecord validator = known ?? new ValidatorRecord(
            CandidateStatus.Candidate,
            JailedUntil: 0,
            CommissionPermille: 0,
            new HashChainCommitment(context.Sender, call.ChainEnd, era),
            era + call.ChainLength,
            seatKey,
            seatKey,
            Pool: default,
            LeavingEras: [],
            CreditRecord.Empty);
        if (validator.Chain.Value != call.ChainEnd)
            validator = WithNewChain(context, validator, call);

        context.Staking.SetValidator(context.Sender, validator with
        {
            Status = CandidateStatus.Candidate,
            CommissionPermille = call.CommissionPermille,
        });
        context.Emit(new CandidateChanged(context.Sender, CandidateStatus.Candidate));
        return null;
    }

    /// <summary>
    /// Another hash chain. It does not free a validator from the reveal that it owes for this era: that counts as silence.
    /// </summary>
    private static ValidatorRecord WithNewChain(CallContext context, ValidatorRecord validator, Validate call)
    {
        ulong era = context.Staking.Era.Index;
        bool owesReveal = validator.Chain.Position < era && context.Staking.Members.Accounts.Contains(context.Sender);
        return validator with
        {
            Chain = new HashChainCommitment(context.Sender, call.ChainEnd, era),
            ChainLast = era + call.ChainLength,
            Credit = owesReveal ? validator.Credit.Punish() : validator.Credit,
        };
    }

    private static LedgerError? StepBack(CallContext context)
    {
        if (context.Staking.Validator(context.Sender) is not { Status: CandidateStatus.Candidate } validator)
            return StakingError.NotCandidate;

        context.Staking.RemoveCandidate(context.Sender);
        context.Staking.SetValidator(context.Sender, validator with { Status = CandidateStatus.Chilled });
        context.Emit(new CandidateChanged(context.Sender, CandidateStatus.Chilled));
        return null;
    }

    private static LedgerError? LeaveJail(CallContext context)
    {
        if (context.Staking.Validator(context.Sender) is not { Status: CandidateStatus.Jailed } validator)
            return StakingError.NotJailed;
        if (context.Staking.Era.Index < validator.JailedUntil)
            return StakingError.JailTermRuns;

        context.Staking.SetValidator(context.Sender, validator with { Status = CandidateStatus.Chilled });
        context.Emit(new CandidateChanged(context.Sender, CandidateStatus.Chilled));
        return null;
    }

    private static LedgerError? Apply(CallContext context, Reveal call)
    {
        if (context.Staking.Validator(context.Sender) is not { } validator
            || !context.Staking.Members.Accounts.Contains(context.Sender))
        {
            return StakingError.NotInEra;
        }

        if (validator.Chain.Reveal(call.Value, context.Staking.Era.Index) is not { } chain)
            return StakingError.RevealWrong;

        context.Staking.SetValidator(context.Sender, validator with { Chain = chain });
        context.Staking.SetRandomness(context.Staking.Randomness(context.Genesis).Mix(call.Value));
        context.Emit(new Revealed(context.Sender, call.Value));
        return null;
    }

    /// <summary>What is left of the sender's active stake; a candidate keeps the least that one must have.</summary>
    internal static LedgerError? TakeActive(CallContext context, StakeRecord stake, Balance amount, out Balance rest)
    {
        if (!stake.Active.TrySubtract(amount, out rest))
            return StakingError.BondInsufficient;
        bool isCandidate = context.Staking.Validator(context.Sender) is { Status: CandidateStatus.Candidate };
        return isCandidate && rest < context.Parameters.Staking.ValidatorBondMin ? StakingError.BondTooSmall : null;
    }

    /// <summary>The chunks with one more, merged into the one of its era; null if there are too many.</summary>
    private static ImmutableArray<UnbondingChunk>? Add(ImmutableArray<UnbondingChunk> chunks, UnbondingChunk chunk)
    {
        for (int i = 0; i < chunks.Length; i++)
        {
            if (chunks[i].Era == chunk.Era)
                return chunks.SetItem(i, chunk with { Amount = chunks[i].Amount + chunk.Amount });
        }

        if (chunks.Length >= LedgerLimits.UnbondingChunksMax)
            return null;
        // A shorter unbonding time can put it before older ones.
        int place = chunks.Count(other => other.Era < chunk.Era);
        return chunks.Insert(place, chunk);
    }
}
