using System.Collections.Immutable;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Files;

/// <summary>What an owner states of a file: its name and keys, sealed; its layout; which miners store it.</summary>
/// <param name="Bucket">The bucket to be in.</param>
/// <param name="NameTag">Keyed hash of the object's name: what the name is looked up by.</param>
/// <param name="EncryptedName">The object's name, sealed; at most <see cref="LedgerLimits.EncryptedNameBytesMax"/> bytes.</param>
/// <param name="WrappedFileKey">The file's key, wrapped by the bucket's; at most <see cref="LedgerLimits.WrappedFileKeyBytesMax"/> bytes.</param>
/// <param name="EncryptedMetadata">Sealed metadata; at most <see cref="LedgerLimits.EncryptedMetadataBytesMax"/> bytes.</param>
/// <param name="Policy">How segments are coded.</param>
/// <param name="Parts">At least one part, at most <see cref="LedgerLimits.PartsMax"/>.</param>
public sealed record FileDeclaration(
    string Bucket,
    Hash256 NameTag,
    ReadOnlyMemory<byte> EncryptedName,
    ReadOnlyMemory<byte> WrappedFileKey,
    ReadOnlyMemory<byte> EncryptedMetadata,
    FilePolicy Policy,
    ImmutableArray<FilePart> Parts) : IScaleValue<FileDeclaration>
{
    /// <summary>What declaring it costs; see <see cref="Call.Weight"/>.</summary>
    public ulong Weight
    {
        get
        {
            ulong fragments = 0;
            foreach (FilePart part in Parts)
            {
                foreach (FileSegment segment in part.Segments)
                    fragments += (ulong)segment.Fragments.Length;
            }

            return (4 * CallWeights.RecordWrite) + (CallWeights.Fragment * fragments);
        }
    }

    /// <summary>Bytes of plaintext of all parts.</summary>
    public ulong PlainLength()
    {
        ulong length = 0;
        foreach (FilePart part in Parts)
            length += part.PlainLength;
        return length;
    }

    /// <summary>The miners that store fragments, in ascending order, each with the bytes of all its fragments.</summary>
    public ImmutableArray<MinerShare> Shares()
    {
        List<MinerShare> shares = [];
        foreach (FilePart part in Parts)
        {
            foreach (FileSegment segment in part.Segments)
            {
                uint bytes = Policy.FragmentBytes(segment.Length);
                foreach (FileFragment fragment in segment.Fragments)
                    shares.Add(new MinerShare(fragment.Miner, bytes));
            }
        }

        return MinerShare.Merge(shares);
    }

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteString(Bucket);
        writer.Write(NameTag);
        writer.WriteBytes(EncryptedName.Span);
        writer.WriteBytes(WrappedFileKey.Span);
        writer.WriteBytes(EncryptedMetadata.Span);
        writer.Write(Policy);
        writer.WriteVector(Parts);
    }

    /// <summary>Reads a declaration.</summary>
    public static FileDeclaration Decode(ref ScaleReader reader) => new(
        reader.ReadString(LedgerLimits.BucketNameLengthMax),
        Hash256.Decode(ref reader),
        reader.ReadBytes(LedgerLimits.EncryptedNameBytesMax).ToArray(),
        reader.ReadBytes(LedgerLimits.WrappedFileKeyBytesMax).ToArray(),
        reader.ReadBytes(LedgerLimits.EncryptedMetadataBytesMax).ToArray(),
        FilePolicy.Decode(ref reader),
        reader.ReadImmutable<FilePart>(LedgerLimits.PartsMax, FilePart.EncodedBytesMin));
}

/// <summary>What a miner stores of a file.</summary>
/// <param name="Miner">The miner.</param>
/// <param name="Bytes">All its fragments together.</param>
public readonly record struct MinerShare(MinerId Miner, ulong Bytes)
{
    /// <summary>One share a miner, in ascending order. Sorts the list in place.</summary>
    internal static ImmutableArray<MinerShare> Merge(List<MinerShare> shares)
    {
        shares.Sort(static (left, right) => left.Miner.CompareTo(right.Miner));
        ImmutableArray<MinerShare>.Builder merged = ImmutableArray.CreateBuilder<MinerShare>(shares.Count);
        foreach (MinerShare share in shares)
        {
            if (merged.Count > 0 && merged[^1].Miner == share.Miner)
                merged[^1] = new MinerShare(share.Miner, merged[^1].Bytes + share.Bytes);
            else
                merged.Add(share);
        }

        return merged.DrainToImmutable();
    }
}

/// <summary>When a declared file may take its name.</summary>
public enum DeclareConditionKind : byte
{
    /// <summary>Unless a file that was declared in a later block has it already.</summary>
    None = 0,

    /// <summary>Only if no object has the name.</summary>
    OnlyIfAbsent = 1,

    /// <summary>Only if the object of that name is a certain file.</summary>
    OnlyIfCurrent = 2,
}

/// <summary>
/// A condition on what has the name. It is checked twice: when the file is declared, and again when it completes, for another
/// file may have taken the name in between.
/// </summary>
public readonly record struct DeclareCondition : IScaleValue<DeclareCondition>
{
    private DeclareCondition(DeclareConditionKind kind, FileId current)
    {
        Kind = kind;
        Current = current;
    }

    /// <summary>Always.</summary>
    public static DeclareCondition None => default;

    /// <summary>Only if no object has the name.</summary>
    public static DeclareCondition OnlyIfAbsent => new(DeclareConditionKind.OnlyIfAbsent, default);

    /// <summary>Which condition it is.</summary>
    public DeclareConditionKind Kind { get; }

    /// <summary>The file that must have the name, for <see cref="DeclareConditionKind.OnlyIfCurrent"/>; else zero.</summary>
    public FileId Current { get; }

    /// <summary>Only if <paramref name="file"/> has the name.</summary>
    public static DeclareCondition OnlyIfCurrent(FileId file) => new(DeclareConditionKind.OnlyIfCurrent, file);

    /// <summary>True if it holds while <paramref name="current"/> has the name; null for nobody.</summary>
    public bool Allows(FileId? current) => Kind switch
    {
        DeclareConditionKind.OnlyIfAbsent => current is null,
        DeclareConditionKind.OnlyIfCurrent => current == Current,
        _ => true,
    };

    /// <summary>Writes the kind, and the file for <see cref="DeclareConditionKind.OnlyIfCurrent"/>.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Kind);
        if (Kind == DeclareConditionKind.OnlyIfCurrent)
            writer.Write(Current);
    }

    /// <summary>Reads a condition.</summary>
    public static DeclareCondition Decode(ref ScaleReader reader)
    {
        DeclareConditionKind kind = reader.ReadEnum<DeclareConditionKind>();
        return new(kind, kind == DeclareConditionKind.OnlyIfCurrent ? FileId.Decode(ref reader) : default);
    }
}
