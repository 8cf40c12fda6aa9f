using Cess.BlockStore.Files;
using Cess.BlockStore.Simulated;
using Cess.Simulation.Faults;

namespace Cess.Simulation.World;

/// <summary>A folder of one node, which outlives its processes.</summary>
internal sealed class SimulatedDisk(SimulatedWorld world, string name)
{
    private const int SmallSync = 2;
    private const int SectorBytes = 512;
    private SimulatedLogDirectory _directory = new();
    private SimulatedLogDirectory? _backup;

    public string Name => name;

    public double SlowSync { get; set; }

    public double FailSync { get; set; }

    public double FailRead { get; set; }

    public double Misread { get; set; }

    public double Miswrite { get; set; }

    /// <summary>Opens the folder for a process.</summary>
    public ILogDirectory Mount(Life life, Action crash) => new Mounted(this, _directory, life, crash);

    /// <summary>The process dies in the middle of one of the next writes.</summary>
    public void CrashWithin(int steps) => _directory.CrashAtStep = _directory.Steps + steps;

    /// <summary>A crash that was to come does not.</summary>
    public void Disarm() => _directory.CrashAtStep = null;

    /// <summary>What the next process finds.</summary>
    public void Restart(SurvivingWrites surviving) => _directory = _directory.Restart(surviving, world.DiskDice.Random);

    public void Fill() => _directory.CapacityBytes = 0;

    public void Empty() => _directory.CapacityBytes = long.MaxValue;

    public void Wipe() => _directory = new SimulatedLogDirectory();

    /// <summary>Puts files there.</summary>
    public void Load(IReadOnlyDictionary<string, byte[]> files)
    {
        foreach ((string file, byte[] bytes) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
            _directory.Poke(file, bytes);
    }

    public void Backup() => _backup = _directory.Copy();

    public bool RestoreBackup()
    {
        if (_backup is null)
            return false;
        _directory = _backup.Copy();
        return true;
    }

    /// <summary>Shows every file, as a thief of the disk would find it.</summary>
    public void ForEach(Action<string, byte[]> look)
    {
        foreach (string file in _directory.List().Order(StringComparer.Ordinal))
            look(file, _directory.Peek(file));
    }

    /// <summary>Flips a bit of a file that has any; only between two processes.</summary>
    public bool Flip(Dice dice)
    {
        string[] files = [.. _directory.List().Order(StringComparer.Ordinal).Where(file => _directory.Peek(file).Length > 0)];
        if (files.Length == 0)
            return false;
        string file = dice.Pick(files);
        byte[] bytes = _directory.Peek(file);
        bytes[dice.Next(bytes.Length)] ^= (byte)(1 << dice.Next(8));
        _directory.Poke(file, bytes);
        return true;
    }

    private async ValueTask WaitForSyncAsync(Life life)
    {
        TimeSpan wait = Does(SlowSync, FaultKind.DiskSlow)
            ? world.DiskDice.Between(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(4))
            : TimeSpan.FromMilliseconds(world.DiskDice.Between(0, SmallSync));
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, new NodeClock(world.Time, life));
        if (Does(FailSync, FaultKind.SyncFailure))
            throw new IOException("The simulated device reports an error.", 5);
    }

    private sealed class Mounted(SimulatedDisk disk, SimulatedLogDirectory directory, Life life, Action crash) : ILogDirectory
    {
        public IReadOnlyList<string> List() => Guard(directory.List);

        public ILogFile Open(string name) => new MountedFile(this, Guard(() => directory.Open(name)));

        public ILogFile Create(string name) => new MountedFile(this, Guard(() => directory.Create(name)));

        public void Delete(string name) => Guard(() => directory.Delete(name));

        public void Rename(string from, string to) => Guard(() => directory.Rename(from, to));

        public async ValueTask SyncAsync()
        {
            await disk.WaitForSyncAsync(life);
            await GuardAsync(directory.SyncAsync);
        }

        public IDisposable? TryLock(string name) => Guard(() => directory.TryLock(name));

        private void Guard(Action action) => Guard(() =>
        {
            action();
            return 0;
        });

        private T Guard<T>(Func<T> action)
        {
            try
            {
                return action();
            }
            catch (SimulatedCrashException)
            {
                crash();
                throw;
            }
        }

        private async ValueTask GuardAsync(Func<ValueTask> action)
        {
            try
            {
                await action();
            }
            catch (SimulatedCrashException)
            {
                crash();
                throw;
            }
        }

        private sealed class MountedFile(Mounted folder, ILogFile file) : ILogFile
        {
            public long Length => folder.Guard(() => file.Length);

            public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation = default)
            {
                if (folder.Disk.Does(folder.Disk.FailRead, FaultKind.ReadError))
                    throw new IOException("The simulated device can't read.", 5);
                long from = Length > SectorBytes && folder.Disk.Does(folder.Disk.Misread, FaultKind.MisdirectedRead) ? folder.Disk.DrawSector(Length) : offset;
                return folder.Guard(() => file.ReadAsync(from, buffer, cancellation));
            }

            public async ValueTask WriteAsync(long offset, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
            {
                if (Length > SectorBytes && folder.Disk.Does(folder.Disk.Miswrite, FaultKind.MisdirectedWrite))
                {
                    // The file has grown all the same, with nothing in it.
                    long elsewhere = folder.Disk.DrawSector(Length);
                    await folder.GuardAsync(() => file.WriteAsync(offset, [.. pieces.Select(piece => new ReadOnlyMemory<byte>(new byte[piece.Length]))]));
                    offset = elsewhere;
                }

                await folder.GuardAsync(() => file.WriteAsync(offset, pieces));
            }

            public void SetLength(long length) => folder.Guard(() => file.SetLength(length));

            public async ValueTask SyncAsync()
            {
                await folder.Disk.WaitForSyncAsync(folder.Life);
                await folder.GuardAsync(file.SyncAsync);
            }

            public void Dispose() => file.Dispose();
        }

        private SimulatedDisk Disk => disk;

        private Life Life => life;
    }

    private bool Does(double probability, FaultKind fault)
    {
        bool does = world.DiskDice.Chance(probability);
        if (does)
            world.Count(fault);
        return does;
    }

    private long DrawSector(long length) => (long)world.DiskDice.Next((int)(length / SectorBytes)) * SectorBytes;
}
