namespace Cess.BlockStore.PostgreSql;

/// <summary>Every bound of this project, beside those of <see cref="BlockStoreLimits"/>. Sizes are bytes unless the name says otherwise.</summary>
public static class PostgreSqlBlockStoreLimits
{
    /// <summary>Largest height of a block or a snapshot: the column is a signed 64-bit number, and one more must exist.</summary>
    public const ulong HeightMax = long.MaxValue - 1;

    /// <summary>Most characters in the name of a database schema (PostgreSQL's NAMEDATALEN less one).</summary>
    public const int SchemaNameCharactersMax = 63;

    /// <summary>Most connections for reading and snapshots, beside the one of the writer.</summary>
    public const int ConnectionsMax = 16;

    /// <summary>Longest wait for a connection to the server, or for a free one of <see cref="ConnectionsMax"/>.</summary>
    public const int ConnectSecondsMax = 15;

    /// <summary>Longest wait for the server's answer; after it the connection counts as lost.</summary>
    public const int AnswerSecondsMax = 300;

    /// <summary>Silence on a connection after which either side asks whether the other is still there.</summary>
    public const int KeepAliveSeconds = 10;

    /// <summary>Time between two such questions.</summary>
    public const int KeepAliveIntervalSeconds = 5;

    /// <summary>Such questions without an answer after which the server drops a connection, and with it the writer's lock.</summary>
    public const int KeepAliveCount = 3;

    /// <summary>Most blocks read at once where blocks are read in order; <see cref="BlockStoreLimits.ReadAheadBytes"/> bounds them too.</summary>
    public const int ReadAheadBlocksMax = 256;

    /// <summary>Most blocks that one transaction removes.</summary>
    public const int PrunedBlocksMax = 1_000;

    /// <summary>Size of a snapshot's pieces, of which one is in memory.</summary>
    public const int SnapshotPieceBytes = 1 << 20;
}
