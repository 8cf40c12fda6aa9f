namespace Cess.Grains;

/// <summary>A file; its key is the file's id, 64 hex digits (the id of the declaring transaction).</summary>
[Alias("cess.IFileGrain")]
public interface IFileGrain : IGrainWithStringKey
{
    /// <summary>
    /// After the declaration is final: lets the miners report, and answers once the file is active or its deal has ended. A deal that can't
    /// complete is cancelled where the owner's key is held; the answer says when it is still open. Repeating it is harmless.
    /// </summary>
    [Alias("Complete"), ResponseTimeout(GrainLimits.FinalityTimeout)]
    Task<FileOutcome> CompleteAsync();
}

/// <summary>
/// The names in one bucket; its key is the bucket's name. An index over the chain, kept in memory and rebuilt at will: each
/// call first catches up with the final head, so what was acknowledged is listed.
/// </summary>
[Alias("cess.IBucketGrain")]
public interface IBucketGrain : IGrainWithStringKey
{
    /// <summary>A page of names; null when the bucket does not exist, or its owner's key is not held here.</summary>
    [Alias("List")]
    Task<ListResult?> ListAsync(ListRequest request);

    /// <summary>Remembers an unfinished multipart upload, so that it can be listed; false when there are too many.</summary>
    [Alias("AddUpload")]
    Task<bool> AddUploadAsync(string uploadId);

    /// <summary>Forgets one.</summary>
    [Alias("RemoveUpload")]
    Task RemoveUploadAsync(string uploadId);

    /// <summary>
    /// Takes one that is complete off the unfinished ones, and lets its result go in its time: at the next completion that comes
    /// <see cref="GrainLimits.CompletedUploadsKept"/> later, or when it is no longer among the newest
    /// <see cref="GrainLimits.CompletedUploadsPerBucket"/>. Repeating it is harmless.
    /// </summary>
    /// <param name="uploadId">An upload that was added.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    [Alias("CompleteUpload")]
    Task CompleteUploadAsync(string uploadId, long nowMs);

    /// <summary>Ids of unfinished multipart uploads.</summary>
    [Alias("Uploads")]
    Task<IReadOnlyList<string>> GetUploadsAsync();
}

/// <summary>A multipart upload; its key is the upload's id. Its state is durable when a call answers.</summary>
[Alias("cess.IUploadGrain")]
public interface IUploadGrain : IGrainWithStringKey
{
    /// <summary>Begins it.</summary>
    [Alias("Start")]
    Task StartAsync(UploadStart start);

    /// <summary>How it was begun; null when there is none, or it is complete.</summary>
    [Alias("GetStart")]
    Task<UploadStart?> GetStartAsync();

    /// <summary>It, or null when there is none.</summary>
    [Alias("Get")]
    Task<UploadView?> GetAsync();

    /// <summary>Keeps a part, and forgets an older one of its number.</summary>
    [Alias("Put")]
    Task<PartKept> PutPartAsync(UploadedPart part);

    /// <summary>
    /// Marks it complete, unless it is already, or has ended. The result is kept for a while, so that a repeated call gets the same answer;
    /// the parts are not.
    /// </summary>
    /// <returns>The parts that it had last.</returns>
    [Alias("Complete")]
    Task<IReadOnlyList<UploadedPart>> CompleteAsync(UploadResult result);

    /// <summary>Lets the result of a complete upload go; nothing happens to others.</summary>
    [Alias("Forget")]
    Task ForgetAsync();

    /// <summary>Ends it and forgets its parts; false when there is none, or it is complete.</summary>
    [Alias("Abort")]
    Task<bool> AbortAsync();
}
