using System.Collections.Immutable;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Files;

/// <summary>The files module's events, by their byte on the wire.</summary>
public enum FilesEventKind : byte
{
    /// <summary><see cref="Files.BucketCreated"/>.</summary>
    BucketCreated = 0,

    /// <summary><see cref="Files.BucketDeleted"/>.</summary>
    BucketDeleted = 1,

    /// <summary><see cref="Files.DealOpened"/>.</summary>
    DealOpened = 2,

    /// <summary><see cref="Files.TransferReported"/>.</summary>
    TransferReported = 3,

    /// <summary><see cref="Files.FragmentsReassigned"/>.</summary>
    FragmentsReassigned = 4,

    /// <summary><see cref="Files.FileCompleted"/>.</summary>
    FileCompleted = 5,

    /// <summary><see cref="Files.DealDropped"/>.</summary>
    DealDropped = 6,

    /// <summary><see cref="Files.FileDeleted"/>.</summary>
    FileDeleted = 7,

    /// <summary><see cref="Files.DeletionRefused"/>.</summary>
    DeletionRefused = 8,
}

/// <summary>Why a deal ended without its file.</summary>
public enum DropReason : byte
{
    /// <summary>Fragments were outstanding at the deadline.</summary>
    Deadline = 0,

    /// <summary>Its owner cancelled it.</summary>
    Cancelled = 1,

    /// <summary>All fragments were there, but the declared condition no longer held.</summary>
    ConditionFailed = 2,

    /// <summary>All fragments were there, but a file that was declared in a later block already had the name.</summary>
    Superseded = 3,
}

/// <summary>Why a file deleted is gone.</summary>
public enum DeletionReason : byte
{
    /// <summary>Its owner deleted it.</summary>
    Requested = 0,

    /// <summary>Another file has taken its name.</summary>
    Replaced = 1,
}

/// <summary>One entry of a call over many files that did not count.</summary>
/// <param name="File">The file.</param>
/// <param name="Error">Why not.</param>
public readonly record struct RefusedFile(FileId File, FilesError Error) : IScaleValue<RefusedFile>
{
    internal const int EncodedBytes = Hash256.Size + 2;

    /// <summary>Writes the file and the error's code.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(File);
        writer.WriteU16((ushort)Error);
    }

    /// <summary>Reads the file and the error's code.</summary>
    public static RefusedFile Decode(ref ScaleReader reader) => new(FileId.Decode(ref reader), (FilesError)reader.ReadU16());
}

/// <summary>An event of the files module.</summary>
public abstract record FilesEvent : LedgerEvent
{
    private const int MinersMax = LedgerLimits.TransactionBytesMax / FileFragment.EncodedBytesMin;

    private protected FilesEvent()
    {
    }

    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Files;

    /// <summary>Which event it is.</summary>
    public abstract FilesEventKind Kind { get; }

    private protected sealed override byte Index => (byte)Kind;

    internal static FilesEvent DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<FilesEventKind>() switch
        {
            FilesEventKind.BucketCreated => new BucketCreated(ReadBucket(ref reader), reader.Read<AccountId>()),
            FilesEventKind.BucketDeleted => new BucketDeleted(ReadBucket(ref reader), reader.Read<AccountId>()),
            FilesEventKind.DealOpened => new DealOpened(
                reader.Read<FileId>(), reader.Read<AccountId>(), ReadBucket(ref reader), reader.ReadCompactU64(),
                ReadMiners(ref reader)),
            FilesEventKind.TransferReported => new TransferReported(
                reader.Read<MinerId>(), reader.ReadCompactU32(),
                reader.ReadImmutable<RefusedFile>(LedgerLimits.ReportFilesMax, RefusedFile.EncodedBytes)),
            FilesEventKind.FragmentsReassigned => new FragmentsReassigned(
                reader.Read<FileId>(), reader.Read<AccountId>(), reader.Read<MinerId>(), reader.Read<MinerId>()),
            FilesEventKind.FileCompleted => new FileCompleted(
                reader.Read<FileId>(), reader.Read<AccountId>(), ReadBucket(ref reader), Hash256.Decode(ref reader),
                reader.ReadOptionalValue<FileId>()),
            FilesEventKind.DealDropped => new DealDropped(
                reader.Read<FileId>(), reader.Read<AccountId>(), ReadBucket(ref reader), reader.ReadEnum<DropReason>(),
                ReadMiners(ref reader)),
            FilesEventKind.FileDeleted => new FileDeleted(
                reader.Read<FileId>(), reader.Read<AccountId>(), ReadBucket(ref reader), Hash256.Decode(ref reader),
                reader.ReadEnum<DeletionReason>(), ReadMiners(ref reader)),
            FilesEventKind.DeletionRefused => new DeletionRefused(
                reader.Read<AccountId>(),
                reader.ReadImmutable<RefusedFile>(LedgerLimits.DeleteFilesMax, RefusedFile.EncodedBytes)),
            FilesEventKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }

