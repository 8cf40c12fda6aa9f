using System.Collections.Immutable;
using Cess.Ledger;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>Stakes and candidates: docs/ledger.md#staking.</summary>
internal static class StakingRules
{
    private const ushort Whole = 1000;
    private const int CandidatesMax = 512;
    private const int PendingMax = 16;
    private const uint ChainLengthMax = 1 << 24;
    private const ulong RevealStepsMax = 8192;
    private const uint PunishmentsMax = 1000;

    public static LedgerError? Bond(OracleLedger ledger, AccountId sender, Bond call)
    {
        if (call.Amount.IsZero)
            return StakingError.AmountZero;
        if (ledger.Account(sender).Free < call.Amount)
            return BalancesError.FundsInsufficient;
        ledger.Reserve(sender, call.Amount);
        StakeRecord stake = ledger.Stake(sender);
        SetStake(ledger, sender, stake with { Active = stake.Active + call.Amount });
        ledger.Events.Add(new Bonded(sender, call.Amount));
        return null;
    }

    public static LedgerError? Unbond(OracleLedger ledger, AccountId sender, Unbond call)
    {
        if (call.Amount.IsZero)
            return StakingError.AmountZero;
        if (MayTake(ledger, sender, call.Amount) is { } error)
            return error;
        StakeRecord stake = ledger.Stake(sender);
        ulong era = ledger.Era.Index + ledger.Staking.UnbondingEras;
        SortedDictionary<ulong, Balance> pending = [];
        foreach (UnbondingChunk chunk in stake.Unbonding)
            pending.Add(chunk.Era, chunk.Amount);
        pending[era] = pending.GetValueOrDefault(era) + call.Amount;
        if (pending.Count > PendingMax)
            return StakingError.PendingTooMany;
        SetStake(ledger, sender, new StakeRecord(stake.Active - call.Amount, [.. pending.Select(chunk => new UnbondingChunk(chunk.Value, chunk.Key))]));
        ledger.Events.Add(new Unbonded(sender, call.Amount, era));
        return null;
    }

    public static LedgerError? Withdraw(OracleLedger ledger, AccountId sender)
    {
        StakeRecord stake = ledger.Stake(sender);
        UnbondingChunk[] ready = [.. stake.Unbonding.Where(chunk => chunk.Era <= ledger.Era.Index)];
        if (ready.Length == 0)
            return StakingError.NothingToWithdraw;
        Balance amount = Balance.Zero;
        foreach (UnbondingChunk chunk in ready)
            amount += chunk.Amount;
        SetStake(ledger, sender, stake with { Unbonding = [.. stake.Unbonding.Where(chunk => chunk.Era > ledger.Era.Index)] });
        ledger.Release(sender, amount);
        ledger.Events.Add(new Withdrawn(sender, amount));
        return null;
    }

    public static LedgerError? Validate(OracleLedger ledger, AccountId sender, Validate call)
    {
        if (call.CommissionPermille > Whole)
            return StakingError.CommissionInvalid;
        if (call.ChainLength is 0 or > ChainLengthMax)
            return StakingError.ChainLengthInvalid;
        if (ledger.Account(sender).Key is not { } key)
            return StakingError.KeyMissing;
        if (ledger.Stake(sender).Active < ledger.Staking.ValidatorBondMin)
            return StakingError.BondTooSmall;
        ValidatorRecord? known = ledger.Validators.Find(sender);
        if (known is { Status: CandidateStatus.Jailed })
            return StakingError.Jailed;
        ImmutableArray<AccountId> candidates = Candidates(ledger);
        if (!candidates.Contains(sender) && candidates.Length >= CandidatesMax)
            return StakingError.CandidatesTooMany;

        ulong era = ledger.Era.Index;
        var chain = new HashChainCommitment(sender, call.ChainEnd, era);
        // Who has a seat already has it with the key that the set says.
        int seat = ledger.Members.Accounts.IndexOf(sender);
        PublicKey seatKey = seat < 0 ? key : ledger.ValidatorsTable.Find(default)!.Keys[seat];
        ValidatorRecord validator = known
            ?? new ValidatorRecord(CandidateStatus.Candidate, 0, 0, chain, era + call.ChainLength, seatKey, seatKey, default, [], NoCredit);
        if (validator.Chain.Value != call.ChainEnd)
        {
            // Who changes the chain in an era that it owes a value in has kept it back.
            if (validator.Chain.Position < era && ledger.Members.Accounts.Contains(sender))
                validator = Punished(validator);
            validator = validator with { Chain = chain, ChainLast = era + call.ChainLength };
        }

        SetCandidates(ledger, [.. candidates.Append(sender).Distinct().Order()]);
        ledger.Validators.Set(sender, validator with { Status = CandidateStatus.Candidate, CommissionPermille = call.CommissionPermille });
        ledger.Events.Add(new CandidateChanged(sender, CandidateStatus.Candidate));
        return null;
    }

