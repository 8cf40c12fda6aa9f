using System.Buffers;
using Cess.BlockStore.Files;
using Microsoft.Win32.SafeHandles;

namespace Cess.Blobs.FileSystem;

/// <summary>How a <see cref="FileSystemBlobBackend"/> keeps its blobs.</summary>
/// <param name="QuotaBytes">Most bytes of blobs to hold; null for as much as the disk has.</param>
public sealed record FileSystemBlobOptions(long? QuotaBytes = null);

/// <summary>
/// Blobs as files below one folder, on one local file system. One process at a time opens a folder.
/// </summary>
/// <remarks>
/// A put writes a temporary file, syncs it, renames it to its place and syncs that folder: at every moment the name shows a
/// whole blob or none. Temporary files that a crash has left are removed when the folder is opened. If someone removes the
/// folders while the backend runs, reads find nothing and puts create them again.
/// </remarks>
public sealed class FileSystemBlobBackend : IBlobBackend
{
    private readonly BlobLayout _layout;
    private readonly DurableFolders _folders;
    private readonly SpaceQuota _space;
    private readonly FileStream _lock;
    private readonly DiskSlots _writers = new(BlobLimits.DiskOperationsMax);
    private readonly DiskSlots _readers = new(BlobLimits.DiskOperationsMax);
    private readonly Lock[] _nameGates = [.. Enumerable.Range(0, BlobLimits.DiskOperationsMax).Select(_ => new Lock())];
    private long _temporaryCount;

    private FileSystemBlobBackend(BlobLayout layout, DurableFolders folders, FileStream held, SpaceQuota space) =>
        (_layout, _folders, _lock, _space) = (layout, folders, held, space);

    /// <inheritdoc/>
    public long BlobBytesMax => BlobLimits.FileBytesMax;

