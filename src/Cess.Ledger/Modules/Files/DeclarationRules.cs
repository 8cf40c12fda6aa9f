using System.Collections.Immutable;
using Cess.Ledger.Modules.Miners;

namespace Cess.Ledger.Modules.Files;

/// <summary>What must hold of a declaration whatever the state. Bounds of single fields are checked when it is read.</summary>
public static class DeclarationRules
{
    /// <summary>The first rule that a declaration breaks; null for none.</summary>
    public static FilesError? Check(FileDeclaration file)
    {
        if (!file.Policy.IsValid)
            return FilesError.PolicyInvalid;
        if (file.Parts.Length == 0)
            return FilesError.PartsMissing;

        int segments = 0;
        foreach (FilePart part in file.Parts)
        {
            segments += part.Segments.Length;
            if (segments > LedgerLimits.SegmentsMax)
                return FilesError.SegmentsTooMany;
            if (CheckPart(file.Policy, part) is { } error)
                return error;
        }

        return null;
    }

    private static FilesError? CheckPart(FilePolicy policy, FilePart part)
    {
        ulong cipherLength = 0;
        foreach (FileSegment segment in part.Segments)
        {
            if (segment.Length is 0 or > LedgerLimits.SegmentBytesMax)
                return FilesError.SegmentLengthInvalid;
            if (segment.Fragments.Length != policy.Fragments)
                return FilesError.FragmentCountWrong;
            if (HasRepeatedMiner(segment.Fragments))
                return FilesError.MinerRepeated;
            cipherLength += segment.Length;
        }

        return part.PlainLength > cipherLength ? FilesError.PlainLengthInvalid : null;
    }

    private static bool HasRepeatedMiner(ImmutableArray<FileFragment> fragments)
    {
        Span<MinerId> miners = stackalloc MinerId[LedgerLimits.FragmentsPerSegmentMax];
        miners = miners[..fragments.Length];
        for (int i = 0; i < miners.Length; i++)
            miners[i] = fragments[i].Miner;

        miners.Sort();
        for (int i = 1; i < miners.Length; i++)
        {
            if (miners[i] == miners[i - 1])
                return true;
        }

        return false;
    }
}
