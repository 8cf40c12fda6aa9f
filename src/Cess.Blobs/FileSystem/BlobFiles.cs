using Cess.BlockStore.Files;
using Microsoft.Win32.SafeHandles;

namespace Cess.Blobs.FileSystem;

/// <summary>Blobs as files of their own. The caller sees to it that no two changes of one name are under way at once.</summary>
internal sealed class BlobFiles(BlobLayout layout, DurableFolders folders, SpaceQuota space) : IDisposable
{
    private readonly DiskSlots _writers = new(BlobLimits.DiskOperationsMax);
    private readonly DiskSlots _readers = new(BlobLimits.DiskOperationsMax);
    private long _temporaryCount;

    /// <summary>Creates the temporary file of a blob that is going to be put.</summary>
    public ValueTask BeginAsync(PendingBlob pending, CancellationToken cancellation) => _writers.RunAsync(
        pending.What,
        () =>
        {
            string path = Path.Combine(layout.TemporaryFolder, Interlocked.Increment(ref _temporaryCount).ToString("x16"));
            Recreating(() => pending.Create(path));
        },
        cancellation);

    /// <summary>Writes a piece. A slot is held only meanwhile: a slow sender must not keep others from the disk.</summary>
    public ValueTask WriteAsync(PendingBlob pending, ReadOnlyMemory<byte> piece, long offset, CancellationToken cancellation) =>
        _writers.RunAsync(pending.What, () => RandomAccess.Write(pending.File, piece.Span, offset), cancellation);

    /// <summary>Syncs what was written, so that all that is left to do is <see cref="PublishAsync"/>.</summary>
    public ValueTask SyncAsync(PendingBlob pending, CancellationToken cancellation) =>
        _writers.RunAsync(pending.What, () => RandomAccess.FlushToDisk(pending.File), cancellation);

    /// <summary>Gives the blob its name, durably.</summary>
    public ValueTask PublishAsync(PendingBlob pending, CancellationToken cancellation) => _writers.RunAsync(
        pending.What,
        () =>
        {
            string path = layout.PathOf(pending.Name);
            string folder = Path.GetDirectoryName(path)!;
            Recreating(() =>
            {
                folders.Ensure(folder);
                pending.MoveTo(path);
            });
            folders.Sync(folder);
        },
        cancellation);

    /// <summary>Removes a blob, durably, and gives back its space; nothing happens if there is none here.</summary>
    public ValueTask DeleteAsync(BlobName name, CancellationToken cancellation) => _writers.RunAsync(
        $"Blob '{name}' could not be deleted",
        () =>
        {
            string path = layout.PathOf(name);
            try
            {
                long length = BlobLayout.LengthOf(path) ?? 0;
                File.Delete(path);
                // Before the sync, which may fail: the file is gone, and whoever deletes it once more finds no length.
                space.Release(length);
                // Also when the file was gone: whoever removed it may not have got as far as this.
                folders.Sync(Path.GetDirectoryName(path)!);
            }
            catch (DirectoryNotFoundException)
            {
                // Nothing was there.
            }
        },
        cancellation);

    /// <summary>As <see cref="IBlobBackend.ReadAsync"/>, but null if there is no such blob here.</summary>
    public ValueTask<int?> ReadAsync(BlobName name, long offset, Memory<byte> buffer, CancellationToken cancellation) =>
        ReadingAsync<int?>(
            name,
            path =>
            {
                using SafeFileHandle file = File.OpenHandle(path, share: FileShare.Read | FileShare.Delete);
                int total = 0;
                while (total < buffer.Length)
                {
                    int count = RandomAccess.Read(file, buffer.Span[total..], offset + total);
                    if (count == 0)
                        break;
                    total += count;
                }
                return total;
            },
            cancellation);

    /// <summary>Opens a blob; null if there is none here.</summary>
    public ValueTask<FileStream?> OpenReadAsync(BlobName name, CancellationToken cancellation) => ReadingAsync<FileStream?>(
        name,
        path => new FileStream(
            path,
            new FileStreamOptions
            {
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            }),
        cancellation);

    public ValueTask<long?> LengthOfAsync(BlobName name, CancellationToken cancellation) =>
        ReadingAsync(name, BlobLayout.LengthOf, cancellation);

    public IAsyncEnumerable<BlobInfo> ListAsync(string prefix, string after, CancellationToken cancellation) =>
        new BlobListing(_readers, prefix, after).WalkAsync(layout.Root, "", cancellation);

    /// <summary>Bytes that the disk has left for anyone without privileges.</summary>
    public long FreeBytes() => new DriveInfo(layout.Root).AvailableFreeSpace;

    public void Dispose()
    {
        _writers.Dispose();
        _readers.Dispose();
    }

    private ValueTask<T?> ReadingAsync<T>(BlobName name, Func<string, T?> read, CancellationToken cancellation) =>
        _readers.RunAsync(
            $"Blob '{name}' could not be read",
            () =>
            {
                try
                {
                    return read(layout.PathOf(name));
                }
                catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
                {
                    return default;
                }
            },
            cancellation);

    /// <summary>Makes a change, and if folders have vanished, makes it once more after creating them again.</summary>
    private void Recreating(Action change)
    {
        try
        {
            change();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            folders.Forget();
            folders.Ensure(layout.Root);
            Directory.CreateDirectory(layout.TemporaryFolder);
            change();
        }
    }
}
