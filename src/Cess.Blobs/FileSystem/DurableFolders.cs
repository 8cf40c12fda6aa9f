using System.Collections.Concurrent;

namespace Cess.Blobs.FileSystem;

/// <summary>
/// Creates folders and syncs their entries. A folder that this process hasn't yet made durable counts as new even when it
/// exists: whoever created it may have crashed before syncing the parent.
/// </summary>
/// <param name="root">The folder of all.</param>
/// <param name="sync">Returns when what was changed in a folder is durable; throws an <see cref="IOException"/> if it can't be.</param>
internal sealed class DurableFolders(string root, Action<string> sync)
{
    private readonly ConcurrentDictionary<string, SyncGroup> _groups = new(StringComparer.Ordinal);

    /// <summary>Returns when the folder exists and will after a crash.</summary>
    public void Ensure(string folder)
    {
        SyncGroup group = GroupOf(folder);
        if (group.IsDurable)
            return;
        bool isAboveRoot = folder.Length <= root.Length;
        if (Path.GetDirectoryName(folder) is { } parent && !(isAboveRoot && Directory.Exists(folder)))
        {
            Ensure(parent);
            Directory.CreateDirectory(folder);
            Sync(parent);
        }
        group.IsDurable = true;
    }

    /// <summary>Returns when the folder's entries are durable: those that were made before the call.</summary>
    public void Sync(string folder) => GroupOf(folder).Sync();

    /// <summary>Forgets all: someone has removed folders behind our back.</summary>
    public void Forget() => _groups.Clear();

    private SyncGroup GroupOf(string folder)
    {
        if (_groups.Count >= BlobLimits.KnownFoldersMax)
            _groups.Clear();
        return _groups.GetOrAdd(folder, static (folder, sync) => new SyncGroup(folder, sync), sync);
    }

    /// <summary>One folder's syncs: requests that arrive while one runs share the next.</summary>
    private sealed class SyncGroup(string folder, Action<string> sync)
    {
        private readonly object _gate = new();
        private long _requested;
        private long _finished;
        private bool _running;
        private IOException? _failure;
        private long _failedUpTo;

        public volatile bool IsDurable;

        public void Sync()
        {
            long covered;
            lock (_gate)
            {
                long ticket = ++_requested;
                while (_running && _finished < ticket)
                    Monitor.Wait(_gate);
                if (_finished >= ticket)
                {
                    ThrowIfFailed(ticket);
                    return;
                }
                _running = true;
                covered = _requested;
            }
            IOException? failure = null;
            try
            {
                sync(folder);
            }
            catch (IOException e)
            {
                failure = e;
            }
            lock (_gate)
            {
                _running = false;
                _finished = covered;
                // The system reports a failed sync once only: everyone whom this one covered must hear of it.
                if (failure is not null)
                    (_failure, _failedUpTo) = (failure, covered);
                Monitor.PulseAll(_gate);
                ThrowIfFailed(covered);
            }
        }

        private void ThrowIfFailed(long ticket)
        {
            if (_failure is not null && ticket <= _failedUpTo)
                throw _failure is DirectoryNotFoundException
                    ? new DirectoryNotFoundException(_failure.Message)
                    : new IOException(_failure.Message, _failure.HResult);
        }
    }
}