    public static LedgerError? Chill(OracleLedger ledger, AccountId sender)
    {
        if (ledger.Validators.Find(sender) is not { Status: CandidateStatus.Candidate } validator)
            return StakingError.NotCandidate;
        SetCandidates(ledger, Candidates(ledger).Remove(sender));
        ledger.Validators.Set(sender, validator with { Status = CandidateStatus.Chilled });
        ledger.Events.Add(new CandidateChanged(sender, CandidateStatus.Chilled));
        return null;
    }

    public static LedgerError? Unjail(OracleLedger ledger, AccountId sender)
    {
        if (ledger.Validators.Find(sender) is not { Status: CandidateStatus.Jailed } validator)
            return StakingError.NotJailed;
        if (ledger.Era.Index < validator.JailedUntil)
            return StakingError.JailTermRuns;
        ledger.Validators.Set(sender, validator with { Status = CandidateStatus.Chilled });
        ledger.Events.Add(new CandidateChanged(sender, CandidateStatus.Chilled));
        return null;
    }

    public static LedgerError? Reveal(OracleLedger ledger, AccountId sender, Reveal call)
    {
        if (ledger.Validators.Find(sender) is not { } validator || !ledger.Members.Accounts.Contains(sender))
            return StakingError.NotInEra;
        ulong era = ledger.Era.Index;
        if (era <= validator.Chain.Position || era - validator.Chain.Position > RevealStepsMax)
            return StakingError.RevealWrong;
        Hash256 value = call.Value;
        for (ulong position = era; position > validator.Chain.Position; position--)
            value = Hashing.HashChainStep(validator.Chain.Account, value);
        if (value != validator.Chain.Value)
            return StakingError.RevealWrong;
        ledger.Validators.Set(sender, validator with { Chain = validator.Chain with { Value = call.Value, Position = era } });
        Hash256 before = ledger.Randomness.Find(default)?.Value ?? ledger.Genesis;
        ledger.Randomness.Set(default, new One<Hash256>(Hashing.Mix(before, call.Value)));
        ledger.Events.Add(new Revealed(sender, call.Value));
        return null;
    }

    /// <summary>Whether an account may take so much from its active stake: a candidate keeps the least bond.</summary>
    public static LedgerError? MayTake(OracleLedger ledger, AccountId account, Balance amount)
    {
        Balance active = ledger.Stake(account).Active;
        if (active < amount)
            return StakingError.BondInsufficient;
        bool isCandidate = ledger.Validators.Find(account) is { Status: CandidateStatus.Candidate };
        return isCandidate && active - amount < ledger.Staking.ValidatorBondMin ? StakingError.BondTooSmall : null;
    }

    public static CreditRecord NoCredit => new(0, 0, []);

    public static ValidatorRecord Punished(ValidatorRecord validator) =>
        validator with { Credit = validator.Credit with { Punishments = Math.Min(PunishmentsMax, validator.Credit.Punishments + 1) } };

    public static ImmutableArray<AccountId> Candidates(OracleLedger ledger) => ledger.CandidatesTable.Find(default)?.Accounts ?? [];

    /// <summary>There is no record of no candidates.</summary>
    public static void SetCandidates(OracleLedger ledger, ImmutableArray<AccountId> candidates)
    {
        if (candidates.IsEmpty)
            ledger.CandidatesTable.Remove(default);
        else
            ledger.CandidatesTable.Set(default, new AccountList(candidates));
    }

    /// <summary>There is no record of no stake.</summary>
    public static void SetStake(OracleLedger ledger, AccountId account, StakeRecord stake)
    {
        if (stake.Active.IsZero && stake.Unbonding.IsEmpty)
            ledger.Stakes.Remove(account);
        else
            ledger.Stakes.Set(account, stake);
    }
}
