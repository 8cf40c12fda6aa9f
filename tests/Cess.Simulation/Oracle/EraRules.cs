using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>What the end of an era does: docs/ledger.md#staking, Eras, The draw, Issuance.</summary>
internal static class EraRules
{
    private const uint Whole = 1000;
    private const ulong TurnsMin = 8;
    private const int HistoryMax = 5;
    private const uint Range = 1_000_000;
    private static readonly Balance s_supplyMax = new(UInt128.One << 104);
    private static readonly ulong[] s_percent = [50, 20, 15, 10, 5];

    /// <summary>Before a block's first transaction: its proposer is counted, and an era's last block ends it.</summary>
    public static void BeginBlock(OracleLedger ledger, AccountId proposer)
    {
        EraMembers members = ledger.Members;
        int place = members.Accounts.IndexOf(proposer);
        // Who validates alone proposes all, and is not counted.
        if (members.Accounts.Length > 1 && place >= 0)
            ledger.MembersTable.Set(default, members with { Blocks = members.Blocks.SetItem(place, members.Blocks[place] + 1) });
        if (ledger.Height >= ledger.Era.End)
            EndEra(ledger);
    }

    private static void EndEra(OracleLedger ledger)
    {
        ulong ended = ledger.Era.Index;
        EraMembers members = ledger.Members;
        Balance issued = Issue(ledger, ended);
        Pay(ledger, members, issued);
        PunishSilence(ledger, members, ended);
        PunishAbsence(ledger, members);
        AgeCredit(ledger, members);

        Hash256 seed = Hashing.EraSeed(ledger.Randomness.Find(default)?.Value ?? ledger.Genesis, ended + 1);
        List<(AccountId Account, ulong Credit, Balance Stake)> candidates = Worthy(ledger, ended + 1);
        ImmutableArray<AccountId> next = candidates.Count < ledger.Staking.CandidatesMin ? members.Accounts : Draw(candidates, ledger.Staking.Seats, seed);
        Seat(ledger, members, next);
        var era = new EraRecord(ended + 1, ledger.Height, ledger.Height + ledger.Staking.EraBlocks, seed);
        ledger.EraTable.Set(default, era);
        ledger.Events.Add(new EraStarted(era.Index, era.End, issued, next));
        GovernanceRules.BeginEra(ledger);
    }

    /// <summary>Makes the era's new tokens.</summary>
    private static Balance Issue(OracleLedger ledger, ulong era)
    {
        StakingParameters parameters = ledger.Staking;
        ulong year = era / parameters.ErasPerYear;
        if (year >= parameters.IssuanceYears)
            return Balance.Zero;
        BigInteger ofYear = parameters.FirstYearIssuance.Units;
        for (ulong i = 0; i < year; i++)
            ofYear = ofYear * parameters.YearlyPermille / Whole;
        // What the year's first eras have together, to this one and to the one before: so they add up to the year's.
        ulong place = era % parameters.ErasPerYear;
        BigInteger wanted = (ofYear * (place + 1) / parameters.ErasPerYear) - (ofYear * place / parameters.ErasPerYear);
        Balance supply = ledger.Supply.Find(default)!.Tokens;
        Balance issued = Balance.Min(new Balance((UInt128)wanted), s_supplyMax - supply);
        ledger.Supply.Set(default, new TokenSupply(supply + issued));
        return issued;
    }

    private static void Pay(OracleLedger ledger, EraMembers members, Balance issued)
    {
        Balance left = issued;
        Balance forValidators = issued - OracleLedger.Part(issued, ledger.Staking.TreasuryPermille, Whole);
        bool isAlone = members.Accounts.Length == 1;
        ulong all = isAlone ? 1 : SumOf(members.Blocks);
        for (int i = 0; i < members.Accounts.Length && all > 0; i++)
        {
            Balance reward = OracleLedger.Part(forValidators, isAlone ? 1 : members.Blocks[i], all);
            if (reward.IsZero)
                continue;
            left -= reward;
            Reward(ledger, members.Accounts[i], reward);
        }

        ledger.Give(ledger.Parameters.Treasury, left);
    }

    /// <summary>The commission first, then by stake to itself and its pool.</summary>
    private static void Reward(OracleLedger ledger, AccountId account, Balance reward)
    {
        Balance forPool = Balance.Zero;
        if (ledger.Validators.Find(account) is { } validator)
        {
            Balance shared = reward - OracleLedger.Part(reward, validator.CommissionPermille, Whole);
            Balance pool = validator.Pool.Tokens;
            if (!pool.IsZero)
                forPool = OracleLedger.Part(shared, pool.Units, (ledger.Stake(account).Active + pool).Units);
            ledger.Validators.Set(account, validator with { Pool = validator.Pool with { Tokens = pool + forPool } });
        }

        ledger.Give(account, reward - forPool);
        ledger.Events.Add(new Rewarded(account, reward - forPool, forPool));
    }

    private static void PunishSilence(OracleLedger ledger, EraMembers members, ulong era)
    {
        foreach (AccountId account in members.Accounts)
        {
            if (ledger.Validators.Find(account) is { } validator && validator.Chain.Position < era)
                ledger.Validators.Set(account, StakingRules.Punished(validator));
        }
    }

