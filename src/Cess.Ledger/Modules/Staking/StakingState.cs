using System.Collections.Immutable;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>The accounts that can be drawn as validators.</summary>
/// <param name="Accounts">They, ascending.</param>
public sealed record CandidateList(ImmutableArray<AccountId> Accounts) : IScaleValue<CandidateList>
{
    /// <summary>Writes the accounts.</summary>
    public void Encode(ScaleWriter writer) => writer.WriteVector(Accounts);

    /// <summary>Reads the accounts.</summary>
    public static CandidateList Decode(ref ScaleReader reader) =>
        new(reader.ReadImmutable<AccountId>(LedgerLimits.CandidatesMax, AccountId.Size));
}

/// <summary>How many validators an account nominates; absent for none.</summary>
internal sealed record NominationCount(uint Value) : IScaleValue<NominationCount>
{
    public void Encode(ScaleWriter writer) => writer.WriteCompact(Value);

    public static NominationCount Decode(ref ScaleReader reader) => new(reader.ReadCompactU32());
}

/// <summary>Tokens that have left a validator's pool and wait for an era.</summary>
internal sealed record LeavingPool(SharedPool Pool) : IScaleValue<LeavingPool>
{
    public void Encode(ScaleWriter writer) => writer.Write(Pool);

    public static LeavingPool Decode(ref ScaleReader reader) => new(reader.Read<SharedPool>());
}

/// <summary>What validators have revealed so far, mixed.</summary>
internal sealed record RandomnessRecord(EraRandomness Randomness) : IScaleValue<RandomnessRecord>
{
    public void Encode(ScaleWriter writer) => writer.Write(Randomness);

    public static RandomnessRecord Decode(ref ScaleReader reader) => new(reader.Read<EraRandomness>());
}

/// <summary>A punished contradiction: the height of its report.</summary>
internal sealed record OffenceRecord(ulong Height) : IScaleValue<OffenceRecord>
{
    public void Encode(ScaleWriter writer) => writer.WriteCompact(Height);

    public static OffenceRecord Decode(ref ScaleReader reader) => new(reader.ReadCompactU64());
}

/// <summary>A key that a validator's seat had.</summary>
/// <param name="Key">The key.</param>
/// <param name="LastEra">The last era in which it may have voted with it.</param>
internal readonly record struct FormerKey(PublicKey Key, ulong LastEra) : IScaleValue<FormerKey>
{
    internal const int EncodedBytesMin = PublicKey.Size + 1;

    public void Encode(ScaleWriter writer)
    {
        writer.Write(Key);
        writer.WriteCompact(LastEra);
    }

    public static FormerKey Decode(ref ScaleReader reader) => new(reader.Read<PublicKey>(), reader.ReadCompactU64());
}

/// <summary>
/// The keys that a validator's seat had and for whose eras evidence is taken, eras strictly ascending: one an era at most, and
/// so no more than the eras of the unbonding time.
/// </summary>
internal sealed record FormerKeys(ImmutableArray<FormerKey> Keys) : IScaleValue<FormerKeys>
{
    public void Encode(ScaleWriter writer) => writer.WriteVector(Keys);

    public static FormerKeys Decode(ref ScaleReader reader) =>
        new(reader.ReadImmutable<FormerKey>(LedgerLimits.UnbondingErasMax, FormerKey.EncodedBytesMin));
}

/// <summary>A nomination's place: the nominator (the group) and the validator (the member).</summary>
internal readonly record struct NominationKey(AccountId Nominator, AccountId Validator)
{
    public static StateKey ToStateKey(byte module, byte collection, NominationKey key) =>
        StateKey.Of(module, collection, Group(key.Nominator), key.Validator.Hash.ToArray());

    public static byte[] Group(AccountId nominator) => nominator.Hash.ToArray();
}

/// <summary>A validator and a number: an era, or an iteration.</summary>
internal readonly record struct ValidatorAt(AccountId Validator, ulong Number) : IScaleValue<ValidatorAt>
{
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Validator);
        writer.WriteCompact(Number);
    }

    public static ValidatorAt Decode(ref ScaleReader reader) => new(reader.Read<AccountId>(), reader.ReadCompactU64());
}