    /// <summary>Opens the folder, which is created if need be, and counts what it holds.</summary>
    /// <exception cref="BlobException">
    /// <see cref="BlobError.Locked"/>: it is open already; <see cref="BlobError.AccessDenied"/>, <see cref="BlobError.Full"/>.
    /// </exception>
    public static async ValueTask<FileSystemBlobBackend> OpenAsync(
        string root, FileSystemBlobOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        var layout = new BlobLayout(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));
        return await Task.Run(() => Open(layout, options ?? new FileSystemBlobOptions()), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask PutAsync(BlobName name, ReadOnlySequence<byte> content, CancellationToken cancellation = default)
    {
        using PendingBlob pending = Begin(name, content.Length);
        await _writers.RunAsync(
            pending.What,
            () =>
            {
                CreateTemporary(pending);
                long offset = 0;
                foreach (ReadOnlyMemory<byte> piece in content)
                {
                    RandomAccess.Write(pending.File, piece.Span, offset);
                    offset += piece.Length;
                }
                Publish(pending);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask PutAsync(BlobName name, Stream content, long length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        using PendingBlob pending = Begin(name, length);
        byte[] piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, BlobLimits.CopyBytes));
        try
        {
            await _writers.RunAsync(pending.What, () => CreateTemporary(pending), cancellation);
            var declared = new DeclaredStream(name, content, length);
            for (long offset = 0; offset < length;)
            {
                Memory<byte> next = piece.AsMemory(0, (int)Math.Min(length - offset, piece.Length));
                await declared.FillAsync(next, cancellation);
                // A slot is held only while writing: a slow sender must not keep others from the disk.
                long at = offset;
                await _writers.RunAsync(
                    pending.What, () => RandomAccess.Write(pending.File, next.Span, at), cancellation);
                offset += next.Length;
            }
            await declared.ExpectEndAsync(cancellation);
            await _writers.RunAsync(pending.What, () => Publish(pending), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(
        BlobName name, long offset, Memory<byte> buffer, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return await ReadingAsync(
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
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(BlobName name, CancellationToken cancellation = default) =>
        await ReadingAsync(
            name,
            path => new FileStream(
                path,
                new FileStreamOptions
                {
                    Share = FileShare.Read | FileShare.Delete,
                    Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                }),
            cancellation);

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(BlobName name, CancellationToken cancellation = default)
    {
        string path = _layout.PathOf(name);
        string folder = Path.GetDirectoryName(path)!;
        await _writers.RunAsync(
            $"Blob '{name}' could not be deleted",
            () =>
            {
                try
                {
                    lock (GateOf(name))
                    {
                        long length = BlobLayout.LengthOf(path) ?? 0;
                        File.Delete(path);
                        _space.Release(length);
                    }
                    // Also when the file was gone: whoever removed it may not have got as far as this.
                    _folders.Sync(folder);
                }
                catch (DirectoryNotFoundException)
                {
                    // No folder, no blob.
                }
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<BlobInfo?> StatAsync(BlobName name, CancellationToken cancellation = default) =>
        await ReadingAsync(name, BlobLayout.LengthOf, cancellation) is { } length ? new BlobInfo(name, length) : null;

    /// <inheritdoc/>
    public IAsyncEnumerable<BlobInfo> ListAsync(
        string prefix = "", BlobName? after = null, CancellationToken cancellation = default)
    {
        BlobName.CheckPrefix(prefix);
        return new BlobListing(_readers, prefix, after?.Value ?? "").WalkAsync(_layout.Root, "", cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<BlobSpace> SpaceAsync(CancellationToken cancellation = default)
    {
        long free = await _readers.RunAsync(
            $"The space of '{_layout.Root}' could not be asked for",
            () => new DriveInfo(_layout.Root).AvailableFreeSpace,
            cancellation);
        return new BlobSpace(_space.UsedBytes, Math.Min(free, _space.LeftBytes ?? long.MaxValue));
    }

    /// <summary>Lets go of the folder. No call may be under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _lock.DisposeAsync();
        _writers.Dispose();
        _readers.Dispose();
    }

    private static FileSystemBlobBackend Open(BlobLayout layout, FileSystemBlobOptions options)
    {
        FileStream? held = null;
        try
        {
            var folders = new DurableFolders(layout.Root);
            folders.Ensure(layout.Root);
            held = TakeLock(layout);
            if (Directory.Exists(layout.TemporaryFolder))
                Directory.Delete(layout.TemporaryFolder, recursive: true);
            Directory.CreateDirectory(layout.TemporaryFolder);
            var space = new SpaceQuota(options.QuotaBytes);
            space.Reset(layout.MeasureUsedBytes());
            return new FileSystemBlobBackend(layout, folders, held, space);
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            held?.Dispose();
            throw DiskExplanations.Explain(e, $"The blobs in '{layout.Root}' could not be opened");
        }
    }

    private static FileStream TakeLock(BlobLayout layout)
    {
        try
        {
            return new FileStream(
                Path.Combine(layout.Root, BlobLayout.LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (DiskErrors.IsInUse(e))
        {
            throw new BlobException(BlobError.Locked, $"The blobs in '{layout.Root}' are open elsewhere.", e);
        }
    }

    private PendingBlob Begin(BlobName name, long length)
    {
        _ = name.Value;
        if (length > BlobBytesMax)
            throw BlobException.TooLarge(name, length, BlobBytesMax);
        return new PendingBlob(name, length, _space);
    }

    private void CreateTemporary(PendingBlob pending)
    {
        string path = Path.Combine(_layout.TemporaryFolder, Interlocked.Increment(ref _temporaryCount).ToString("x16"));
        try
        {
            pending.Create(path);
        }
        catch (DirectoryNotFoundException)
        {
            RecreateFolders();
            pending.Create(path);
        }
    }

    /// <summary>Makes a written temporary file durable and gives it its name.</summary>
    private void Publish(PendingBlob pending)
    {
        RandomAccess.FlushToDisk(pending.File);
        string path = _layout.PathOf(pending.Name);
        string folder = Path.GetDirectoryName(path)!;
        _folders.Ensure(folder);
        try
        {
            Rename(pending, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            RecreateFolders();
            _folders.Ensure(folder);
            Rename(pending, path);
        }
        _folders.Sync(folder);
    }

    private void Rename(PendingBlob pending, string path)
    {
        lock (GateOf(pending.Name))
        {
            long former = BlobLayout.LengthOf(path) ?? 0;
            pending.MoveTo(path);
            _space.Release(former);
        }
    }

    private void RecreateFolders()
    {
        _folders.Forget();
        _folders.Ensure(_layout.Root);
        Directory.CreateDirectory(_layout.TemporaryFolder);
    }

    private ValueTask<T> ReadingAsync<T>(BlobName name, Func<string, T> read, CancellationToken cancellation)
    {
        string path = _layout.PathOf(name);
        return _readers.RunAsync(
            $"Blob '{name}' could not be read",
            () =>
            {
                try
                {
                    return read(path);
                }
                catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
                {
                    throw BlobException.NotFound(name, e);
                }
            },
            cancellation);
    }

    private Lock GateOf(BlobName name) => _nameGates[(uint)name.GetHashCode() % (uint)_nameGates.Length];
}
