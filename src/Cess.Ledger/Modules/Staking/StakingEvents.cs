using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>The staking module's events, by their byte on the wire.</summary>
public enum StakingEventKind : byte
{
    /// <summary><see cref="Staking.Bonded"/>.</summary>
    Bonded = 0,

    /// <summary><see cref="Staking.Unbonded"/>.</summary>
    Unbonded = 1,

    /// <summary><see cref="Staking.Withdrawn"/>.</summary>
    Withdrawn = 2,

    /// <summary><see cref="Staking.CandidateChanged"/>.</summary>
    CandidateChanged = 3,

    /// <summary><see cref="Staking.Nominated"/>.</summary>
    Nominated = 4,

    /// <summary><see cref="Staking.NominationLeft"/>.</summary>
    NominationLeft = 5,

    /// <summary><see cref="Staking.Slashed"/>.</summary>
    Slashed = 6,

    /// <summary><see cref="Staking.Rewarded"/>.</summary>
    Rewarded = 7,

    /// <summary><see cref="Staking.EraStarted"/>.</summary>
    EraStarted = 8,

    /// <summary><see cref="Staking.Revealed"/>.</summary>
    Revealed = 9,
}

/// <summary>What a validator is.</summary>
public enum CandidateStatus : byte
{
    /// <summary>Can be drawn.</summary>
    Candidate = 0,

    /// <summary>Has left, or has not entered.</summary>
    Chilled = 1,

    /// <summary>Was punished and is kept out.</summary>
    Jailed = 2,
}

/// <summary>Why a validator is slashed.</summary>
public enum SlashReason : byte
{
    /// <summary>It has voted against itself.</summary>
    Equivocation = 0,

    /// <summary>It was absent for an era.</summary>
    Absence = 1,
}

/// <summary>An event of the staking module.</summary>
/// <param name="Account">Whom it concerns first.</param>
public abstract record StakingEvent(AccountId Account) : LedgerEvent
{
    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Staking;

    /// <summary>Which event it is.</summary>
    public abstract StakingEventKind Kind { get; }

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Account];

    private protected sealed override byte Index => (byte)Kind;

    internal static StakingEvent DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<StakingEventKind>() switch
        {
            StakingEventKind.Bonded => new Bonded(reader.Read<AccountId>(), reader.ReadAmount()),
            StakingEventKind.Unbonded => new Unbonded(reader.Read<AccountId>(), reader.ReadAmount(), reader.ReadCompactU64()),
            StakingEventKind.Withdrawn => new Withdrawn(reader.Read<AccountId>(), reader.ReadAmount()),
            StakingEventKind.CandidateChanged =>
                new CandidateChanged(reader.Read<AccountId>(), reader.ReadEnum<CandidateStatus>()),
            StakingEventKind.Nominated => new Nominated(
                reader.Read<AccountId>(), reader.Read<AccountId>(), reader.ReadAmount(), reader.ReadCompactU128()),
            StakingEventKind.NominationLeft => new NominationLeft(
                reader.Read<AccountId>(), reader.Read<AccountId>(), reader.ReadAmount(), reader.ReadCompactU64()),
            StakingEventKind.Slashed =>
                new Slashed(reader.Read<AccountId>(), reader.ReadAmount(), reader.ReadEnum<SlashReason>()),
            StakingEventKind.Rewarded => new Rewarded(reader.Read<AccountId>(), reader.ReadAmount(), reader.ReadAmount()),
            StakingEventKind.EraStarted => EraStarted.DecodeStarted(ref reader, start),
            StakingEventKind.Revealed => new Revealed(reader.Read<AccountId>(), Hash256.Decode(ref reader)),
            StakingEventKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Account);
}

/// <summary>An account has set tokens aside.</summary>
/// <param name="Account">The account.</param>
/// <param name="Amount">How much more.</param>
public sealed record Bonded(AccountId Account, Balance Amount) : StakingEvent(Account)
{
    /// <inheritdoc/>
    public override StakingEventKind Kind => StakingEventKind.Bonded;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.WriteAmount(Amount);
    }
}

/// <summary>An account takes stake back.</summary>
/// <param name="Account">The account.</param>
/// <param name="Amount">How much.</param>
/// <param name="Era">From which era on it can be withdrawn.</param>
public sealed record Unbonded(AccountId Account, Balance Amount, ulong Era) : StakingEvent(Account)
{
    /// <inheritdoc/>
    public override StakingEventKind Kind => StakingEventKind.Unbonded;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.WriteAmount(Amount);
        writer.WriteCompact(Era);
    }
}

