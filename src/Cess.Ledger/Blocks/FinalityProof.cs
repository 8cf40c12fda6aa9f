using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>
/// Shows a light client that a header is final: it is certified itself, or headers lead from it to a certified one. Check it with
/// <see cref="LightClient.Verify(FinalityProof)"/>.
/// </summary>
/// <param name="Headers">The header, and those that follow it up to the certified one; at least one.</param>
/// <param name="Certificate">Of the last header.</param>
public sealed record FinalityProof(ImmutableArray<BlockHeader> Headers, Certificate Certificate) : IScaleValue<FinalityProof>
{
    /// <summary>The header that is shown to be final.</summary>
    public BlockHeader Header => Headers[0];

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteVector(Headers);
        writer.Write(Certificate);
    }

    /// <summary>Reads a proof of at least one header; whether it shows anything is not said.</summary>
    public static FinalityProof Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        ImmutableArray<BlockHeader> headers = reader.ReadImmutable<BlockHeader>(LedgerLimits.FinalityHeadersMax, BlockHeader.EncodedBytesMin);
        return headers.IsEmpty
            ? throw ScaleReader.Invalid(start, "a proof has at least one header.")
            : new FinalityProof(headers, reader.Read<Certificate>());
    }
}