    private static void PunishAbsence(OracleLedger ledger, EraMembers members)
    {
        ulong fair = SumOf(members.Blocks) / (ulong)members.Accounts.Length;
        if (members.Accounts.Length == 1 || fair < TurnsMin)
            return;
        for (int i = 0; i < members.Accounts.Length; i++)
        {
            if ((ulong)members.Blocks[i] * Whole >= fair * ledger.Staking.AbsencePermille)
                continue;
            if (ledger.Validators.Find(members.Accounts[i]) is { } validator && validator.Status != CandidateStatus.Jailed)
                SlashRules.Punish(ledger, members.Accounts[i], ledger.Staking.AbsenceSlashPermille, SlashReason.Absence);
        }
    }

    /// <summary>The era's credit becomes a result of the last five: 1,000 · own points / all points − (10 · punishments)², at least 0.</summary>
    private static void AgeCredit(OracleLedger ledger, EraMembers members)
    {
        ImmutableArray<AccountId> accounts = [.. StakingRules.Candidates(ledger).Concat(members.Accounts).Distinct().Where(account => ledger.Validators.Find(account) is not null)];
        BigInteger all = 0;
        foreach (AccountId account in accounts)
            all += ledger.Validators.Find(account)!.Credit.Points;
        foreach (AccountId account in accounts)
        {
            ValidatorRecord validator = ledger.Validators.Find(account)!;
            CreditRecord credit = validator.Credit;
            BigInteger result = all == 0 ? 0 : (BigInteger)credit.Points * Whole / all;
            result = BigInteger.Max(0, result - BigInteger.Pow(10 * credit.Punishments, 2));
            ImmutableArray<ushort> history = [(ushort)result, .. credit.History.Take(HistoryMax - 1)];
            // Results that are all nothing are no results.
            if (history.All(each => each == 0))
                history = [];
            ledger.Validators.Set(account, validator with { Credit = new CreditRecord(0, 0, history) });
        }
    }

    /// <summary>Candidates with the least bond, a value of their chain for the era, and a key that none before them has.</summary>
    private static List<(AccountId Account, ulong Credit, Balance Stake)> Worthy(OracleLedger ledger, ulong era)
    {
        List<(AccountId, ulong, Balance)> worthy = [];
        HashSet<PublicKey> keys = [];
        foreach (AccountId account in StakingRules.Candidates(ledger))
        {
            ValidatorRecord validator = ledger.Validators.Find(account)!;
            Balance own = ledger.Stake(account).Active;
            if (own < ledger.Staking.ValidatorBondMin || validator.ChainLast < era || !keys.Add(ledger.Account(account).Key!.Value))
                continue;
            ulong credit = 0;
            for (int age = 0; age < validator.Credit.History.Length; age++)
                credit += validator.Credit.History[age] * s_percent[age];
            worthy.Add((account, credit / 100, own + validator.Pool.Tokens));
        }

        return worthy;
    }

    /// <summary>R²S, docs/format/consensus.md#validators-and-leaders: the best scores get the seats; of equals, the smaller account.</summary>
    private static ImmutableArray<AccountId> Draw(List<(AccountId Account, ulong Credit, Balance Stake)> candidates, uint seats, Hash256 seed)
    {
        ulong creditMax = candidates.Max(candidate => candidate.Credit);
        UInt128 stakeMax = candidates.Max(candidate => candidate.Stake.Units);
        BigInteger Score((AccountId Account, ulong Credit, Balance Stake) candidate)
        {
            BigInteger credit = creditMax == 0 ? 0 : (BigInteger)candidate.Credit * Range / creditMax;
            BigInteger stake = stakeMax == 0 ? 0 : (BigInteger)candidate.Stake.Units * Range / stakeMax;
            ulong drawn = BinaryPrimitives.ReadUInt64BigEndian(Hashing.Draw(seed, candidate.Account).ToArray());
            BigInteger random = ((BigInteger)drawn * (Range + 1)) >> 64;
            return (5 * credit) + (3 * stake) + (2 * random);
        }

        return [.. candidates.OrderByDescending(Score).ThenBy(candidate => candidate.Account).Take((int)seats).Select(candidate => candidate.Account)];
    }

    /// <summary>The next validators vote with the keys that their accounts have now.</summary>
    private static void Seat(OracleLedger ledger, EraMembers before, ImmutableArray<AccountId> next)
    {
        ImmutableArray<PublicKey> keysBefore = ledger.ValidatorsTable.Find(default)!.Keys;
        List<PublicKey> keys = [];
        foreach (AccountId account in next)
        {
            PublicKey key = ledger.Account(account).Key ?? keysBefore[before.Accounts.IndexOf(account)];
            keys.Add(key);
            if (ledger.Validators.Find(account) is not { } validator || validator.SeatKey == key)
                continue;
            // Forgotten are keys of eras that no evidence is taken for any more, in the next era.
            ulong ended = ledger.Era.Index;
            List<(PublicKey Key, ulong LastEra)> former = [.. ledger.FormerKeys.Find(account)?.Keys ?? []];
            former.RemoveAll(each => ended + 1 - each.LastEra > ledger.Staking.UnbondingEras);
            former.Add((validator.SeatKey, ended));
            ledger.FormerKeys.Set(account, new KeyList([.. former]));
            ledger.Validators.Set(account, validator with { SeatKey = key, PreviousSeatKey = validator.SeatKey });
        }

        ledger.ValidatorsTable.Set(default, new ValidatorSet([.. keys]));
        // Of one that stays alone there is nothing to count, and so no record.
        if (next.Length > 1 || !keys.SequenceEqual(keysBefore))
            ledger.MembersTable.Set(default, new EraMembers(next, [.. next.Select(_ => 0u)]));
    }

    private static ulong SumOf(ImmutableArray<uint> blocks)
    {
        ulong sum = 0;
        foreach (uint count in blocks)
            sum += count;
        return sum;
    }
}
