using Cess.BlockStore.Snapshots;
using Npgsql;

namespace Cess.BlockStore.PostgreSql;

/// <summary>Sends a snapshot to the server, a row a piece.</summary>
internal sealed class SnapshotPieceWriter(NpgsqlConnection connection, StoreTables tables, long snapshot)
    : SnapshotPieces(PostgreSqlBlockStoreLimits.SnapshotPieceBytes)
{
    protected override async ValueTask WritePieceAsync(long position, ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        try
        {
            await connection.ExecuteAsync(
                $"INSERT INTO {tables.SnapshotPieces} (snapshot, number, bytes) VALUES ($1, $2, $3)",
                [snapshot, (int)(position / PostgreSqlBlockStoreLimits.SnapshotPieceBytes), piece],
                cancellation);
        }
        catch (Exception e) when (ServerErrors.IsServer(e))
        {
            throw ServerErrors.Explain(e, "A piece of a snapshot could not be saved");
        }
    }
}
