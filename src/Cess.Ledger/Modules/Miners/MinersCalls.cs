using Cess.Primitives;

namespace Cess.Ledger.Modules.Miners;

/// <summary>The miners module's calls, by their byte on the wire.</summary>
public enum MinersCallKind : byte
{
    /// <summary><see cref="Miners.RegisterMiner"/>.</summary>
    RegisterMiner = 0,

    /// <summary><see cref="Miners.DeclareSpace"/>.</summary>
    DeclareSpace = 1,

    /// <summary><see cref="Miners.UpdateEndpoint"/>.</summary>
    UpdateEndpoint = 2,

    /// <summary><see cref="Miners.UpdateBeneficiary"/>.</summary>
    UpdateBeneficiary = 3,

    /// <summary><see cref="Miners.AddStake"/>.</summary>
    AddStake = 4,
}

/// <summary>A call of the miners module. All but the registration act on the sender's miner.</summary>
public abstract record MinersCall : Call
{
    private protected MinersCall()
    {
    }

    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Miners;

    /// <summary>Which call it is.</summary>
    public abstract MinersCallKind Kind { get; }

    private protected sealed override byte Index => (byte)Kind;

    internal static MinersCall DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<MinersCallKind>() switch
        {
            MinersCallKind.RegisterMiner => new RegisterMiner(
                reader.Read<AccountId>(), reader.ReadString(LedgerLimits.EndpointBytesMax), reader.ReadAmount()),
            MinersCallKind.DeclareSpace => new DeclareSpace(reader.ReadCompactU64()),
            MinersCallKind.UpdateEndpoint => new UpdateEndpoint(reader.ReadString(LedgerLimits.EndpointBytesMax)),
            MinersCallKind.UpdateBeneficiary => new UpdateBeneficiary(reader.Read<AccountId>()),
            MinersCallKind.AddStake => new AddStake(reader.ReadAmount()),
            MinersCallKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }
}

/// <summary>Makes the sender a storage miner. An account has one miner at most.</summary>
/// <param name="Beneficiary">Who receives what the miner earns.</param>
/// <param name="Endpoint">Where the miner is reached, such as a URL; at most <see cref="LedgerLimits.EndpointBytesMax"/> bytes.</param>
/// <param name="Stake">Tokens to set aside from the sender's free ones.</param>
public sealed record RegisterMiner(AccountId Beneficiary, string Endpoint, Balance Stake) : MinersCall
{
    /// <inheritdoc/>
    public override MinersCallKind Kind => MinersCallKind.RegisterMiner;

    /// <inheritdoc/>
    public override ulong Weight => 4 * CallWeights.RecordWrite;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Beneficiary);
        writer.WriteString(Endpoint);
        writer.WriteAmount(Stake);
    }
}

/// <summary>States how much space the miner offers in all: at least what is used and reserved, at most what its stake covers.</summary>
/// <param name="Bytes">The new total.</param>
public sealed record DeclareSpace(ulong Bytes) : MinersCall
{
    /// <inheritdoc/>
    public override MinersCallKind Kind => MinersCallKind.DeclareSpace;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.RecordWrite;

    private protected override void EncodeFields(ScaleWriter writer) => writer.WriteCompact(Bytes);
}

/// <summary>Changes where the miner is reached.</summary>
/// <param name="Endpoint">At most <see cref="LedgerLimits.EndpointBytesMax"/> bytes.</param>
public sealed record UpdateEndpoint(string Endpoint) : MinersCall
{
    /// <inheritdoc/>
    public override MinersCallKind Kind => MinersCallKind.UpdateEndpoint;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.RecordWrite;

    private protected override void EncodeFields(ScaleWriter writer) => writer.WriteString(Endpoint);
}

/// <summary>Changes who receives what the miner earns.</summary>
/// <param name="Beneficiary">The new receiver.</param>
public sealed record UpdateBeneficiary(AccountId Beneficiary) : MinersCall
{
    /// <inheritdoc/>
    public override MinersCallKind Kind => MinersCallKind.UpdateBeneficiary;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.RecordWrite;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Beneficiary);
}

/// <summary>Sets more of the sender's free tokens aside as the miner's stake.</summary>
/// <param name="Amount">How much more; not zero.</param>
public sealed record AddStake(Balance Amount) : MinersCall
{
    /// <inheritdoc/>
    public override MinersCallKind Kind => MinersCallKind.AddStake;

    /// <inheritdoc/>
    public override ulong Weight => 2 * CallWeights.RecordWrite;

    private protected override void EncodeFields(ScaleWriter writer) => writer.WriteAmount(Amount);
}