/// <summary>The records of the staking module, as one block changes them.</summary>
internal sealed class StakingState(StateOverlay overlay)
{
    public static readonly StateCollection<AccountId, StakeRecord> StakeCollection =
        new(ModuleId.Staking, 0, StateCollections.ByValue);

    public static readonly StateCollection<AccountId, ValidatorRecord> ValidatorCollection =
        new(ModuleId.Staking, 1, StateCollections.ByValue);

    public static readonly StateCollection<Singleton, CandidateList> CandidatesCollection = new(ModuleId.Staking, 2, Singleton.Key);

    public static readonly StateCollection<Singleton, EraMembers> MembersCollection = new(ModuleId.Staking, 3, Singleton.Key);

    /// <summary>Grouped by nominator.</summary>
    public static readonly StateCollection<NominationKey, NominationRecord> NominationCollection =
        new(ModuleId.Staking, 4, NominationKey.ToStateKey);

    public static readonly StateCollection<AccountId, NominationCount> NominationCountCollection =
        new(ModuleId.Staking, 5, StateCollections.ByValue);

    public static readonly StateCollection<ValidatorAt, LeavingPool> LeavingCollection =
        new(ModuleId.Staking, 6, StateCollections.ByValue);

    public static readonly StateCollection<ValidatorAt, OffenceRecord> OffenceCollection =
        new(ModuleId.Staking, 7, StateCollections.ByValue);

    public static readonly StateCollection<Singleton, RandomnessRecord> RandomnessCollection =
        new(ModuleId.Staking, 8, Singleton.Key);

    public static readonly StateCollection<AccountId, FormerKeys> FormerKeysCollection =
        new(ModuleId.Staking, 9, StateCollections.ByValue);

    private readonly StateTable<AccountId, StakeRecord> _stakes = overlay.Table(StakeCollection);
    private readonly StateTable<AccountId, ValidatorRecord> _validators = overlay.Table(ValidatorCollection);
    private readonly StateTable<Singleton, CandidateList> _candidates = overlay.Table(CandidatesCollection);
    private readonly StateTable<Singleton, EraMembers> _members = overlay.Table(MembersCollection);
    private readonly StateTable<NominationKey, NominationRecord> _nominations = overlay.Table(NominationCollection);
    private readonly StateTable<AccountId, NominationCount> _nominationCounts = overlay.Table(NominationCountCollection);
    private readonly StateTable<ValidatorAt, LeavingPool> _leaving = overlay.Table(LeavingCollection);
    private readonly StateTable<Singleton, RandomnessRecord> _randomness = overlay.Table(RandomnessCollection);
    private readonly StateTable<AccountId, FormerKeys> _formerKeys = overlay.Table(FormerKeysCollection);
    private readonly StateTable<Singleton, EraRecord> _era = overlay.Table(ChainState.Era);
    private readonly StateTable<Singleton, ValidatorSet> _set = overlay.Table(ChainState.Validators);

    public StateTable<ValidatorAt, OffenceRecord> Offences { get; } = overlay.Table(OffenceCollection);

    /// <summary>The era that the block belongs to, or begins.</summary>
    public EraRecord Era => _era.Get(default)!;

    public ValidatorSet Set => _set.Get(default)!;

    /// <summary>The era's validators. Those of the genesis are the accounts of their keys.</summary>
    public EraMembers Members => _members.Get(default) ?? EraMembers.OfGenesis(Set);

    public ImmutableArray<AccountId> Candidates => _candidates.Get(default)?.Accounts ?? [];

    public StakeRecord Stake(AccountId account) => _stakes.Get(account) ?? StakeRecord.Empty;

    public ValidatorRecord? Validator(AccountId account) => _validators.Get(account);

    public void SetStake(AccountId account, StakeRecord stake)
    {
        if (stake.Active.IsZero && stake.Unbonding.IsEmpty)
            _stakes.Remove(account);
        else
            _stakes.Set(account, stake);
    }

