namespace Cess.BlockStore;

/// <summary>Why a block store refused or failed.</summary>
public enum BlockStoreError
{
    /// <summary>There is no block of this height here.</summary>
    NoSuchBlock = 1,

    /// <summary>The batch is empty, has a gap, or doesn't go on where the store ends.</summary>
    NotConsecutive = 2,

    /// <summary>A block or batch exceeds its limit.</summary>
    TooLarge = 3,

    /// <summary>
    /// Bytes that were durable are not what was written. Nothing is cut off: fetch the blocks from peers into a new store.
    /// </summary>
    CorruptMiddle = 4,

    /// <summary>Blocks are missing between two segments.</summary>
    Gap = 5,

    /// <summary>No snapshot that is there is whole.</summary>
    CorruptSnapshot = 6,

    /// <summary>The files have a version that this program doesn't know.</summary>
    UnknownVersion = 7,

    /// <summary>Another process, or another store of this one, has the folder or database open.</summary>
    Locked = 8,

    /// <summary>The disk is full or a quota is reached. Unless a snapshot was being written, the store has failed.</summary>
    Full = 9,

    /// <summary>The disk reported an error, or a database did, or it can't be reached.</summary>
    InputOutput = 10,

    /// <summary>
    /// A write, sync or commit failed earlier, so it is unknown what is there. Opening the store again finds out.
    /// </summary>
    Failed = 11,
}

/// <summary>The one exception of every block store.</summary>
public sealed class BlockStoreException : Exception
{
    /// <summary>Creates the exception for a code, with a message for people and the cause, if there is one.</summary>
    public BlockStoreException(BlockStoreError error, string message, Exception? cause = null)
        : base(message, cause) => Error = error;

    /// <summary>What went wrong.</summary>
    public BlockStoreError Error { get; }

    /// <summary>The file concerned, where one is.</summary>
    public string? File { get; init; }

    /// <summary>The offset in that file, in bytes, at which it stops making sense.</summary>
    public long? Offset { get; init; }

    /// <summary>Heights of the snapshots that are corrupt, the newest first; empty unless that is the error.</summary>
    public IReadOnlyList<ulong> Snapshots { get; init; } = [];

    internal static BlockStoreException Corrupt(string file, long offset, string what) =>
        new(BlockStoreError.CorruptMiddle, $"'{file}' is corrupt at offset {offset}: {what}") { File = file, Offset = offset };

    internal static BlockStoreException NoSuchBlock(ulong height, ulong? first, ulong? head) => new(
        BlockStoreError.NoSuchBlock,
        head is null ? $"There is no block {height}: the store is empty." : $"There is no block {height}: there are {first} to {head}.");
}
