using Cess.Primitives;

namespace Cess.Ledger.Modules.Chain;

/// <summary>
/// The era that the chain is in. The validators in the state beside it certify the blocks behind <see cref="Start"/> up to
/// <see cref="End"/>, and no others: the block at the end already has the next era's record and validators in its state, and
/// is still certified by these.
/// </summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Start">Height of the last block of the era before; 0 for the first.</param>
/// <param name="End">Height of its last block.</param>
/// <param name="Seed">What its leaders are drawn with; its validators were, too.</param>
public sealed record EraRecord(ulong Index, ulong Start, ulong End, Hash256 Seed) : IScaleValue<EraRecord>
{
    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Index);
        writer.WriteCompact(Start);
        writer.WriteCompact(End);
        writer.Write(Seed);
    }

    /// <summary>Reads an era.</summary>
    public static EraRecord Decode(ref ScaleReader reader) =>
        new(reader.ReadCompactU64(), reader.ReadCompactU64(), reader.ReadCompactU64(), Hash256.Decode(ref reader));
}
