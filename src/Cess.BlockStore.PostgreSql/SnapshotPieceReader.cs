using Npgsql;

namespace Cess.BlockStore.PostgreSql;

/// <summary>The content of a snapshot, in order and one piece at a time, as a transaction sees it, which ends with the stream.</summary>
internal sealed class SnapshotPieceReader(
    NpgsqlConnection connection, NpgsqlTransaction transaction, StoreTables tables, long snapshot, long length) : Stream
{
    private ReadOnlyMemory<byte> _rest;
    private int _next;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>One piece; null after the last.</summary>
    public static async Task<byte[]?> ReadPieceAsync(
        NpgsqlConnection connection, StoreTables tables, long snapshot, int number, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connection.Command(
            $"SELECT bytes FROM {tables.SnapshotPieces} WHERE snapshot = $1 AND number = $2", snapshot, number);
        return (byte[]?)await command.ExecuteScalarAsync(cancellation);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty && _position < length)
            await NextAsync(cancellationToken);
        int count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>On another thread than the caller's, whose scheduler could not go on while this blocks it.</summary>
    public override int Read(byte[] buffer, int offset, int count) =>
        Task.Run(() => ReadAsync(buffer, offset, count)).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            transaction.Dispose();
            connection.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task NextAsync(CancellationToken cancellation)
    {
        try
        {
            _rest = await ReadPieceAsync(connection, tables, snapshot, _next, cancellation)
                ?? throw new BlockStoreException(BlockStoreError.CorruptSnapshot, $"Piece {_next} of the snapshot is gone.");
            _next++;
        }
        catch (Exception e) when (ServerErrors.IsServer(e))
        {
            throw ServerErrors.Explain(e, "A snapshot could not be read");
        }
    }
}
