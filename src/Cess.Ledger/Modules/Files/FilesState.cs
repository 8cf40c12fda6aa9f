using System.Text;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Files;

/// <summary>The records of the files module, as one block changes them.</summary>
internal sealed class FilesState(StateOverlay overlay)
{
    public static readonly StateCollection<BucketName, BucketRecord> BucketCollection =
        new(ModuleId.Files, 0, StateCollections.ByValue);

    /// <summary>Grouped by owner.</summary>
    public static readonly StateCollection<OwnedBucketKey, OwnedBucket> OwnedBucketCollection =
        new(ModuleId.Files, 1, OwnedBucketKey.ToStateKey);

    /// <summary>Grouped by bucket.</summary>
    public static readonly StateCollection<ObjectKey, ObjectEntry> ObjectCollection =
        new(ModuleId.Files, 2, ObjectKey.ToStateKey);

    public static readonly StateCollection<FileId, FileRecord> FileCollection =
        new(ModuleId.Files, 3, StateCollections.ByValue);

    public static readonly StateCollection<FileId, DealRecord> DealCollection =
        new(ModuleId.Files, 4, StateCollections.ByValue);

    private readonly StateTable<BucketName, BucketRecord> _buckets = overlay.Table(BucketCollection);
    private readonly StateTable<OwnedBucketKey, OwnedBucket> _ownedBuckets = overlay.Table(OwnedBucketCollection);

    public StateTable<ObjectKey, ObjectEntry> Objects { get; } = overlay.Table(ObjectCollection);

    public StateTable<FileId, FileRecord> Files { get; } = overlay.Table(FileCollection);

    public StateTable<FileId, DealRecord> Deals { get; } = overlay.Table(DealCollection);

    public DeadlineQueue Deadlines { get; } = new(overlay);

    public BucketRecord? Bucket(string name) => _buckets.Get(new BucketName(name));

    public void Set(BucketRecord bucket) => _buckets.Set(new BucketName(bucket.Name), bucket);

    public void Add(BucketRecord bucket)
    {
        Set(bucket);
        _ownedBuckets.Set(new OwnedBucketKey(bucket.Owner, bucket.Name), new OwnedBucket(bucket.Name));
    }

    public void Remove(BucketRecord bucket)
    {
        _buckets.Remove(new BucketName(bucket.Name));
        _ownedBuckets.Remove(new OwnedBucketKey(bucket.Owner, bucket.Name));
    }
}

/// <summary>A bucket's name as a key.</summary>
internal readonly record struct BucketName(string Text) : IScaleValue<BucketName>
{
    public void Encode(ScaleWriter writer) => writer.WriteString(Text);

    public static BucketName Decode(ref ScaleReader reader) => new(reader.ReadString(LedgerLimits.BucketNameLengthMax));
}

/// <summary>An object's place: its bucket (the group) and the tag of its name (the member).</summary>
internal readonly record struct ObjectKey(string Bucket, Hash256 NameTag)
{
    public static StateKey ToStateKey(byte module, byte collection, ObjectKey key)
    {
        Span<byte> member = stackalloc byte[Hash256.Size];
        key.NameTag.WriteTo(member);
        return StateKey.Of(module, collection, Group(key.Bucket), member);
    }

    public static byte[] Group(string bucket) => Encoding.UTF8.GetBytes(bucket);
}

/// <summary>A bucket's place in the list of its owner's: the owner (the group) and the name (the member).</summary>
internal readonly record struct OwnedBucketKey(AccountId Owner, string Bucket)
{
    public static StateKey ToStateKey(byte module, byte collection, OwnedBucketKey key) =>
        StateKey.Of(module, collection, Group(key.Owner), Encoding.UTF8.GetBytes(key.Bucket));

    public static byte[] Group(AccountId owner) => owner.Hash.ToArray();
}

/// <summary>The name of a bucket in the list of its owner's.</summary>
internal sealed record OwnedBucket(string Name) : IScaleValue<OwnedBucket>
{
    public void Encode(ScaleWriter writer) => writer.WriteString(Name);

    public static OwnedBucket Decode(ref ScaleReader reader) => new(reader.ReadString(LedgerLimits.BucketNameLengthMax));
}
