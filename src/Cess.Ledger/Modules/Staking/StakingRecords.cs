using System.Collections.Immutable;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>Stake on its way back to its owner.</summary>
/// <param name="Amount">How much.</param>
/// <param name="Era">From which era on it can be withdrawn, and no longer slashed.</param>
public readonly record struct UnbondingChunk(Balance Amount, ulong Era) : IScaleValue<UnbondingChunk>
{
    internal const int EncodedBytesMin = 2;

    /// <summary>Writes amount and era.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteAmount(Amount);
        writer.WriteCompact(Era);
    }

    /// <summary>Reads amount and era.</summary>
    public static UnbondingChunk Decode(ref ScaleReader reader) => new(reader.ReadAmount(), reader.ReadCompactU64());
}

/// <summary>What an account has staked. All of it is among the account's reserved tokens.</summary>
/// <param name="Active">Bonded: stands for a validator itself, or can be nominated.</param>
/// <param name="Unbonding">On its way back, eras strictly ascending.</param>
public sealed record StakeRecord(Balance Active, ImmutableArray<UnbondingChunk> Unbonding) : IScaleValue<StakeRecord>
{
    /// <summary>No stake.</summary>
    public static StakeRecord Empty { get; } = new(Balance.Zero, []);

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteAmount(Active);
        writer.WriteVector(Unbonding);
    }

    /// <summary>Reads a stake.</summary>
    public static StakeRecord Decode(ref ScaleReader reader) => new(
        reader.ReadAmount(),
        reader.ReadImmutable<UnbondingChunk>(LedgerLimits.UnbondingChunksMax, UnbondingChunk.EncodedBytesMin));
}

/// <summary>What a validator's work is worth: points of this era, and the results of the last ones.</summary>
/// <param name="Points">What it has earned in this era.</param>
/// <param name="Punishments">How often it was punished in this era.</param>
/// <param name="History">Results of the last eras, 0 to 1,000 each, the newest first.</param>
public sealed record CreditRecord(ulong Points, uint Punishments, ImmutableArray<ushort> History)
{
    private const int ResultMax = 1000;
    private const int PunishmentWeight = 10;

    /// <summary>How much an era counts, by its age, in percent (CESS's weights).</summary>
    private static readonly ushort[] s_weights = [50, 20, 15, 10, 5];

    /// <summary>No work yet.</summary>
    public static CreditRecord Empty { get; } = new(0, 0, []);

    /// <summary>What counts when validators are drawn: 0 to 1,000.</summary>
    public ulong Score
    {
        get
        {
            ulong sum = 0;
            for (int i = 0; i < History.Length; i++)
                sum += (ulong)(History[i] * s_weights[i]);
            return sum / 100;
        }
    }

    /// <summary>After one more punishment.</summary>
    public CreditRecord Punish() => this with { Punishments = Math.Min(Punishments + 1, LedgerLimits.PunishmentsMax) };

    /// <summary>
    /// After the era: its result is 1,000 · own points / all points − (10 · punishments)², not below 0; older ones age.
    /// </summary>
    /// <param name="allPoints">Points of all candidates in the era.</param>
    public CreditRecord EndEra(UInt128 allPoints)
    {
        ulong share = allPoints == 0 ? 0 : (ulong)((UInt128)Points * ResultMax / allPoints);
        ulong loss = (ulong)PunishmentWeight * Punishments;
        ulong result = loss * loss >= share ? 0 : share - (loss * loss);
        ImmutableArray<ushort> history = [(ushort)result, .. History.Take(s_weights.Length - 1)];
        return new CreditRecord(0, 0, history.All(r => r == 0) ? [] : history);
    }

    internal void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Points);
        writer.WriteCompact(Punishments);
        writer.WriteCount(History.Length);
        foreach (ushort result in History)
            writer.WriteU16(result);
    }

    internal static CreditRecord Decode(ref ScaleReader reader)
    {
        ulong points = reader.ReadCompactU64();
        uint punishments = reader.ReadCompactU32();
        ImmutableArray<ushort>.Builder history =
            ImmutableArray.CreateBuilder<ushort>(reader.ReadCount(s_weights.Length, sizeof(ushort)));
        while (history.Count < history.Capacity)
            history.Add(reader.ReadU16());
        return new CreditRecord(points, punishments, history.MoveToImmutable());
    }
}

