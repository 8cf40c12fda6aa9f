using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Batches;

/// <summary>The batches module's calls, by their byte on the wire.</summary>
public enum BatchesCallKind : byte
{
    /// <summary><see cref="Batches.Batch"/>.</summary>
    Batch = 0,
}

/// <summary>What the failure of one call means for the others of its batch.</summary>
public enum BatchMode : byte
{
    /// <summary>All calls take effect, or none does: the batch fails with the first error.</summary>
    AllOrNothing = 0,

    /// <summary>Each call takes effect or fails by itself; the batch succeeds and lists what failed.</summary>
    EachOnItsOwn = 1,
}

/// <summary>Several calls under one signature, one nonce and one fee, executed in their order.</summary>
/// <param name="Mode">What the failure of one means for the others.</param>
/// <param name="Calls">
/// 1 to <see cref="LedgerLimits.BatchCallsMax"/> calls, none of which is or holds a batch.
/// </param>
public sealed record Batch(BatchMode Mode, ImmutableArray<Call> Calls) : Call
{
    private const int CallBytesMin = 3;

    /// <inheritdoc/>
    public override ModuleId Module => ModuleId.Batches;

    /// <inheritdoc/>
    public override ulong Weight
    {
        get
        {
            ulong weight = CallWeights.Batch;
            foreach (Call call in Calls)
                weight += call.Weight;
            return weight;
        }
    }

    private protected override byte Index => (byte)BatchesCallKind.Batch;

    internal override bool HoldsBatch => true;

    internal static Batch DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        reader.ReadEnum<BatchesCallKind>();
        BatchMode mode = reader.ReadEnum<BatchMode>();
        ImmutableArray<Call> calls = reader.ReadImmutable<Call>(LedgerLimits.BatchCallsMax, CallBytesMin);
        if (calls.IsEmpty)
            throw ScaleReader.Invalid(start, "a batch has at least one call.");
        foreach (Call call in calls)
        {
            if (call.HoldsBatch)
                throw ScaleReader.Invalid(start, "a batch holds no other batch.");
        }

        return new Batch(mode, calls);
    }

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteEnum(Mode);
        writer.WriteVector(Calls);
    }
}
