namespace Cess.BlockStore.Files;

/// <summary>
/// A folder of log files: all that a log asks of a disk, so that a simulated disk can stand in for a real one. Failures are
/// <see cref="IOException"/>s. Nothing is durable before it is synced: neither a file's bytes and length
/// (<see cref="ILogFile.SyncAsync"/>) nor the names in the folder (<see cref="SyncAsync"/>), and what is not synced may reach
/// the disk in any order and in parts.
/// </summary>
public interface ILogDirectory
{
    /// <summary>The files' names, in no order.</summary>
    IReadOnlyList<string> List();

    /// <summary>Opens a file that exists.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    ILogFile Open(string name);

    /// <summary>Creates a file, or empties it if it exists.</summary>
    ILogFile Create(string name);

    /// <summary>Removes a file; nothing happens if there is none.</summary>
    void Delete(string name);

    /// <summary>Gives a file another name, atomically and in place of a file that has it.</summary>
    void Rename(string from, string to);

    /// <summary>Returns when all changes of names made so far are durable. After a failure their state is unknown.</summary>
    ValueTask SyncAsync();

    /// <summary>Takes a lock that only one process, and only one holder in it, can have; null if another has it.</summary>
    IDisposable? TryLock(string name);
}

/// <summary>One file of an <see cref="ILogDirectory"/>. Reads may run at once with each other and with one write.</summary>
public interface ILogFile : IDisposable
{
    /// <summary>Its length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends, and returns the count of bytes.</summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation = default);

    /// <summary>Writes the pieces one after the other, past the end if need be.</summary>
    ValueTask WriteAsync(long offset, IReadOnlyList<ReadOnlyMemory<byte>> pieces);

    /// <summary>Cuts the file off, or extends it with zeros.</summary>
    void SetLength(long length);

    /// <summary>
    /// Returns when all bytes written so far and the length are durable. After a failure their state is unknown, and another
    /// sync that succeeds proves nothing: the system may have dropped what it could not write.
    /// </summary>
    ValueTask SyncAsync();
}
