using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>The staking module's calls, by their byte on the wire.</summary>
public enum StakingCallKind : byte
{
    /// <summary><see cref="Staking.Bond"/>.</summary>
    Bond = 0,

    /// <summary><see cref="Staking.Unbond"/>.</summary>
    Unbond = 1,

    /// <summary><see cref="Staking.Withdraw"/>.</summary>
    Withdraw = 2,

    /// <summary><see cref="Staking.Validate"/>.</summary>
    Validate = 3,

    /// <summary><see cref="Staking.Chill"/>.</summary>
    Chill = 4,

    /// <summary><see cref="Staking.Unjail"/>.</summary>
    Unjail = 5,

    /// <summary><see cref="Staking.Nominate"/>.</summary>
    Nominate = 6,

    /// <summary><see cref="Staking.LeaveNomination"/>.</summary>
    LeaveNomination = 7,

    /// <summary><see cref="Staking.WithdrawNomination"/>.</summary>
    WithdrawNomination = 8,

    /// <summary><see cref="Staking.Reveal"/>.</summary>
    Reveal = 9,

    /// <summary><see cref="Staking.ReportEquivocation"/>.</summary>
    ReportEquivocation = 10,
}

/// <summary>A call of the staking module.</summary>
public abstract record StakingCall : Call
{
    private protected StakingCall()
    {
    }

    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Staking;

    /// <summary>Which call it is.</summary>
    public abstract StakingCallKind Kind { get; }

    /// <inheritdoc/>
    public override ulong Weight => 3 * CallWeights.RecordWrite;

    private protected sealed override byte Index => (byte)Kind;

    private protected override void EncodeFields(ScaleWriter writer)
    {
    }

    internal static StakingCall DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<StakingCallKind>() switch
        {
            StakingCallKind.Bond => new Bond(reader.ReadAmount()),
            StakingCallKind.Unbond => new Unbond(reader.ReadAmount()),
            StakingCallKind.Withdraw => new Withdraw(),
            StakingCallKind.Validate => new Validate(reader.ReadU16(), Hash256.Decode(ref reader), reader.ReadCompactU32()),
            StakingCallKind.Chill => new Chill(),
            StakingCallKind.Unjail => new Unjail(),
            StakingCallKind.Nominate => new Nominate(reader.Read<AccountId>(), reader.ReadAmount()),
            StakingCallKind.LeaveNomination => new LeaveNomination(reader.Read<AccountId>(), reader.ReadCompactU128()),
            StakingCallKind.WithdrawNomination => new WithdrawNomination(reader.Read<AccountId>()),
            StakingCallKind.Reveal => new Reveal(Hash256.Decode(ref reader)),
            StakingCallKind.ReportEquivocation => new ReportEquivocation(reader.Read<EquivocationEvidence>()),
            StakingCallKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }
}

/// <summary>Sets free tokens of the sender aside as stake, or more of them.</summary>
/// <param name="Amount">How much more; not zero.</param>
public sealed record Bond(Balance Amount) : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.Bond;

    private protected override void EncodeFields(ScaleWriter writer) => writer.WriteAmount(Amount);
}

/// <summary>Starts to take stake back: it can be withdrawn, and no longer slashed, when the unbonding eras have passed.</summary>
/// <param name="Amount">How much of what is bonded and not nominated.</param>
public sealed record Unbond(Balance Amount) : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.Unbond;

    private protected override void EncodeFields(ScaleWriter writer) => writer.WriteAmount(Amount);
}

/// <summary>Makes unbonded stake free whose eras have passed.</summary>
public sealed record Withdraw : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.Withdraw;
}

/// <summary>Makes the sender a candidate for validator from the next era on, or changes how it is one.</summary>
/// <param name="CommissionPermille">What part of its rewards it keeps before nominators share, in thousandths.</param>
/// <param name="ChainEnd">
/// The end of a hash chain of which it will reveal one value an era that it validates in. The chain's last public value keeps
/// the chain that it has.
/// </param>
/// <param name="ChainLength">How many reveals a new chain is good for, one an era from the next on.</param>
public sealed record Validate(ushort CommissionPermille, Hash256 ChainEnd, uint ChainLength) : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.Validate;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteU16(CommissionPermille);
        writer.Write(ChainEnd);
        writer.WriteCompact(ChainLength);
    }
}

/// <summary>Makes the sender no candidate any more, from the next era on. Stake and nominations stay.</summary>
public sealed record Chill : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.Chill;
}

/// <summary>Ends the sender's time in jail when its term is over; it may be a candidate again.</summary>
public sealed record Unjail : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.Unjail;
}

/// <summary>Puts bonded tokens of the sender into a validator's pool, for shares of it: they earn and suffer with it.</summary>
/// <param name="Validator">A candidate.</param>
/// <param name="Amount">How much of what is bonded.</param>
public sealed record Nominate(AccountId Validator, Balance Amount) : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.Nominate;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Validator);
        writer.WriteAmount(Amount);
    }
}

/// <summary>
/// Starts to take nominated tokens back. They earn no more, and can be slashed until the unbonding eras have passed.
/// </summary>
/// <param name="Validator">Whose pool.</param>
/// <param name="Shares">How many of the sender's shares.</param>
public sealed record LeaveNomination(AccountId Validator, UInt128 Shares) : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.LeaveNomination;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Validator);
        writer.WriteCompact(Shares);
    }
}

/// <summary>Makes tokens free that have left a nomination and whose eras have passed.</summary>
/// <param name="Validator">Whose pool.</param>
public sealed record WithdrawNomination(AccountId Validator) : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.WithdrawNomination;

    /// <inheritdoc/>
    public override ulong Weight => 6 * CallWeights.RecordWrite;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Validator);
}

/// <summary>Shows this era's value of the sender's hash chain, which goes into the draw of the next era's validators.</summary>
/// <param name="Value">The value.</param>
public sealed record Reveal(Hash256 Value) : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.Reveal;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.HashChainSteps + (2 * CallWeights.RecordWrite);

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Value);
}

/// <summary>Proves that a validator has voted against itself. It is slashed and jailed; anybody may report it.</summary>
/// <param name="Evidence">The votes.</param>
public sealed record ReportEquivocation(EquivocationEvidence Evidence) : StakingCall
{
    /// <inheritdoc/>
    public override StakingCallKind Kind => StakingCallKind.ReportEquivocation;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.SignatureOfNewKey + CallWeights.Signature + CallWeights.Slash;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Evidence);
}
