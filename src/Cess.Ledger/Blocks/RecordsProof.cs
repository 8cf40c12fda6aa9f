using System.Collections.Immutable;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>What some keys of the state held after a final block, and why that is so.</summary>
/// <param name="Finality">Of the block's header.</param>
/// <param name="Proof">Of all the keys, against that header.</param>
/// <param name="Records">The keys' records, encoded, in the order in which the keys were asked for; null for those that have none.</param>
public sealed record RecordsProof(FinalityProof Finality, StateProof Proof, ImmutableArray<ReadOnlyMemory<byte>?> Records)
    : IScaleValue<RecordsProof>
{
    /// <summary>Spelled out: beside memory that is not nullable, a bare null would become empty memory.</summary>
    private static ReadOnlyMemory<byte>? NoRecord => null;

    /// <summary>The proof of keys in the newest state.</summary>
    /// <param name="state">The ledger after a block.</param>
    /// <param name="finality">Shows that the block is final.</param>
    /// <param name="keys">1 to <see cref="LedgerLimits.StateProofKeysMax"/> keys.</param>
    public static RecordsProof Of(LedgerState state, FinalityProof finality, ReadOnlySpan<StateKey> keys)
    {
        ImmutableArray<ReadOnlyMemory<byte>?>.Builder records = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>?>(keys.Length);
        foreach (StateKey key in keys)
            records.Add(state.Tree.TryGet(key, out ReadOnlyMemory<byte> record) ? record : NoRecord);
        return new RecordsProof(finality, StateProof.Of(state.Tree, keys), records.MoveToImmutable());
    }

    /// <summary>
    /// True if the records are what the keys held after the block of the header. That the header is final is to be checked besides.
    /// </summary>
    /// <param name="keys">The keys, in the order in which they were asked for.</param>
    public bool Proves(ReadOnlySpan<StateKey> keys)
    {
        if (keys.Length != Records.Length)
            return false;
        for (int i = 0; i < keys.Length; i++)
        {
            bool isProven = Records[i] is { } record
                ? LightClient.ProvesRecord(Finality.Header, Proof, keys[i], record.Span)
                : LightClient.ProvesAbsence(Finality.Header, Proof, keys[i]);
            if (!isProven)
                return false;
        }

        return true;
    }

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Finality);
        writer.Write(Proof);
        writer.WriteCount(Records.Length);
        foreach (ReadOnlyMemory<byte>? record in Records)
        {
            writer.WriteOption(record is not null);
            if (record is { } bytes)
                writer.WriteBytes(bytes.Span);
        }
    }

    /// <summary>Reads a proof; whether it proves anything is not said.</summary>
    public static RecordsProof Decode(ref ScaleReader reader)
    {
        FinalityProof finality = reader.Read<FinalityProof>();
        StateProof proof = reader.Read<StateProof>();
        int count = reader.ReadCount(LedgerLimits.StateProofKeysMax);
        ImmutableArray<ReadOnlyMemory<byte>?>.Builder records = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>?>(count);
        for (int i = 0; i < count; i++)
            records.Add(reader.ReadOption() ? reader.ReadBytes(LedgerLimits.StateValueBytesMax).ToArray() : NoRecord);
        return new RecordsProof(finality, proof, records.MoveToImmutable());
    }
}
