using Cess.Ledger.Modules.Files;

namespace Cess.Grains.DataPlane;

/// <summary>Counts the readers of each file in this silo. Safe for concurrent use.</summary>
public sealed class ReadLeases : IReadLeases
{
    private readonly Lock _lock = new();
    private readonly Dictionary<FileId, int> _readers = [];

    /// <inheritdoc/>
    public IDisposable Hold(FileId file)
    {
        lock (_lock)
            _readers[file] = _readers.GetValueOrDefault(file) + 1;
        return new Lease(this, file);
    }

    /// <inheritdoc/>
    public bool IsHeld(FileId file)
    {
        lock (_lock)
            return _readers.ContainsKey(file);
    }

    private void Release(FileId file)
    {
        lock (_lock)
        {
            if (--_readers[file] == 0)
                _readers.Remove(file);
        }
    }

    private sealed class Lease(ReadLeases leases, FileId file) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                leases.Release(file);
        }
    }
}
