using Cess.Coding;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Cess.Grains.Files;

/// <summary>State of a <see cref="BucketGrain"/>: what the chain does not know.</summary>
[GenerateSerializer, Alias("cess.BucketState")]
public sealed class BucketState
{
    /// <summary>Ids of multipart uploads that have not ended.</summary>
    [Id(0)]
    public HashSet<string> Uploads { get; set; } = [];

    /// <summary>Multipart uploads that are complete and whose results are kept, oldest first.</summary>
    [Id(1)]
    public List<CompletedUpload> Completed { get; set; } = [];
}

/// <summary>A multipart upload whose result is kept.</summary>
/// <param name="UploadId">The upload.</param>
/// <param name="TimeMs">When it was completed, Unix milliseconds.</param>
[GenerateSerializer, Immutable, Alias("cess.CompletedUpload")]
public sealed record CompletedUpload([property: Id(0)] string UploadId, [property: Id(1)] long TimeMs);

/// <summary>
/// Names of a bucket whose owner's key is held here, decrypted and in order. Made from the chain when it is first asked, and
/// kept up to date from the blocks since.
/// </summary>
public sealed class BucketGrain(
    [PersistentState("bucket", StateNames.Provider)] IPersistentState<BucketState> state,
    IGrainFactory grains,
    ILedgerReader ledger,
    ICustody custody,
    IRandomSource random,
    ILogger<BucketGrain> log) : Grain, IBucketGrain, IDisposable
{
    private NameIndex? _names;
    private BucketKeys? _keys;
    private ReadOnlyMemory<byte> _wrappedKey;
    private AccountId _owner;
    private ulong _height;

    private string Name => this.GetPrimaryKeyString();

    /// <summary>Erases the keys; the runtime calls it when the grain is deactivated.</summary>
    public void Dispose() => _keys?.Dispose();

    /// <inheritdoc/>
    public Task<ListResult?> ListAsync(ListRequest request) =>
        Task.FromResult(CatchUp() ? _names!.List(request) : null);

    /// <inheritdoc/>
    public async Task<bool> AddUploadAsync(string uploadId)
    {
        if (state.State.Uploads.Count >= GrainLimits.UploadsPerBucket)
            return false;
        state.State.Uploads.Add(uploadId);
        await state.WriteStateAsync();
        return true;
    }

    /// <inheritdoc/>
    public Task RemoveUploadAsync(string uploadId) =>
        state.State.Uploads.Remove(uploadId) ? state.WriteStateAsync() : Task.CompletedTask;

    /// <inheritdoc/>
    public async Task CompleteUploadAsync(string uploadId, long nowMs)
    {
        if (!state.State.Uploads.Remove(uploadId))
            return;
        state.State.Completed.Add(new CompletedUpload(uploadId, nowMs));
        await ForgetResultsAsync(nowMs);
        await state.WriteStateAsync();
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> GetUploadsAsync() => Task.FromResult<IReadOnlyList<string>>(state.State.Uploads.ToArray());

    /// <summary>Lets results go that have been kept long enough, or are too many. What fails stays in the list for the next time.</summary>
    private async Task ForgetResultsAsync(long nowMs)
    {
        List<CompletedUpload> completed = state.State.Completed;
        int surplus = completed.Count - GrainLimits.CompletedUploadsPerBucket;
        long keptMs = (long)GrainLimits.CompletedUploadsKept.TotalMilliseconds;
        CompletedUpload[] due = [.. completed.TakeWhile((upload, index) => index < surplus || nowMs - upload.TimeMs >= keptMs)];
        try
        {
            await Task.WhenAll(due.Select(upload => grains.GetGrain<IUploadGrain>(upload.UploadId).ForgetAsync()));
            completed.RemoveRange(0, due.Length);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.LogWarning(e, "Results of multipart uploads of bucket {Bucket} are kept longer than they should be", Name);
        }
    }

    /// <summary>Brings the index to the final head; false when there is no such bucket, or it can't be opened here.</summary>
    private bool CatchUp()
    {
        LedgerState head = ledger.Head;
        if (head.Bucket(Name) is not { } bucket || !Open(bucket))
            return false;
        if (_names is null || ledger.Above(_height) is not { } blocks)
        {
            Rebuild(head);
            return true;
        }
        foreach (FinalBlock block in blocks)
        {
            foreach (LedgerEvent happened in block.Events)
                Apply(block, happened);
            _height = block.Height;
        }
        return true;
    }

    /// <summary>
    /// A bucket that was deleted and made anew has another key, or another owner who has copied the former one's wrapped key and
    /// can't open it, and none of the old names.
    /// </summary>
    private bool Open(BucketRecord bucket)
    {
        if (_keys is not null && _owner == bucket.Owner && _wrappedKey.Span.SequenceEqual(bucket.WrappedKey.Span))
            return true;
        _keys?.Dispose();
        _keys = null;
        _names = null;
        Span<byte> key = stackalloc byte[BucketKeys.KeyBytes];
        if (!custody.Holds(bucket.Owner) || !custody.TryOpenBucketKey(bucket.Owner, Name, bucket.WrappedKey.Span, key))
            return false;
        _keys = new BucketKeys(key, random);
        key.Clear();
        _wrappedKey = bucket.WrappedKey;
        _owner = bucket.Owner;
        return true;
    }

    private void Rebuild(LedgerState head)
    {
        _names = new NameIndex();
        foreach ((ObjectEntry entry, FileRecord file) in head.Objects(Name))
            Add(entry.File, file, entry.TimeMs);
        _height = head.Height;
    }

    private void Apply(FinalBlock block, LedgerEvent happened)
    {
        switch (happened)
        {
            case FileCompleted completed when completed.Bucket == Name:
                // It may be gone again by the end of the block; then its deletion follows.
                if (block.Block.State.File(completed.File) is { } file)
                    Add(completed.File, file, block.Block.Block.Header.TimeMs);
                break;
            case FileDeleted deleted when deleted.Bucket == Name:
                _names!.Remove(deleted.File.ToString());
                break;
        }
    }

    private void Add(FileId id, FileRecord file, ulong timeMs)
    {
        FileDeclaration declared = file.Declaration;
        var envelope = new ObjectEnvelope(
            declared.NameTag, declared.EncryptedName, declared.WrappedFileKey, declared.EncryptedMetadata);
        if (envelope.TryOpenName(_keys!, out string name) != CodingError.None
            || envelope.TryOpenMetadata(_keys!, out ObjectMetadata metadata) != CodingError.None)
        {
            log.LogWarning("File {File} of bucket {Bucket} does not open with the bucket's key and is not listed", id, Name);
            return;
        }
        _names!.Set(new ListedObject(name, id.ToString(), (long)declared.PlainLength(), metadata.ETag, (long)timeMs));
    }
}