    private protected static IEnumerable<Subject> SubjectsOf(FileId file, string bucket, ImmutableArray<MinerId> miners)
    {
        yield return Subject.OfBucket(bucket);
        yield return Subject.Of(file);
        foreach (MinerId miner in miners)
            yield return Subject.Of(miner);
    }

    private static string ReadBucket(ref ScaleReader reader) => reader.ReadString(LedgerLimits.BucketNameLengthMax);

    private static ImmutableArray<MinerId> ReadMiners(ref ScaleReader reader) => reader.ReadImmutable<MinerId>(MinersMax);
}

/// <summary>A bucket has been made.</summary>
/// <param name="Bucket">Its name.</param>
/// <param name="Owner">Its owner.</param>
public sealed record BucketCreated(string Bucket, AccountId Owner) : FilesEvent
{
    /// <inheritdoc/>
    public override FilesEventKind Kind => FilesEventKind.BucketCreated;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Owner];

    private protected override IEnumerable<Subject> OtherSubjects => [Subject.OfBucket(Bucket)];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteString(Bucket);
        writer.Write(Owner);
    }
}

/// <summary>A bucket is gone.</summary>
/// <param name="Bucket">Its name.</param>
/// <param name="Owner">Who owned it.</param>
public sealed record BucketDeleted(string Bucket, AccountId Owner) : FilesEvent
{
    /// <inheritdoc/>
    public override FilesEventKind Kind => FilesEventKind.BucketDeleted;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Owner];

    private protected override IEnumerable<Subject> OtherSubjects => [Subject.OfBucket(Bucket)];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteString(Bucket);
        writer.Write(Owner);
    }
}

/// <summary>A file is declared and its miners have to report.</summary>
/// <param name="File">The file.</param>
/// <param name="Owner">Its owner.</param>
/// <param name="Bucket">The bucket that it is to be in.</param>
/// <param name="Deadline">Height of the block at whose start it is dropped if incomplete.</param>
/// <param name="Miners">The miners, ascending.</param>
public sealed record DealOpened(FileId File, AccountId Owner, string Bucket, ulong Deadline, ImmutableArray<MinerId> Miners)
    : FilesEvent
{
    /// <inheritdoc/>
    public override FilesEventKind Kind => FilesEventKind.DealOpened;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Owner];

    private protected override IEnumerable<Subject> OtherSubjects => SubjectsOf(File, Bucket, Miners);

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(File);
        writer.Write(Owner);
        writer.WriteString(Bucket);
        writer.WriteCompact(Deadline);
        writer.WriteVector(Miners);
    }
}

/// <summary>A miner has reported transfers.</summary>
/// <param name="Miner">The miner.</param>
/// <param name="Accepted">How many files counted.</param>
/// <param name="Refused">Those that did not, in the order of the call.</param>
public sealed record TransferReported(MinerId Miner, uint Accepted, ImmutableArray<RefusedFile> Refused) : FilesEvent
{
    /// <inheritdoc/>
    public override FilesEventKind Kind => FilesEventKind.TransferReported;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [];

    private protected override IEnumerable<Subject> OtherSubjects => [Subject.Of(Miner)];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Miner);
        writer.WriteCompact(Accepted);
        writer.WriteVector(Refused);
    }
}

