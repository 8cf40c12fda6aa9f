using Cess.Ledger.Modules.Files;
using Cess.Wire;

namespace Cess.Gateway.Rest.Files;

/// <summary>Files as the door shows them.</summary>
internal static class FileMessages
{
    public static FileMessage Of(FileId id, FileRecord file, DealRecord? deal) => new(
        id.Hash,
        file.Owner.ToString(),
        file.Declaration.Bucket,
        file.Declaration.NameTag,
        deal is null ? "active" : "declared",
        file.Declaration.Policy.ToString(),
        file.Declaration.PlainLength(),
        file.DeclaredAt,
        [.. file.Declaration.Parts.Select(part => new Wire.FilePart(part.Salt.ToArray(), part.PlainLength, [.. part.Segments.Select(Of)]))],
        deal?.Deadline);

    private static SegmentMessage Of(FileSegment segment) => new(
        (int)segment.Length, [.. segment.Fragments.Select(fragment => new FragmentMessage(fragment.Root, fragment.Miner.Value))]);
}
