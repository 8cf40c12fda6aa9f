using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Cess.Simulation.World;

namespace Cess.Simulation.Oracle;

/// <summary>What validators lose: docs/ledger.md#staking, Slashes.</summary>
internal static class SlashRules
{
    private const int EraShift = 40;
    private const uint Whole = 1000;

    public static LedgerError? Report(OracleLedger ledger, EquivocationEvidence evidence)
    {
        if (ledger.Validators.Find(evidence.Validator) is not { } validator)
            return StakingError.ValidatorUnknown;
        if (!Contradict(evidence.First, evidence.Second))
            return StakingError.VotesCompatible;
        ulong era = evidence.Iteration >> EraShift;
        if (era > ledger.Era.Index || era + ledger.Staking.UnbondingEras < ledger.Era.Index)
            return StakingError.EvidenceOutdated;
        if (evidence.Key != validator.SeatKey && !HadKey(ledger, evidence, era))
            return StakingError.VoteInvalid;
        var offence = new ValidatorNumber(evidence.Validator, evidence.Iteration);
        if (ledger.Offences.Find(offence) is not null)
            return StakingError.AlreadyPunished;
        if (!IsSigned(ledger, evidence, evidence.First) || !IsSigned(ledger, evidence, evidence.Second))
            return StakingError.VoteInvalid;
        ledger.Offences.Set(offence, new Number(ledger.Height));
        Punish(ledger, evidence.Validator, ledger.Staking.EquivocationSlashPermille, SlashReason.Equivocation);
        return null;
    }

    /// <summary>Takes a part of all that answers for a validator, for the treasury, and jails it.</summary>
    public static void Punish(OracleLedger ledger, AccountId account, uint permille, SlashReason reason)
    {
        ulong now = ledger.Era.Index;
        ValidatorRecord validator = ledger.Validators.Find(account)!;
        StakeRecord stake = ledger.Stake(account);
        Balance own = OracleLedger.Part(stake.Active, permille, Whole);
        List<UnbondingChunk> chunks = [];
        foreach (UnbondingChunk chunk in stake.Unbonding)
        {
            // What can be withdrawn can't be slashed.
            Balance part = chunk.Era > now ? OracleLedger.Part(chunk.Amount, permille, Whole) : Balance.Zero;
            chunks.Add(chunk with { Amount = chunk.Amount - part });
            own += part;
        }

        StakingRules.SetStake(ledger, account, new StakeRecord(stake.Active - OracleLedger.Part(stake.Active, permille, Whole), [.. chunks]));
        ledger.TakeReserved(account, own);
        Balance slashed = own;

        Balance ofPool = OracleLedger.Part(validator.Pool.Tokens, permille, Whole);
        slashed += ofPool;
        foreach (ulong era in validator.LeavingEras.Where(era => era > now))
        {
            SharedPool pool = NominationRules.LeavingPool(ledger, account, era);
            Balance part = OracleLedger.Part(pool.Tokens, permille, Whole);
            NominationRules.SetLeavingPool(ledger, account, era, pool with { Tokens = pool.Tokens - part });
            slashed += part;
        }

        ledger.Give(ledger.Parameters.Treasury, slashed);
        StakingRules.SetCandidates(ledger, StakingRules.Candidates(ledger).Remove(account));
        ledger.Validators.Set(account, StakingRules.Punished(validator) with
        {
            Status = CandidateStatus.Jailed,
            JailedUntil = Math.Max(validator.JailedUntil, now + 1 + ledger.Staking.JailEras),
            Pool = validator.Pool with { Tokens = validator.Pool.Tokens - ofPool },
        });
        ledger.Events.Add(new Slashed(account, slashed, reason));
        ledger.Events.Add(new CandidateChanged(account, CandidateStatus.Jailed));
    }

    /// <summary>Two statements about one iteration that no honest validator makes both: docs/format/consensus.md#evidence.</summary>
    private static bool Contradict(SignedVote first, SignedVote second)
    {
        ConsensusVoteKind[] kinds = [first.Kind, second.Kind];
        if (kinds.Contains(ConsensusVoteKind.Dummy) && kinds.Contains(ConsensusVoteKind.Finalise))
            return true;
        if (first.Kind != second.Kind || first.Kind == ConsensusVoteKind.Dummy)
            return false;
        return first.Block != second.Block || (first.Kind == ConsensusVoteKind.Propose && first.Parent != second.Parent);
    }

    /// <summary>Whether the key was the seat's before it got another one, in that era or a later one.</summary>
    private static bool HadKey(OracleLedger ledger, EquivocationEvidence evidence, ulong era)
    {
        foreach ((PublicKey key, ulong lastEra) in ledger.FormerKeys.Find(evidence.Validator)?.Keys ?? [])
        {
            if (key == evidence.Key && lastEra >= era)
                return true;
        }

        return false;
    }

    private static bool IsSigned(OracleLedger ledger, EquivocationEvidence evidence, SignedVote vote)
    {
        Hash256 digest = vote.Kind switch
        {
            ConsensusVoteKind.Propose => Hashing.Proposal(ledger.Genesis, vote.Parent.Block, vote.Block, evidence.Iteration, vote.Parent.Iteration),
            ConsensusVoteKind.Notarise => Hashing.Notarise(ledger.Genesis, vote.Block, evidence.Iteration),
            ConsensusVoteKind.Finalise => Hashing.Finalise(ledger.Genesis, vote.Block, evidence.Iteration),
            _ => Hashing.Dummy(ledger.Genesis, evidence.Iteration),
        };
        return SharedKeyCache.Instance.Verify(evidence.Key, digest, vote.Signature);
    }
}