/// <summary>Another miner has to store, and report, what one owed.</summary>
/// <param name="File">The file.</param>
/// <param name="Owner">Its owner.</param>
/// <param name="From">Who owed.</param>
/// <param name="To">Who owes now.</param>
public sealed record FragmentsReassigned(FileId File, AccountId Owner, MinerId From, MinerId To) : FilesEvent
{
    /// <inheritdoc/>
    public override FilesEventKind Kind => FilesEventKind.FragmentsReassigned;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Owner];

    private protected override IEnumerable<Subject> OtherSubjects =>
        [Subject.Of(File), Subject.Of(From), Subject.Of(To)];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(File);
        writer.Write(Owner);
        writer.Write(From);
        writer.Write(To);
    }
}

/// <summary>All fragments are durable: the file is active and has taken its name.</summary>
/// <param name="File">The file.</param>
/// <param name="Owner">Its owner.</param>
/// <param name="Bucket">Its bucket.</param>
/// <param name="NameTag">The tag of its name.</param>
/// <param name="Replaced">The file that had the name before; a <see cref="FileDeleted"/> follows for it.</param>
public sealed record FileCompleted(FileId File, AccountId Owner, string Bucket, Hash256 NameTag, FileId? Replaced) : FilesEvent
{
    /// <inheritdoc/>
    public override FilesEventKind Kind => FilesEventKind.FileCompleted;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Owner];

    private protected override IEnumerable<Subject> OtherSubjects => SubjectsOf(File, Bucket, []);

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(File);
        writer.Write(Owner);
        writer.WriteString(Bucket);
        writer.Write(NameTag);
        writer.WriteOption(Replaced);
    }
}

/// <summary>A deal has ended without its file; the space is returned, and the miners may delete what they have of it.</summary>
/// <param name="File">The file.</param>
/// <param name="Owner">Its owner.</param>
/// <param name="Bucket">The bucket that it was to be in.</param>
/// <param name="Reason">Why.</param>
/// <param name="Miners">The miners, ascending.</param>
public sealed record DealDropped(
    FileId File, AccountId Owner, string Bucket, DropReason Reason, ImmutableArray<MinerId> Miners) : FilesEvent
{
    /// <inheritdoc/>
    public override FilesEventKind Kind => FilesEventKind.DealDropped;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Owner];

    private protected override IEnumerable<Subject> OtherSubjects => SubjectsOf(File, Bucket, Miners);

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(File);
        writer.Write(Owner);
        writer.WriteString(Bucket);
        writer.WriteEnum(Reason);
        writer.WriteVector(Miners);
    }
}

/// <summary>An active file is gone; the space is returned, and the miners may delete their fragments.</summary>
/// <param name="File">The file.</param>
/// <param name="Owner">Its owner.</param>
/// <param name="Bucket">The bucket that it was in.</param>
/// <param name="NameTag">The tag of its name.</param>
/// <param name="Reason">Why.</param>
/// <param name="Miners">The miners, ascending.</param>
public sealed record FileDeleted(
    FileId File, AccountId Owner, string Bucket, Hash256 NameTag, DeletionReason Reason, ImmutableArray<MinerId> Miners)
    : FilesEvent
{
    /// <inheritdoc/>
    public override FilesEventKind Kind => FilesEventKind.FileDeleted;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Owner];

    private protected override IEnumerable<Subject> OtherSubjects => SubjectsOf(File, Bucket, Miners);

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(File);
        writer.Write(Owner);
        writer.WriteString(Bucket);
        writer.Write(NameTag);
        writer.WriteEnum(Reason);
        writer.WriteVector(Miners);
    }
}

/// <summary>Some files of a deletion were not deleted.</summary>
/// <param name="Account">Who asked.</param>
/// <param name="Refused">Which files, in the order of the call, and why.</param>
public sealed record DeletionRefused(AccountId Account, ImmutableArray<RefusedFile> Refused) : FilesEvent
{
    /// <inheritdoc/>
    public override FilesEventKind Kind => FilesEventKind.DeletionRefused;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Account];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Account);
        writer.WriteVector(Refused);
    }
}
