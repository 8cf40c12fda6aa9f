using Cess.BlockStore.Files;

namespace Cess.BlockStore.Snapshots;

/// <summary>A snapshot that is being written under a temporary name, which goes unless it is finished.</summary>
internal sealed class UnfinishedSnapshot : IDisposable
{
    private readonly SnapshotFiles _files;
    private readonly ILogDirectory _directory;
    private readonly ulong _height;
    private readonly string _temporary;
    private readonly string _name;
    private readonly ILogFile _file;
    private bool _isFinished;

    public UnfinishedSnapshot(SnapshotFiles files, ILogDirectory directory, ulong height, string temporary, string name)
    {
        (_files, _directory, _height, _temporary, _name) = (files, directory, height, temporary, name);
        _file = directory.Create(temporary);
    }

    public async ValueTask WriteAsync(Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellation)
    {
        await using var writer = new SnapshotWriter(_file);
        await writer.WriteAsync(SnapshotFormat.EncodeHeader(_height), cancellation);
        await write(writer, cancellation);
        byte[] trailer = SnapshotFormat.EncodeTrailer(writer.Position - SnapshotFormat.HeaderBytes, writer.Checksum);
        await writer.WriteAsync(trailer, cancellation);
        await writer.FinishAsync(cancellation);
    }

    /// <summary>Syncs it, gives it its name, and removes older ones.</summary>
    public async ValueTask FinishAsync()
    {
        await _file.SyncAsync();
        _directory.Rename(_temporary, _name);
        _isFinished = true;
        await _directory.SyncAsync();
        _files.Prune();
    }

    public void Dispose()
    {
        _file.Dispose();
        if (_isFinished)
            return;
        try
        {
            _directory.Delete(_temporary);
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            // The next opening removes it; what made the snapshot fail is what the caller must hear of.
        }
    }
}
