using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>What validators lose, and jail.</summary>
internal static class Slashing
{
    private const uint Whole = 1000;

    public static LedgerError? Apply(CallContext context, ReportEquivocation call)
    {
        EquivocationEvidence evidence = call.Evidence;
        if (context.Staking.Validator(evidence.Validator) is not { } validator)
            return StakingError.ValidatorUnknown;
        if (!evidence.IsContradiction())
            return StakingError.VotesCompatible;

        // Who has the stake by now may not have had it then.
        ulong era = ConsensusVotes.EraOf(evidence.Iteration);
        ulong now = context.Staking.Era.Index;
        if (era > now || now - era > context.Parameters.Staking.UnbondingEras)
            return StakingError.EvidenceOutdated;
        // A key that was replaced may be in others' hands: it accuses of nothing later.
        if (evidence.Key != validator.SeatKey
            && !context.Staking.FormerKeys(evidence.Validator).Any(former => former.Key == evidence.Key && era <= former.LastEra))
        {
            return StakingError.VoteInvalid;
        }

        ValidatorAt offence = new(evidence.Validator, evidence.Iteration);
        if (context.Staking.Offences.Get(offence) is not null)
            return StakingError.AlreadyPunished;
        if (!evidence.IsSigned(context.Genesis))
            return StakingError.VoteInvalid;

        context.Staking.Offences.Set(offence, new OffenceRecord(context.Height));
        Punish(context, evidence.Validator, context.Parameters.Staking.EquivocationSlashPermille, SlashReason.Equivocation);
        return null;
    }

    /// <summary>Slashes a validator, its nominators and what has not yet been unbonded, and jails it.</summary>
    public static void Punish(CallContext context, AccountId account, uint permille, SlashReason reason)
    {
        StakingState staking = context.Staking;
        ValidatorRecord validator = staking.Validator(account)!;
        ulong now = staking.Era.Index;

        StakeRecord stake = staking.Stake(account);
        Balance own = Part(stake.Active, permille);
        Balance fromOwn = own;
        ImmutableArray<UnbondingChunk>.Builder chunks = ImmutableArray.CreateBuilder<UnbondingChunk>(stake.Unbonding.Length);
        foreach (UnbondingChunk chunk in stake.Unbonding)
        {
            Balance part = chunk.Era > now ? Part(chunk.Amount, permille) : Balance.Zero;
            fromOwn += part;
            chunks.Add(chunk with { Amount = chunk.Amount - part });
        }

        staking.SetStake(account, new StakeRecord(stake.Active - own, chunks.MoveToImmutable()));
        context.Balances.TakeReserved(account, fromOwn);

        Balance slashed = fromOwn + Slash(validator.Pool, permille, out SharedPool pool);
        foreach (ulong era in validator.LeavingEras.Where(era => era > now))
        {
            slashed += Slash(staking.LeavingPool(account, era), permille, out SharedPool leaving);
            staking.SetLeavingPool(account, era, leaving);
        }

        context.Balances.Credit(context.Parameters.Treasury, slashed);
        staking.RemoveCandidate(account);
        staking.SetValidator(account, validator with
        {
            Status = CandidateStatus.Jailed,
            JailedUntil = Math.Max(validator.JailedUntil, now + 1 + context.Parameters.Staking.JailEras),
            Pool = pool,
            Credit = validator.Credit.Punish(),
        });
        context.Emit(new Slashed(account, slashed, reason));
        context.Emit(new CandidateChanged(account, CandidateStatus.Jailed));
    }

    private static Balance Slash(SharedPool pool, uint permille, out SharedPool rest)
    {
        Balance part = Part(pool.Tokens, permille);
        rest = pool with { Tokens = pool.Tokens - part };
        return part;
    }

    private static Balance Part(Balance amount, uint permille) => amount.MulDivFloor(permille, Whole);
}
