using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus;

/// <summary>The consensus' habits in SCALE: immutable vectors, votes in ascending order.</summary>
internal static class ConsensusScale
{
    private const int VoteBytes = sizeof(ushort) + Signature.Size;

    public static void WriteVector<T>(this ScaleWriter writer, ImmutableArray<T> values)
        where T : IScaleValue<T> => writer.WriteVector(values.AsSpan());

    public static ImmutableArray<T> ReadImmutable<T>(this ref ScaleReader reader, int countMax, int elementBytesMin = 1)
        where T : IScaleValue<T> => ImmutableCollectionsMarshal.AsImmutableArray(reader.ReadVector<T>(countMax, elementBytesMin));

    public static ImmutableArray<CertificateVote> ReadVotes(this ref ScaleReader reader)
    {
        int start = reader.Offset;
        ImmutableArray<CertificateVote> votes = reader.ReadImmutable<CertificateVote>(LedgerLimits.ValidatorsMax, VoteBytes);
        for (int i = 1; i < votes.Length; i++)
        {
            if (votes[i - 1].Validator >= votes[i].Validator)
                throw ScaleReader.Invalid(start, "the votes are not in strictly ascending order of validators.");
        }

        return votes;
    }
}
