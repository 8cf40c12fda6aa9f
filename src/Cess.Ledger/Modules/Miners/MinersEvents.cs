using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Miners;

/// <summary>The miners module's events, by their byte on the wire.</summary>
public enum MinersEventKind : byte
{
    /// <summary><see cref="Miners.MinerRegistered"/>.</summary>
    MinerRegistered = 0,

    /// <summary><see cref="Miners.SpaceDeclared"/>.</summary>
    SpaceDeclared = 1,

    /// <summary><see cref="Miners.EndpointUpdated"/>.</summary>
    EndpointUpdated = 2,

    /// <summary><see cref="Miners.BeneficiaryUpdated"/>.</summary>
    BeneficiaryUpdated = 3,

    /// <summary><see cref="Miners.StakeAdded"/>.</summary>
    StakeAdded = 4,
}

/// <summary>An event of the miners module.</summary>
/// <param name="Miner">Which miner.</param>
public abstract record MinersEvent(MinerId Miner) : LedgerEvent
{
    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Miners;

    /// <summary>Which event it is.</summary>
    public abstract MinersEventKind Kind { get; }

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [];

    private protected sealed override byte Index => (byte)Kind;

    private protected sealed override IEnumerable<Subject> OtherSubjects => [Subject.Of(Miner)];

    internal static MinersEvent DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<MinersEventKind>() switch
        {
            MinersEventKind.MinerRegistered => new MinerRegistered(reader.Read<MinerId>(), reader.Read<AccountId>()),
            MinersEventKind.SpaceDeclared => new SpaceDeclared(reader.Read<MinerId>(), reader.ReadCompactU64()),
            MinersEventKind.EndpointUpdated =>
                new EndpointUpdated(reader.Read<MinerId>(), reader.ReadString(LedgerLimits.EndpointBytesMax)),
            MinersEventKind.BeneficiaryUpdated => new BeneficiaryUpdated(reader.Read<MinerId>(), reader.Read<AccountId>()),
            MinersEventKind.StakeAdded => new StakeAdded(reader.Read<MinerId>(), reader.ReadAmount()),
            MinersEventKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }
}

/// <summary>An account has become a miner.</summary>
/// <param name="Miner">Its number.</param>
/// <param name="Account">The account.</param>
public sealed record MinerRegistered(MinerId Miner, AccountId Account) : MinersEvent(Miner)
{
    /// <inheritdoc/>
    public override MinersEventKind Kind => MinersEventKind.MinerRegistered;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Account];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Miner);
        writer.Write(Account);
    }
}

/// <summary>A miner offers another total of space.</summary>
/// <param name="Miner">Which miner.</param>
/// <param name="Bytes">The new total.</param>
public sealed record SpaceDeclared(MinerId Miner, ulong Bytes) : MinersEvent(Miner)
{
    /// <inheritdoc/>
    public override MinersEventKind Kind => MinersEventKind.SpaceDeclared;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Miner);
        writer.WriteCompact(Bytes);
    }
}

/// <summary>A miner is reached elsewhere.</summary>
/// <param name="Miner">Which miner.</param>
/// <param name="Endpoint">Where.</param>
public sealed record EndpointUpdated(MinerId Miner, string Endpoint) : MinersEvent(Miner)
{
    /// <inheritdoc/>
    public override MinersEventKind Kind => MinersEventKind.EndpointUpdated;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Miner);
        writer.WriteString(Endpoint);
    }
}

/// <summary>Another account receives what a miner earns.</summary>
/// <param name="Miner">Which miner.</param>
/// <param name="Beneficiary">The new receiver.</param>
public sealed record BeneficiaryUpdated(MinerId Miner, AccountId Beneficiary) : MinersEvent(Miner)
{
    /// <inheritdoc/>
    public override MinersEventKind Kind => MinersEventKind.BeneficiaryUpdated;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Beneficiary];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Miner);
        writer.Write(Beneficiary);
    }
}

/// <summary>A miner has more at stake.</summary>
/// <param name="Miner">Which miner.</param>
/// <param name="Amount">How much more.</param>
public sealed record StakeAdded(MinerId Miner, Balance Amount) : MinersEvent(Miner)
{
    /// <inheritdoc/>
    public override MinersEventKind Kind => MinersEventKind.StakeAdded;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Miner);
        writer.WriteAmount(Amount);
    }
}