/// <summary>What an account had staked or nominated is free.</summary>
/// <param name="Account">The account.</param>
/// <param name="Amount">How much.</param>
public sealed record Withdrawn(AccountId Account, Balance Amount) : StakingEvent(Account)
{
    /// <inheritdoc/>
    public override StakingEventKind Kind => StakingEventKind.Withdrawn;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.WriteAmount(Amount);
    }
}

/// <summary>A validator is, or is no longer, a candidate for the next eras.</summary>
/// <param name="Account">The validator.</param>
/// <param name="Status">What it is.</param>
public sealed record CandidateChanged(AccountId Account, CandidateStatus Status) : StakingEvent(Account)
{
    /// <inheritdoc/>
    public override StakingEventKind Kind => StakingEventKind.CandidateChanged;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.WriteEnum(Status);
    }
}

/// <summary>An account has nominated a validator.</summary>
/// <param name="Account">The account.</param>
/// <param name="Validator">The validator.</param>
/// <param name="Amount">How much.</param>
/// <param name="Shares">For how many shares of the pool.</param>
public sealed record Nominated(AccountId Account, AccountId Validator, Balance Amount, UInt128 Shares) : StakingEvent(Account)
{
    /// <inheritdoc/>
    public override StakingEventKind Kind => StakingEventKind.Nominated;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => Account == Validator ? [Account] : [Account, Validator];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.Write(Validator);
        writer.WriteAmount(Amount);
        writer.WriteCompact(Shares);
    }
}

/// <summary>An account takes nominated tokens back.</summary>
/// <param name="Account">The account.</param>
/// <param name="Validator">The validator.</param>
/// <param name="Amount">How much, before slashes to come.</param>
/// <param name="Era">From which era on it can be withdrawn.</param>
public sealed record NominationLeft(AccountId Account, AccountId Validator, Balance Amount, ulong Era) : StakingEvent(Account)
{
    /// <inheritdoc/>
    public override StakingEventKind Kind => StakingEventKind.NominationLeft;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => Account == Validator ? [Account] : [Account, Validator];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.Write(Validator);
        writer.WriteAmount(Amount);
        writer.WriteCompact(Era);
    }
}

/// <summary>A validator and its nominators have lost tokens to the treasury.</summary>
/// <param name="Account">The validator.</param>
/// <param name="Amount">How much in all.</param>
/// <param name="Reason">Why.</param>
public sealed record Slashed(AccountId Account, Balance Amount, SlashReason Reason) : StakingEvent(Account)
{
    /// <inheritdoc/>
    public override StakingEventKind Kind => StakingEventKind.Slashed;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.WriteAmount(Amount);
        writer.WriteEnum(Reason);
    }
}

/// <summary>A validator has been paid for an era.</summary>
/// <param name="Account">The validator.</param>
/// <param name="Own">Its own part.</param>
/// <param name="Pool">Its nominators' part, which stays in the pool.</param>
public sealed record Rewarded(AccountId Account, Balance Own, Balance Pool) : StakingEvent(Account)
{
    /// <inheritdoc/>
    public override StakingEventKind Kind => StakingEventKind.Rewarded;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.WriteAmount(Own);
        writer.WriteAmount(Pool);
    }
}

/// <summary>An era has begun; its validators vote on the blocks behind this one.</summary>
/// <param name="Era">Its number.</param>
/// <param name="End">Height of its last block.</param>
/// <param name="Issued">New tokens of the era before.</param>
/// <param name="Validators">Its validators, at least one, in the order of the set.</param>
public sealed record EraStarted(ulong Era, ulong End, Balance Issued, ImmutableArray<AccountId> Validators)
    : StakingEvent(Validators[0])
{
    /// <inheritdoc/>
    public override StakingEventKind Kind => StakingEventKind.EraStarted;

    internal static EraStarted DecodeStarted(ref ScaleReader reader, int start)
    {
        ulong era = reader.ReadCompactU64();
        ulong end = reader.ReadCompactU64();
        Balance issued = reader.ReadAmount();
        ImmutableArray<AccountId> validators = reader.ReadImmutable<AccountId>(LedgerLimits.ValidatorsMax, AccountId.Size);
        return validators.IsEmpty
            ? throw ScaleReader.Invalid(start, "an era has at least one validator.")
            : new EraStarted(era, end, issued, validators);
    }

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => Validators;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteCompact(Era);
        writer.WriteCompact(End);
        writer.WriteAmount(Issued);
        writer.WriteVector(Validators);
    }
}

/// <summary>A validator has shown its value for the era.</summary>
/// <param name="Account">The validator.</param>
/// <param name="Value">The value.</param>
public sealed record Revealed(AccountId Account, Hash256 Value) : StakingEvent(Account)
{
    /// <inheritdoc/>
    public override StakingEventKind Kind => StakingEventKind.Revealed;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.Write(Value);
    }
}