/// <summary>Tokens that several own by shares.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="Shares">All shares of them.</param>
public readonly record struct SharedPool(Balance Tokens, UInt128 Shares) : IScaleValue<SharedPool>
{
    /// <summary>A pool worth less than the 2^20th part of a unit a share takes nothing new, so that no number overflows.</summary>
    private const int ImpairmentBits = 20;

    /// <summary>True if it has lost nearly all that was put in.</summary>
    public bool IsImpaired => Shares > 0 && Tokens.Units < UInt128.Max(Shares >> ImpairmentBits, 1);

    /// <summary>What some of the shares are worth, rounded down; all shares, everything.</summary>
    public Balance Worth(UInt128 shares) =>
        shares == Shares ? Tokens : Tokens.MulDivFloor(shares, Shares);

    /// <summary>Shares for tokens that are put in, rounded down. The pool must not be impaired.</summary>
    public UInt128 SharesFor(Balance tokens) =>
        Shares == 0 ? tokens.Units : tokens.MulDivFloor(Shares, Tokens.Units).Units;

    /// <summary>After tokens were put in for new shares.</summary>
    public SharedPool Join(Balance tokens, UInt128 shares) => new(Tokens + tokens, Shares + shares);

    /// <summary>After shares were taken out with what they are worth.</summary>
    public SharedPool Leave(UInt128 shares) => new(Tokens - Worth(shares), Shares - shares);

    /// <summary>Writes tokens and shares.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteAmount(Tokens);
        writer.WriteCompact(Shares);
    }

    /// <summary>Reads tokens and shares.</summary>
    public static SharedPool Decode(ref ScaleReader reader) => new(reader.ReadAmount(), reader.ReadCompactU128());
}

/// <summary>What the ledger keeps of a validator. Kept for ever once there was one.</summary>
/// <param name="Status">Whether it can be drawn.</param>
/// <param name="JailedUntil">From which era on it can leave jail; of meaning while jailed.</param>
/// <param name="CommissionPermille">What part of rewards it keeps before its nominators share.</param>
/// <param name="Chain">What it is bound to reveal; positions are eras.</param>
/// <param name="ChainLast">Last era that the hash chain has a value for.</param>
/// <param name="SeatKey">The key with which it validates, or last did.</param>
/// <param name="PreviousSeatKey">The key before that one; for readers, as the rules look at all of a seat's former keys.</param>
/// <param name="Pool">Its nominators' tokens.</param>
/// <param name="LeavingEras">Eras for which it has pools of tokens that leave, ascending.</param>
/// <param name="Credit">What its work is worth.</param>
public sealed record ValidatorRecord(
    CandidateStatus Status,
    ulong JailedUntil,
    ushort CommissionPermille,
    HashChainCommitment Chain,
    ulong ChainLast,
    PublicKey SeatKey,
    PublicKey PreviousSeatKey,
    SharedPool Pool,
    ImmutableArray<ulong> LeavingEras,
    CreditRecord Credit) : IScaleValue<ValidatorRecord>
{
    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Status);
        writer.WriteCompact(JailedUntil);
        writer.WriteU16(CommissionPermille);
        writer.Write(Chain);
        writer.WriteCompact(ChainLast);
        writer.Write(SeatKey);
        writer.Write(PreviousSeatKey);
        writer.Write(Pool);
        writer.WriteCount(LeavingEras.Length);
        foreach (ulong era in LeavingEras)
            writer.WriteCompact(era);
        Credit.Encode(writer);
    }

    /// <summary>Reads a validator.</summary>
    public static ValidatorRecord Decode(ref ScaleReader reader)
    {
        CandidateStatus status = reader.ReadEnum<CandidateStatus>();
        ulong jailedUntil = reader.ReadCompactU64();
        ushort commission = reader.ReadU16();
        HashChainCommitment chain = reader.Read<HashChainCommitment>();
        ulong chainLast = reader.ReadCompactU64();
        PublicKey seatKey = reader.Read<PublicKey>();
        PublicKey previousSeatKey = reader.Read<PublicKey>();
        SharedPool pool = reader.Read<SharedPool>();
        ImmutableArray<ulong>.Builder leaving =
            ImmutableArray.CreateBuilder<ulong>(reader.ReadCount(LedgerLimits.UnbondingErasMax));
        while (leaving.Count < leaving.Capacity)
            leaving.Add(reader.ReadCompactU64());
        return new ValidatorRecord(
            status,
            jailedUntil,
            commission,
            chain,
            chainLast,
            seatKey,
            previousSeatKey,
            pool,
            leaving.MoveToImmutable(),
            CreditRecord.Decode(ref reader));
    }
}

