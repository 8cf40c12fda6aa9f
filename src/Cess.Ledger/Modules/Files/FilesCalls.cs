using System.Collections.Immutable;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Files;

/// <summary>The files module's calls, by their byte on the wire.</summary>
public enum FilesCallKind : byte
{
    /// <summary><see cref="Files.CreateBucket"/>.</summary>
    CreateBucket = 0,

    /// <summary><see cref="Files.DeleteBucket"/>.</summary>
    DeleteBucket = 1,

    /// <summary><see cref="Files.DeclareFile"/>.</summary>
    DeclareFile = 2,

    /// <summary><see cref="Files.ReportTransfer"/>.</summary>
    ReportTransfer = 3,

    /// <summary><see cref="Files.ReassignFragments"/>.</summary>
    ReassignFragments = 4,

    /// <summary><see cref="Files.CancelDeal"/>.</summary>
    CancelDeal = 5,

    /// <summary><see cref="Files.DeleteFiles"/>.</summary>
    DeleteFiles = 6,
}

/// <summary>A call of the files module.</summary>
public abstract record FilesCall : Call
{
    private protected FilesCall()
    {
    }

    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Files;

    /// <summary>Which call it is.</summary>
    public abstract FilesCallKind Kind { get; }

    private protected sealed override byte Index => (byte)Kind;

    internal static FilesCall DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<FilesCallKind>() switch
        {
            FilesCallKind.CreateBucket => new CreateBucket(
                reader.ReadString(LedgerLimits.BucketNameLengthMax),
                reader.ReadBytes(LedgerLimits.WrappedBucketKeyBytesMax).ToArray()),
            FilesCallKind.DeleteBucket => new DeleteBucket(reader.ReadString(LedgerLimits.BucketNameLengthMax)),
            FilesCallKind.DeclareFile => new DeclareFile(reader.Read<FileDeclaration>(), reader.Read<DeclareCondition>()),
            FilesCallKind.ReportTransfer =>
                new ReportTransfer(reader.ReadImmutable<FileId>(LedgerLimits.ReportFilesMax, Hash256.Size)),
            FilesCallKind.ReassignFragments =>
                new ReassignFragments(reader.Read<FileId>(), reader.Read<MinerId>(), reader.Read<MinerId>()),
            FilesCallKind.CancelDeal => new CancelDeal(reader.Read<FileId>()),
            FilesCallKind.DeleteFiles =>
                new DeleteFiles(reader.ReadImmutable<FileId>(LedgerLimits.DeleteFilesMax, Hash256.Size)),
            FilesCallKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }
}

/// <summary>Makes a bucket of the sender. Names are unique on the chain, first come, first served.</summary>
/// <param name="Name">See <see cref="BucketNames"/>.</param>
/// <param name="WrappedKey">The bucket's key, wrapped to its owner; at most <see cref="LedgerLimits.WrappedBucketKeyBytesMax"/> bytes.</param>
public sealed record CreateBucket(string Name, ReadOnlyMemory<byte> WrappedKey) : FilesCall
{
    /// <inheritdoc/>
    public override FilesCallKind Kind => FilesCallKind.CreateBucket;

    /// <inheritdoc/>
    public override ulong Weight => 2 * CallWeights.RecordWrite;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteString(Name);
        writer.WriteBytes(WrappedKey.Span);
    }
}

/// <summary>Deletes a bucket of the sender that has neither objects nor open deals.</summary>
/// <param name="Name">The bucket.</param>
public sealed record DeleteBucket(string Name) : FilesCall
{
    /// <inheritdoc/>
    public override FilesCallKind Kind => FilesCallKind.DeleteBucket;

    /// <inheritdoc/>
    public override ulong Weight => 2 * CallWeights.RecordWrite;

    private protected override void EncodeFields(ScaleWriter writer) => writer.WriteString(Name);
}

/// <summary>
/// Opens a deal in a bucket of the sender: reserves the space and sets the deadline. The file's id is this transaction's.
/// A file without segments has nothing to wait for and is active at once.
/// </summary>
/// <param name="File">What is declared.</param>
/// <param name="Condition">When the file may take its name.</param>
public sealed record DeclareFile(FileDeclaration File, DeclareCondition Condition) : FilesCall
{
    /// <inheritdoc/>
    public override FilesCallKind Kind => FilesCallKind.DeclareFile;

    /// <inheritdoc/>
    public override ulong Weight => File.Weight;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(File);
        writer.Write(Condition);
    }
}

/// <summary>
/// The sender's miner says that all its fragments of these files are durable. Each file counts on its own: those that the
/// miner owes nothing are listed in <see cref="TransferReported"/> and do not keep the others from counting. With the last
/// report a file becomes active, takes its name, and what had the name before is deleted.
/// </summary>
/// <param name="Files">At most <see cref="LedgerLimits.ReportFilesMax"/> files.</param>
public sealed record ReportTransfer(ImmutableArray<FileId> Files) : FilesCall
{
    /// <inheritdoc/>
    public override FilesCallKind Kind => FilesCallKind.ReportTransfer;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.RecordWrite + (CallWeights.FileReport * (ulong)Files.Length);

    private protected override void EncodeFields(ScaleWriter writer) => writer.WriteVector(Files);
}

/// <summary>
/// While a deal of the sender is open, gives all fragments that one miner owes to another, which has to report them. The
/// deadline stays.
/// </summary>
/// <param name="File">The file.</param>
/// <param name="From">A miner that has not reported.</param>
/// <param name="To">A miner with the space, and without a fragment in the same segments.</param>
public sealed record ReassignFragments(FileId File, MinerId From, MinerId To) : FilesCall
{
    /// <inheritdoc/>
    public override FilesCallKind Kind => FilesCallKind.ReassignFragments;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.Reassignment;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(File);
        writer.Write(From);
        writer.Write(To);
    }
}

/// <summary>Drops an open deal of the sender; the space is returned.</summary>
/// <param name="File">The file.</param>
public sealed record CancelDeal(FileId File) : FilesCall
{
    /// <inheritdoc/>
    public override FilesCallKind Kind => FilesCallKind.CancelDeal;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.DealDrop;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(File);
}

/// <summary>
/// Deletes active files of the sender; the space is returned. Each file counts on its own: those that are not active files of
/// the sender are listed in <see cref="DeletionRefused"/>.
/// </summary>
/// <param name="Files">At most <see cref="LedgerLimits.DeleteFilesMax"/> files.</param>
public sealed record DeleteFiles(ImmutableArray<FileId> Files) : FilesCall
{
    /// <inheritdoc/>
    public override FilesCallKind Kind => FilesCallKind.DeleteFiles;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.FileDeletion * (1 + (ulong)Files.Length);

    private protected override void EncodeFields(ScaleWriter writer) => writer.WriteVector(Files);
}
