using Cess.BlockStore.Files;

namespace Cess.BlockStore.Simulated;

/// <summary>
/// A disk in memory on which everything can go wrong that <see cref="ILogDirectory"/> allows: a crash at any byte, unsynced
/// changes that are lost or half there, and syncs that fail. Calls complete synchronously, so that a simulation is repeatable.
/// </summary>
public sealed class SimulatedLogDirectory : ILogDirectory
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedInode> _durable;
    private readonly Dictionary<string, SimulatedInode> _current;
    private readonly List<Action<Dictionary<string, SimulatedInode>>> _unsynced = [];
    private bool _hasCrashed;

    /// <summary>An empty disk.</summary>
    public SimulatedLogDirectory()
        : this([])
    {
    }

    private SimulatedLogDirectory(Dictionary<string, SimulatedInode> files)
    {
        _durable = files;
        _current = new Dictionary<string, SimulatedInode>(files, files.Comparer);
    }

    /// <summary>Steps made so far: each byte written is one, and so is every other change and every sync.</summary>
    public long Steps { get; private set; }

    /// <summary>The step that the machine doesn't live to make; a write is cut off there.</summary>
    public long? CrashAtStep { get; set; }

    /// <summary>Syncs, of files and of the folder, made so far.</summary>
    public long Syncs { get; private set; }

    /// <summary>The sync, counted from 0, that fails with <see cref="SyncFailure"/> and leaves what it should sync unsynced.</summary>
    public long? FailAtSync { get; set; }

    /// <summary>How a sync fails.</summary>
    public IOException SyncFailure { get; set; } = new("The simulated device reports an error.", 5);

    /// <summary>Bytes that fit on the disk; a write past them fails as on a full disk.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>The disk as the next start of the machine finds it. This one is of no use afterwards.</summary>
    public SimulatedLogDirectory Restart(SurvivingWrites surviving, Random random)
    {
        lock (_gate)
        {
            _hasCrashed = true;
            int changes = surviving switch
            {
                SurvivingWrites.None => 0,
                SurvivingWrites.All => _unsynced.Count,
                _ => random.Next(_unsynced.Count + 1),
            };
            foreach (Action<Dictionary<string, SimulatedInode>> change in _unsynced.Take(changes))
                change(_durable);
            return new SimulatedLogDirectory(
                _durable.ToDictionary(file => file.Key, file => file.Value.Survive(surviving, random), StringComparer.Ordinal));
        }
    }

    /// <summary>A copy of a file's bytes as they are.</summary>
    public byte[] Peek(string name)
    {
        lock (_gate)
            return Find(name).Bytes.ToArray();
    }

    /// <summary>Changes a file behind the store's back, durably: damage.</summary>
    public void Poke(string name, byte[] bytes)
    {
        lock (_gate)
            _durable[name] = _current[name] = new SimulatedInode(bytes);
    }

    /// <summary>A copy of the disk as it is, all of it synced.</summary>
    public SimulatedLogDirectory Copy()
    {
        lock (_gate)
            return new SimulatedLogDirectory(
                _current.ToDictionary(
                    file => file.Key, file => new SimulatedInode(file.Value.Bytes.ToArray()), StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List()
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            return [.. _current.Keys];
        }
    }

    /// <inheritdoc/>
    public ILogFile Open(string name)
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            return new SimulatedLogFile(this, Find(name));
        }
    }

    /// <inheritdoc/>
    public ILogFile Create(string name)
    {
        var inode = new SimulatedInode([]);
        ChangeNames(names => names[name] = inode);
        return new SimulatedLogFile(this, inode);
    }

    /// <inheritdoc/>
    public void Delete(string name) => ChangeNames(names => names.Remove(name));

    /// <inheritdoc/>
    public void Rename(string from, string to) => ChangeNames(names =>
    {
        if (!names.Remove(from, out SimulatedInode? inode))
            throw new FileNotFoundException($"There is no file '{from}'.");
        names[to] = inode;
    });

    /// <inheritdoc/>
    public ValueTask SyncAsync()
    {
        Sync(() =>
        {
            _unsynced.ForEach(change => change(_durable));
            _unsynced.Clear();
        });
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string name)
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            return _locks.Add(name) ? new Holder(this, name) : null;
        }
    }

    internal T Look<T>(Func<T> look)
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            return look();
        }
    }

    internal void Change(Action change)
    {
        lock (_gate)
        {
            if (!Step(1, out _))
                throw new SimulatedCrashException();
            change();
        }
    }

    internal void Write(SimulatedInode inode, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            long free = CapacityBytes - _current.Values.Sum(file => (long)file.Bytes.Length);
            long grown = Math.Max(0, offset + bytes.Length - inode.Bytes.Length);
            bool fits = grown <= free;
            if (!fits)
                bytes = bytes[..(int)Math.Max(0, bytes.Length - (grown - free))];
            bool lives = Step(bytes.Length, out int made);
            inode.Write((int)offset, bytes[..made].ToArray());
            if (!lives)
                throw new SimulatedCrashException();
            if (!fits)
                throw new IOException("The simulated disk is full.", 28);
        }
    }

    internal void Sync(Action sync)
    {
        lock (_gate)
        {
            if (!Step(1, out _))
                throw new SimulatedCrashException();
            if (Syncs++ == FailAtSync)
                throw SyncFailure;
            sync();
        }
    }

    private void ChangeNames(Action<Dictionary<string, SimulatedInode>> change)
    {
        lock (_gate)
        {
            if (!Step(1, out _))
                throw new SimulatedCrashException();
            change(_current);
            _unsynced.Add(change);
        }
    }

    /// <summary>Makes steps up to the crash, if it comes on the way; false then.</summary>
    private bool Step(int wanted, out int made)
    {
        ThrowIfCrashed();
        made = (int)Math.Min(wanted, (CrashAtStep ?? long.MaxValue) - Steps);
        Steps += made;
        _hasCrashed = made < wanted;
        return !_hasCrashed;
    }

    private SimulatedInode Find(string name) =>
        _current.TryGetValue(name, out SimulatedInode? inode) ? inode : throw new FileNotFoundException($"There is no file '{name}'.");

    private void ThrowIfCrashed()
    {
        if (_hasCrashed)
            throw new SimulatedCrashException();
    }

    private sealed class Holder(SimulatedLogDirectory directory, string name) : IDisposable
    {
        public void Dispose()
        {
            lock (directory._gate)
                directory._locks.Remove(name);
        }
    }
}
