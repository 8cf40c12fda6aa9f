using System.Buffers;
using System.Runtime.CompilerServices;
using Cess.Blobs.Packs;
using Cess.BlockStore.Files;

namespace Cess.Blobs.FileSystem;

/// <summary>
/// Blobs below one folder of one local file system: large ones as files of their own, small ones packed into a few files. One
/// process at a time opens a folder.
/// </summary>
/// <remarks>
/// A put of a large blob writes a temporary file, syncs it, renames it to its place and syncs that folder. Small blobs that are
/// put at once are appended to a pack and share one sync. If someone removes the folder while the backend runs, reads find
/// nothing and puts create it again.
/// </remarks>
public sealed class FileSystemBlobBackend : IBlobBackend
{
    /// <summary>Times that a reader looks again for a blob that moves between packs and files under its eyes.</summary>
    private const int LooksMax = 4;
    private readonly BlobLayout _layout;
    private readonly FileSystemBlobOptions _options;
    private readonly FileStream _lock;
    private readonly DurableFolders _folders;
    private readonly BlobFiles _files;
    private readonly SpaceQuota _space;
    private readonly NameGates _changes = new();
    private readonly SemaphoreSlim _recreating = new(1);
    private volatile PackedBlobs _packs;

    private FileSystemBlobBackend(
        BlobLayout layout, FileSystemBlobOptions options, FileStream held, DurableFolders folders, PackedBlobs packs)
    {
        (_layout, _options, _lock, _folders, _packs) = (layout, options, held, folders, packs);
        _space = new SpaceQuota(options.QuotaBytes);
        _files = new BlobFiles(layout, folders, _space);
    }

    /// <inheritdoc/>
    public long BlobBytesMax => BlobLimits.FileBytesMax;

    /// <summary>
    /// Damage that opening found in the packs; the blobs concerned are lost, or reading them is an error. Worth an alarm. Where it is
    /// unknown whether the packs end in a torn batch, small blobs take no changes (<see cref="BlobError.DeviceFault"/>).
    /// </summary>
    public IReadOnlyList<PackDamage> Damages => _packs.Damages;

