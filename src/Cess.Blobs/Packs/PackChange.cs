using System.Buffers;

namespace Cess.Blobs.Packs;

/// <summary>A put or delete that waits for its batch.</summary>
/// <param name="name">The blob's name.</param>
/// <param name="content">What to put; null for a delete.</param>
internal sealed class PackChange(BlobName name, ReadOnlySequence<byte>? content)
{
    private readonly TaskCompletionSource<int?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BlobName Name => name;

    public bool IsDelete => content is null;

    public ReadOnlySequence<byte> Content => content!.Value;

    /// <summary>Bytes that it adds to the pack.</summary>
    public int RecordBytes => content is { } put ? PackRecord.BytesOf(name, (int)put.Length) : 0;

    /// <summary>Ends when the change is durable, with the length of the blob that was there before; null if there was none.</summary>
    public Task<int?> Done => _done.Task;

    public void Confirm(int? formerLength) => _done.TrySetResult(formerLength);

    public void Refuse(BlobException why) => _done.TrySetException(why);
}