    public void SetValidator(AccountId account, ValidatorRecord validator) => _validators.Set(account, validator);

    /// <summary>The keys that a validator's seat had before its present one, as far back as evidence is taken, and maybe further.</summary>
    public ImmutableArray<FormerKey> FormerKeys(AccountId account) => _formerKeys.Get(account)?.Keys ?? [];

    public void SetFormerKeys(AccountId account, ImmutableArray<FormerKey> keys) => _formerKeys.Set(account, new FormerKeys(keys));

    public void SetMembers(EraMembers members) => _members.Set(default, members);

    public void BeginEra(EraRecord era) => _era.Set(default, era);

    public void SetValidators(ValidatorSet set) => _set.Set(default, set);

    /// <summary>Enters a candidate; false if there are too many.</summary>
    public bool TryAddCandidate(AccountId account)
    {
        ImmutableArray<AccountId> candidates = Candidates;
        int place = candidates.BinarySearch(account);
        if (place >= 0)
            return true;
        if (candidates.Length >= LedgerLimits.CandidatesMax)
            return false;
        _candidates.Set(default, new CandidateList(candidates.Insert(~place, account)));
        return true;
    }

    public void RemoveCandidate(AccountId account)
    {
        ImmutableArray<AccountId> candidates = Candidates;
        int place = candidates.BinarySearch(account);
        if (place < 0)
            return;
        if (candidates.Length == 1)
            _candidates.Remove(default);
        else
            _candidates.Set(default, new CandidateList(candidates.RemoveAt(place)));
    }

    public NominationRecord? Nomination(AccountId nominator, AccountId validator) =>
        _nominations.Get(new NominationKey(nominator, validator));

    /// <summary>Writes a nomination, or takes it out when nothing is left of it; false if the account would have too many.</summary>
    public bool TrySetNomination(NominationRecord nomination)
    {
        NominationKey key = new(nomination.Nominator, nomination.Validator);
        bool existed = _nominations.Get(key) is not null;
        bool exists = nomination.Shares > 0 || !nomination.Leaving.IsEmpty;
        uint count = _nominationCounts.Get(nomination.Nominator)?.Value ?? 0;
        if (exists && !existed && count >= LedgerLimits.NominationsMax)
            return false;

        if (exists)
            _nominations.Set(key, nomination);
        else if (existed)
            _nominations.Remove(key);
        if (exists != existed)
            SetNominationCount(nomination.Nominator, exists ? count + 1 : count - 1);
        return true;
    }

    public SharedPool LeavingPool(AccountId validator, ulong era) =>
        _leaving.Get(new ValidatorAt(validator, era))?.Pool ?? default;

    public void SetLeavingPool(AccountId validator, ulong era, SharedPool pool)
    {
        if (pool.Shares == 0)
            _leaving.Remove(new ValidatorAt(validator, era));
        else
            _leaving.Set(new ValidatorAt(validator, era), new LeavingPool(pool));
    }

    public EraRandomness Randomness(Hash256 genesis) =>
        _randomness.Get(default)?.Randomness ?? EraRandomness.Initial(genesis);

    public void SetRandomness(EraRandomness randomness) => _randomness.Set(default, new RandomnessRecord(randomness));

    /// <summary>
    /// Credits a validator with work of this era; nothing for accounts that are none. What a point is worth is the share of
    /// all candidates' points.
    /// </summary>
    public void AddCredit(AccountId account, ulong points)
    {
        if (Validator(account) is not { } validator)
            return;
        ulong sum = unchecked(validator.Credit.Points + points);
        SetValidator(account, validator with
        {
            Credit = validator.Credit with { Points = sum < points ? ulong.MaxValue : sum },
        });
    }

    private void SetNominationCount(AccountId nominator, uint count)
    {
        if (count == 0)
            _nominationCounts.Remove(nominator);
        else
            _nominationCounts.Set(nominator, new NominationCount(count));
    }
}
