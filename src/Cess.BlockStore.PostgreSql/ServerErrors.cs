using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Cess.BlockStore.PostgreSql;

/// <summary>Says what an error of the server, or of the way to it, means to a store's caller.</summary>
internal static class ServerErrors
{
    /// <summary>Whether the server or the connection to it failed, rather than this program.</summary>
    public static bool IsServer(Exception e) => e is DbException or TimeoutException or IOException or SocketException;

    public static BlockStoreException Explain(Exception e, string what) =>
        e as BlockStoreException ?? new BlockStoreException(CodeOf(e), $"{what}: {e.Message}", e);

    /// <summary>Codes of PostgreSQL's manual, appendix A.</summary>
    private static BlockStoreError CodeOf(Exception e) => (e as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.DiskFull => BlockStoreError.Full,
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => BlockStoreError.CorruptMiddle,
        _ => BlockStoreError.InputOutput,
    };
}