    /// <summary>Opens the folder, which is created if need be, and counts what it holds.</summary>
    /// <exception cref="BlobException">
    /// <see cref="BlobError.Locked"/>: it is open already; <see cref="BlobError.AccessDenied"/>, <see cref="BlobError.Full"/>.
    /// </exception>
    public static async ValueTask<FileSystemBlobBackend> OpenAsync(
        string root, FileSystemBlobOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        options ??= new FileSystemBlobOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.ReserveBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(options.PackedBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.PackedBytes, BlobLimits.PackedBytesMax);
        var layout = new BlobLayout(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));
        return await Task.Run(() => OpenAsync(layout, options, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask PutAsync(BlobName name, ReadOnlySequence<byte> content, CancellationToken cancellation = default)
    {
        using PendingBlob pending = Begin(name, content.Length);
        if (content.Length <= _options.PackedBytes)
        {
            await PackAsync(pending, content, cancellation);
            return;
        }
        await BeginFileAsync(pending, cancellation);
        long offset = 0;
        foreach (ReadOnlyMemory<byte> piece in content)
        {
            await _files.WriteAsync(pending, piece, offset, cancellation);
            offset += piece.Length;
        }
        await PublishAsync(pending, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask PutAsync(BlobName name, Stream content, long length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        using PendingBlob pending = Begin(name, length);
        var declared = new DeclaredStream(name, content, length);
        bool isPacked = length <= _options.PackedBytes;
        byte[] piece = ArrayPool<byte>.Shared.Rent((int)(isPacked ? length : Math.Min(length, BlobLimits.CopyBytes)));
        try
        {
            if (isPacked)
            {
                await declared.FillAsync(piece.AsMemory(0, (int)length), cancellation);
                await declared.ExpectEndAsync(cancellation);
                await PackAsync(pending, new ReadOnlySequence<byte>(piece, 0, (int)length), cancellation);
                return;
            }
            await BeginFileAsync(pending, cancellation);
            for (long offset = 0; offset < length;)
            {
                Memory<byte> next = piece.AsMemory(0, (int)Math.Min(length - offset, piece.Length));
                await declared.FillAsync(next, cancellation);
                await _files.WriteAsync(pending, next, offset, cancellation);
                offset += next.Length;
            }
            await declared.ExpectEndAsync(cancellation);
            await PublishAsync(pending, cancellation);
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
        return await LookAsync(
            name,
            packs => packs.ReadAsync(name, offset, buffer, cancellation),
            () => _files.ReadAsync(name, offset, buffer, cancellation)) ?? throw BlobException.NotFound(name);
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(BlobName name, CancellationToken cancellation = default) =>
        await LookAsync<Stream>(
            name,
            async packs => await packs.ReadAsync(name, cancellation) is { } content
                ? new MemoryStream(content, writable: false)
                : null,
            async () => await _files.OpenReadAsync(name, cancellation)) ?? throw BlobException.NotFound(name);

    /// <inheritdoc/>
    public async ValueTask<BlobInfo?> StatAsync(BlobName name, CancellationToken cancellation = default) =>
        await LookAsync<long?>(
            name,
            packs => ValueTask.FromResult<long?>(packs.LengthOf(name)),
            () => _files.LengthOfAsync(name, cancellation)) is { } length
            ? new BlobInfo(name, length)
            : null;

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(BlobName name, CancellationToken cancellation = default)
    {
        _ = name.Value;
        using NameGates.Passage passage = await _changes.EnterAsync(name, cancellation);
        // First the file: the packed blob hides it, and must not uncover it.
        await _files.DeleteAsync(name, cancellation);
        if (ReadablePacks() is { } packs)
            _space.Release(await packs.DeleteAsync(name, cancellation) ?? 0);
    }

    /// <inheritdoc/>
    /// <remarks>A blob that a put makes large or small during a listing, so that it moves between files and packs, may be left out.</remarks>
    public IAsyncEnumerable<BlobInfo> ListAsync(
        string prefix = "", BlobName? after = null, CancellationToken cancellation = default)
    {
        BlobName.CheckPrefix(prefix);
        return ListMergedAsync(prefix, after?.Value ?? "", cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<BlobSpace> SpaceAsync(CancellationToken cancellation = default)
    {
        try
        {
            long free = Math.Max(0, _files.FreeBytes() - _options.ReserveBytes);
            return ValueTask.FromResult(new BlobSpace(_space.UsedBytes, Math.Min(free, _space.LeftBytes ?? long.MaxValue)));
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            throw DiskExplanations.Explain(e, $"The space of '{_layout.Root}' could not be asked for");
        }
    }

    /// <summary>Lets go of the folder. No call may be under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _packs.DisposeAsync();
        await _lock.DisposeAsync();
        _files.Dispose();
        _recreating.Dispose();
    }

    private static async Task<FileSystemBlobBackend> OpenAsync(
        BlobLayout layout, FileSystemBlobOptions options, CancellationToken cancellation)
    {
        FileStream? held = null;
        PackedBlobs? packs = null;
        try
        {
            var folders = new DurableFolders(layout.Root, options.SyncFolder);
            folders.Ensure(layout.Root);
            held = TakeLock(layout);
            if (Directory.Exists(layout.TemporaryFolder))
                Directory.Delete(layout.TemporaryFolder, recursive: true);
            Directory.CreateDirectory(layout.TemporaryFolder);
            folders.Ensure(layout.PacksFolder);
            packs = await PackedBlobs.OpenAsync(
                new PhysicalLogDirectory(layout.PacksFolder), new PackOptions(), cancellation);
            var backend = new FileSystemBlobBackend(layout, options, held, folders, packs);
            backend.CountUsedSpace();
            return backend;
        }
        catch (Exception e)
        {
            held?.Dispose();
            if (packs is not null)
                await packs.DisposeAsync();
            if (DiskErrors.IsDisk(e))
                throw DiskExplanations.Explain(e, $"The blobs in '{layout.Root}' could not be opened");
            throw;
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

    /// <summary>
    /// Adds up all blobs, and removes files that a packed blob of the same name hides: a crash kept a put from it. Where packs are damaged
    /// it keeps them, as the packed blob may be an older one that was deleted by a record that is lost.
    /// </summary>
    private void CountUsedSpace()
    {
        long total = _packs.ContentBytes;
        foreach ((string text, string path) in _layout.AllFiles())
        {
            if (!BlobName.TryParse(text, out BlobName name))
                continue;
            if (_packs.Contains(name) && _packs.Damages.Count == 0)
                File.Delete(path);
            else
                total += BlobLayout.LengthOf(path) ?? 0;
        }
        _space.Reset(total);
    }

    /// <exception cref="BlobException"><see cref="BlobError.TooLarge"/>, <see cref="BlobError.Full"/>.</exception>
    private PendingBlob Begin(BlobName name, long length)
    {
        _ = name.Value;
        if (length > BlobBytesMax)
            throw BlobException.TooLarge(name, length, BlobBytesMax);
        if (FreeBytesOrNull() is { } free && free - length < _options.ReserveBytes)
            throw new BlobException(
                BlobError.Full, $"{length} bytes don't fit: the disk has {free} left, {_options.ReserveBytes} of them as a reserve.");
        return new PendingBlob(name, length, _space);
    }

    /// <summary>Null without a reserve to keep, or if the folder isn't there: a put is going to create it.</summary>
    private long? FreeBytesOrNull()
    {
        try
        {
            return _options.ReserveBytes > 0 ? _files.FreeBytes() : null;
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            return null;
        }
    }

    private async ValueTask PackAsync(PendingBlob pending, ReadOnlySequence<byte> content, CancellationToken cancellation)
    {
        PackedBlobs packs = await WritablePacksAsync(cancellation);
        using NameGates.Passage passage = await _changes.EnterAsync(pending.Name, cancellation);
        int? former = await packs.PutAsync(pending.Name, content, cancellation);
        pending.Keep();
        _space.Release(former ?? 0);
        if (former is null && BlobLayout.LengthOf(_layout.PathOf(pending.Name)) is not null)
            await _files.DeleteAsync(pending.Name, cancellation);
    }

    private async ValueTask BeginFileAsync(PendingBlob pending, CancellationToken cancellation)
    {
        await WritablePacksAsync(cancellation);
        await _files.BeginAsync(pending, cancellation);
    }

    private async ValueTask PublishAsync(PendingBlob pending, CancellationToken cancellation)
    {
        await _files.SyncAsync(pending, cancellation);
        using NameGates.Passage passage = await _changes.EnterAsync(pending.Name, cancellation);
        await _files.PublishAsync(pending, cancellation);
        if (ReadablePacks() is { } packs)
            _space.Release(await packs.DeleteAsync(pending.Name, CancellationToken.None) ?? 0);
    }

    /// <summary>
    /// Looks in the packs, then in the files. A blob that a put has just made small is in neither for a reader who saw the packs
    /// before and the files after it; looking again finds it.
    /// </summary>
    private async ValueTask<T?> LookAsync<T>(
        BlobName name, Func<PackedBlobs, ValueTask<T?>> inPacks, Func<ValueTask<T?>> inFiles)
    {
        _ = name.Value;
        try
        {
            for (int look = 0; look < LooksMax; look++)
            {
                if (ReadablePacks() is { } packs && await inPacks(packs) is { } packed)
                    return packed;
                if (await inFiles() is { } file)
                    return file;
                if (ReadablePacks()?.Contains(name) != true)
                    return default;
            }
            throw new BlobException(BlobError.Transient, $"Blob '{name}' changes faster than it can be read.");
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            throw DiskExplanations.Explain(e, $"Blob '{name}' could not be read");
        }
    }

    private async IAsyncEnumerable<BlobInfo> ListMergedAsync(
        string prefix, string after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using IAsyncEnumerator<BlobInfo> files =
            _files.ListAsync(prefix, after, cancellation).GetAsyncEnumerator(cancellation);
        bool hasFile = await files.MoveNextAsync();
        var packed = new PackedListing(ReadablePacks, prefix, after);
        bool hasPacked = packed.MoveNext();
        while (hasFile || hasPacked)
        {
            cancellation.ThrowIfCancellationRequested();
            int order = !hasFile ? 1 : !hasPacked ? -1 : files.Current.Name.CompareTo(packed.Current.Name);
            yield return order < 0 ? files.Current : packed.Current;
            if (order <= 0)
                hasFile = await files.MoveNextAsync();
            if (order >= 0)
                hasPacked = packed.MoveNext();
        }
    }

    /// <summary>The packs, unless someone has removed their folder: what its open files still show is gone then.</summary>
    private PackedBlobs? ReadablePacks() => Directory.Exists(_layout.PacksFolder) ? _packs : null;

    private async ValueTask<PackedBlobs> WritablePacksAsync(CancellationToken cancellation)
    {
        if (ReadablePacks() is { } packs)
            return packs;
        await _recreating.WaitAsync(cancellation);
        try
        {
            if (ReadablePacks() is { } recreated)
                return recreated;
            _folders.Forget();
            _folders.Ensure(_layout.Root);
            Directory.CreateDirectory(_layout.TemporaryFolder);
            // The former packs' files are nobody's now; they are closed when the last call that uses them is done.
            _packs = await PackedBlobs.OpenAsync(
                new PhysicalLogDirectory(_layout.PacksFolder), new PackOptions(), cancellation);
            CountUsedSpace();
            return _packs;
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            throw DiskExplanations.Explain(e, $"'{_layout.Root}' could not be created again");
        }
        finally
        {
            _recreating.Release();
        }
    }
}
