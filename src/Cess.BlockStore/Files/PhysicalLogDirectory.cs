using Microsoft.Win32.SafeHandles;

namespace Cess.BlockStore.Files;

/// <summary>A folder on a local file system. It is created if need be.</summary>
public sealed class PhysicalLogDirectory : ILogDirectory
{
    private readonly string _folder;

    /// <summary>Opens the folder.</summary>
    public PhysicalLogDirectory(string folder)
    {
        _folder = Path.GetFullPath(folder);
        bool isNew = !Directory.Exists(_folder);
        Directory.CreateDirectory(_folder);
        if (isNew && Path.GetDirectoryName(_folder) is { } parent)
            FolderSync.Flush(parent);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(_folder).Select(path => Path.GetFileName(path))];

    /// <inheritdoc/>
    public ILogFile Open(string name) => new PhysicalLogFile(OpenHandle(name, FileMode.Open));

    /// <inheritdoc/>
    public ILogFile Create(string name) => new PhysicalLogFile(OpenHandle(name, FileMode.Create));

    /// <inheritdoc/>
    public void Delete(string name) => File.Delete(PathOf(name));

    /// <inheritdoc/>
    public void Rename(string from, string to) => File.Move(PathOf(from), PathOf(to), overwrite: true);

    /// <inheritdoc/>
    public ValueTask SyncAsync() => new(Task.Run(() => FolderSync.Flush(_folder)));

    /// <inheritdoc/>
    public IDisposable? TryLock(string name)
    {
        try
        {
            return new FileStream(PathOf(name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (DiskErrors.IsInUse(e))
        {
            return null;
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private SafeFileHandle OpenHandle(string name, FileMode mode) =>
        File.OpenHandle(PathOf(name), mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}

internal sealed class PhysicalLogFile(SafeFileHandle handle) : ILogFile
{
    public long Length => RandomAccess.GetLength(handle);

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            // Also for those who wait for it in a scheduler that runs one task at a time.
            int count = await RandomAccess.ReadAsync(handle, buffer[total..], offset + total, cancellation).ConfigureAwait(false);
            if (count == 0)
                break;
            total += count;
        }
        return total;
    }

    public ValueTask WriteAsync(long offset, IReadOnlyList<ReadOnlyMemory<byte>> pieces) =>
        RandomAccess.WriteAsync(handle, pieces, offset);

    public void SetLength(long length) => RandomAccess.SetLength(handle, length);

    public ValueTask SyncAsync() => new(Task.Run(() => RandomAccess.FlushToDisk(handle)));

    public void Dispose() => handle.Dispose();
}
