using System.Collections.Immutable;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Files;

/// <summary>What the ledger keeps of a bucket.</summary>
/// <param name="Name">Its name, unique on the chain.</param>
/// <param name="Owner">Who owns it.</param>
/// <param name="CreatedAtMs">Block time of its creation, in milliseconds since 1970.</param>
/// <param name="WrappedKey">Its key, wrapped to its owner.</param>
/// <param name="ObjectCount">Objects in it.</param>
/// <param name="Bytes">Plaintext bytes of its objects.</param>
/// <param name="OpenDeals">Declared files that are neither complete nor dropped.</param>
public sealed record BucketRecord(
    string Name,
    AccountId Owner,
    ulong CreatedAtMs,
    ReadOnlyMemory<byte> WrappedKey,
    ulong ObjectCount,
    ulong Bytes,
    ulong OpenDeals) : IScaleValue<BucketRecord>
{
    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteString(Name);
        writer.Write(Owner);
        writer.WriteCompact(CreatedAtMs);
        writer.WriteBytes(WrappedKey.Span);
        writer.WriteCompact(ObjectCount);
        writer.WriteCompact(Bytes);
        writer.WriteCompact(OpenDeals);
    }

    /// <summary>Reads a bucket.</summary>
    public static BucketRecord Decode(ref ScaleReader reader) => new(
        reader.ReadString(LedgerLimits.BucketNameLengthMax),
        reader.Read<AccountId>(),
        reader.ReadCompactU64(),
        reader.ReadBytes(LedgerLimits.WrappedBucketKeyBytesMax).ToArray(),
        reader.ReadCompactU64(),
        reader.ReadCompactU64(),
        reader.ReadCompactU64());
}

/// <summary>Which file has a name in a bucket.</summary>
/// <param name="File">The file.</param>
/// <param name="Height">Height of the block that completed it.</param>
/// <param name="TimeMs">Time of that block, in milliseconds since 1970.</param>
public sealed record ObjectEntry(FileId File, ulong Height, ulong TimeMs) : IScaleValue<ObjectEntry>
{
    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(File);
        writer.WriteCompact(Height);
        writer.WriteCompact(TimeMs);
    }

    /// <summary>Reads an entry.</summary>
    public static ObjectEntry Decode(ref ScaleReader reader) =>
        new(reader.Read<FileId>(), reader.ReadCompactU64(), reader.ReadCompactU64());
}

/// <summary>
/// What a file is: big, and written once (but for a reassignment). Exists from declaration to deletion; the file is active
/// when it has no <see cref="DealRecord"/>.
/// </summary>
/// <param name="Owner">Who declared it.</param>
/// <param name="DeclaredAt">Height of the block that declared it.</param>
/// <param name="Declaration">As declared, with the miners of now.</param>
public sealed record FileRecord(AccountId Owner, ulong DeclaredAt, FileDeclaration Declaration) : IScaleValue<FileRecord>
{
    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Owner);
        writer.WriteCompact(DeclaredAt);
        writer.Write(Declaration);
    }

    /// <summary>Reads a file.</summary>
    public static FileRecord Decode(ref ScaleReader reader) =>
        new(reader.Read<AccountId>(), reader.ReadCompactU64(), reader.Read<FileDeclaration>());
}

/// <summary>What a miner has to do in a deal.</summary>
/// <param name="Miner">The miner.</param>
/// <param name="Bytes">Space reserved for all its fragments.</param>
/// <param name="IsReported">Whether it has said that they are durable.</param>
public readonly record struct DealShare(MinerId Miner, ulong Bytes, bool IsReported) : IScaleValue<DealShare>
{
    internal const int EncodedBytesMin = 3;

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Miner);
        writer.WriteCompact(Bytes);
        writer.WriteBool(IsReported);
    }

    /// <summary>Reads a share.</summary>
    public static DealShare Decode(ref ScaleReader reader) =>
        new(MinerId.Decode(ref reader), reader.ReadCompactU64(), reader.ReadBool());
}

/// <summary>What a declared file waits for: small, and written with each report. Gone when the file is active or dropped.</summary>
/// <param name="Owner">Who declared the file.</param>
/// <param name="Bucket">The bucket that it is to be in.</param>
/// <param name="Condition">When it may take its name.</param>
/// <param name="Deadline">Height of the block at whose start it is dropped.</param>
/// <param name="QueueIndex">Its place among the deals of that deadline.</param>
/// <param name="Shares">The miners, ascending.</param>
public sealed record DealRecord(
    AccountId Owner,
    string Bucket,
    DeclareCondition Condition,
    ulong Deadline,
    uint QueueIndex,
    ImmutableArray<DealShare> Shares) : IScaleValue<DealRecord>
{
    private const int SharesMax = LedgerLimits.TransactionBytesMax / FileFragment.EncodedBytesMin;

    /// <summary>The miners that have not reported, ascending.</summary>
    public IEnumerable<MinerId> Outstanding()
    {
        foreach (DealShare share in Shares)
        {
            if (!share.IsReported)
                yield return share.Miner;
        }
    }

    /// <summary>True if every miner has reported.</summary>
    public bool IsComplete()
    {
        foreach (DealShare share in Shares)
        {
            if (!share.IsReported)
                return false;
        }

        return true;
    }

    /// <summary>The place of a miner in <see cref="Shares"/>; negative if it has none.</summary>
    public int IndexOf(MinerId miner) => Shares.AsSpan().BinarySearch(new ShareOf(miner));

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Owner);
        writer.WriteString(Bucket);
        writer.Write(Condition);
        writer.WriteCompact(Deadline);
        writer.WriteCompact(QueueIndex);
        writer.WriteVector(Shares);
    }

    /// <summary>Reads a deal.</summary>
    public static DealRecord Decode(ref ScaleReader reader) => new(
        reader.Read<AccountId>(),
        reader.ReadString(LedgerLimits.BucketNameLengthMax),
        reader.Read<DeclareCondition>(),
        reader.ReadCompactU64(),
        reader.ReadCompactU32(),
        reader.ReadImmutable<DealShare>(SharesMax, DealShare.EncodedBytesMin));

    private readonly struct ShareOf(MinerId miner) : IComparable<DealShare>
    {
        public int CompareTo(DealShare other) => miner.CompareTo(other.Miner);
    }
}
