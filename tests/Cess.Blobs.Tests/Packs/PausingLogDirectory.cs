using Cess.BlockStore.Files;

namespace Cess.Blobs.Tests.Packs;

/// <summary>A disk whose next sync of a file waits until it is told to continue.</summary>
internal sealed class PausingLogDirectory(ILogDirectory inner) : ILogDirectory
{
    private TaskCompletionSource? _paused;
    private TaskCompletionSource? _continued;

    /// <summary>Ends when a sync waits.</summary>
    public Task HasPaused => _paused!.Task;

    public void Pause()
    {
        _paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _continued = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Continue() => _continued!.SetResult();

    public IReadOnlyList<string> List() => inner.List();

    public ILogFile Open(string name) => new PausingFile(this, inner.Open(name));

    public ILogFile Create(string name) => new PausingFile(this, inner.Create(name));

    public void Delete(string name) => inner.Delete(name);

    public void Rename(string from, string to) => inner.Rename(from, to);

    public ValueTask SyncAsync() => inner.SyncAsync();

    public IDisposable? TryLock(string name) => inner.TryLock(name);

    private sealed class PausingFile(PausingLogDirectory disk, ILogFile file) : ILogFile
    {
        public long Length => file.Length;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation) =>
            file.ReadAsync(offset, buffer, cancellation);

        public ValueTask WriteAsync(long offset, IReadOnlyList<ReadOnlyMemory<byte>> pieces) => file.WriteAsync(offset, pieces);

        public void SetLength(long length) => file.SetLength(length);

        public async ValueTask SyncAsync()
        {
            if (disk._continued is { } continued)
            {
                disk._paused!.TrySetResult();
                await continued.Task;
                disk._continued = null;
            }
            await file.SyncAsync();
        }

        public void Dispose() => file.Dispose();
    }
}
