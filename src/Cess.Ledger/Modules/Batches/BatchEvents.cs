using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Batches;

/// <summary>The batches module's events, by their byte on the wire.</summary>
public enum BatchesEventKind : byte
{
    /// <summary><see cref="Batches.BatchCompleted"/>.</summary>
    BatchCompleted = 0,
}

/// <summary>A call of a batch that had no effect.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Error">Why.</param>
public readonly record struct FailedCall(uint Index, LedgerError Error) : IScaleValue<FailedCall>
{
    internal const int EncodedBytesMin = 4;

    /// <summary>Writes place and error.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Index);
        writer.Write(Error);
    }

    /// <summary>Reads place and error.</summary>
    public static FailedCall Decode(ref ScaleReader reader) => new(reader.ReadCompactU32(), LedgerError.Decode(ref reader));
}

/// <summary>
/// The outcome of a batch whose calls stood each on its own. It follows the events of the calls that took effect; of a batch
/// that is all or nothing the receipt says it all.
/// </summary>
/// <param name="Account">Who sent it.</param>
/// <param name="Calls">How many calls it had.</param>
/// <param name="Failed">Those that had no effect, in their order.</param>
public sealed record BatchCompleted(AccountId Account, uint Calls, ImmutableArray<FailedCall> Failed) : LedgerEvent
{
    /// <inheritdoc/>
    public override ModuleId Module => ModuleId.Batches;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Account];

    private protected override byte Index => (byte)BatchesEventKind.BatchCompleted;

    internal static BatchCompleted DecodeFields(ref ScaleReader reader)
    {
        reader.ReadEnum<BatchesEventKind>();
        return new BatchCompleted(
            reader.Read<AccountId>(),
            reader.ReadCompactU32(),
            reader.ReadImmutable<FailedCall>(LedgerLimits.BatchCallsMax, FailedCall.EncodedBytesMin));
    }

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Account);
        writer.WriteCompact(Calls);
        writer.WriteVector(Failed);
    }
}