/// <summary>Shares that leave a pool.</summary>
/// <param name="Era">From which era on what they are worth can be withdrawn.</param>
/// <param name="Shares">Shares of the validator's pool of that era.</param>
public readonly record struct LeavingShares(ulong Era, UInt128 Shares) : IScaleValue<LeavingShares>
{
    internal const int EncodedBytesMin = 2;

    /// <summary>Writes era and shares.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Era);
        writer.WriteCompact(Shares);
    }

    /// <summary>Reads era and shares.</summary>
    public static LeavingShares Decode(ref ScaleReader reader) => new(reader.ReadCompactU64(), reader.ReadCompactU128());
}

/// <summary>What an account has in a validator's pool.</summary>
/// <param name="Nominator">The account.</param>
/// <param name="Validator">The validator.</param>
/// <param name="Shares">Shares of the pool.</param>
/// <param name="Leaving">Shares that are on their way out, eras strictly ascending.</param>
public sealed record NominationRecord(
    AccountId Nominator, AccountId Validator, UInt128 Shares, ImmutableArray<LeavingShares> Leaving) : IScaleValue<NominationRecord>
{
    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Nominator);
        writer.Write(Validator);
        writer.WriteCompact(Shares);
        writer.WriteVector(Leaving);
    }

    /// <summary>Reads a nomination.</summary>
    public static NominationRecord Decode(ref ScaleReader reader) => new(
        reader.Read<AccountId>(),
        reader.Read<AccountId>(),
        reader.ReadCompactU128(),
        reader.ReadImmutable<LeavingShares>(LedgerLimits.UnbondingChunksMax, LeavingShares.EncodedBytesMin));
}

/// <summary>The validators of the era, and how many of its blocks each has proposed.</summary>
/// <param name="Accounts">Their accounts, in the order of the set.</param>
/// <param name="Blocks">Blocks proposed by each, in the same order; a validator that is alone is not counted.</param>
public sealed record EraMembers(ImmutableArray<AccountId> Accounts, ImmutableArray<uint> Blocks) : IScaleValue<EraMembers>
{
    private const uint Whole = 1000;

    /// <summary>Those of a state that has no record of them: the accounts of the genesis' keys, before any block is counted.</summary>
    public static EraMembers OfGenesis(ValidatorSet set) =>
        new([.. set.Keys.Select(key => key.ToAccountId())], [.. new uint[set.Keys.Length]]);

    /// <summary>Whether a validator would be absent if the era ended now: it has proposed too small a part of an equal share.</summary>
    /// <param name="index">Its place.</param>
    /// <param name="absencePermille">See <see cref="StakingParameters.AbsencePermille"/>.</param>
    public bool IsAbsent(int index, uint absencePermille)
    {
        ulong all = (ulong)Blocks.Sum(blocks => (long)blocks);
        ulong fair = all / (ulong)Accounts.Length;
        // Of few turns, missing one or two is no absence.
        return Accounts.Length > 1 && fair >= LedgerLimits.AbsenceTurnsMin && Blocks[index] * (ulong)Whole < fair * absencePermille;
    }

    /// <summary>Writes the count, then account and blocks of each.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCount(Accounts.Length);
        for (int i = 0; i < Accounts.Length; i++)
        {
            writer.Write(Accounts[i]);
            writer.WriteCompact(Blocks[i]);
        }
    }

    /// <summary>Reads the validators.</summary>
    public static EraMembers Decode(ref ScaleReader reader)
    {
        int count = reader.ReadCount(LedgerLimits.ValidatorsMax, AccountId.Size + 1);
        ImmutableArray<AccountId>.Builder accounts = ImmutableArray.CreateBuilder<AccountId>(count);
        ImmutableArray<uint>.Builder blocks = ImmutableArray.CreateBuilder<uint>(count);
        for (int i = 0; i < count; i++)
        {
            accounts.Add(reader.Read<AccountId>());
            blocks.Add(reader.ReadCompactU32());
        }

        return new EraMembers(accounts.MoveToImmutable(), blocks.MoveToImmutable());
    }
}
