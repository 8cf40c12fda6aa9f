using Cess.BlockStore.Files;
using Npgsql;

namespace Cess.BlockStore.PostgreSql;

/// <summary>Gathers what is written, checksums it and sends it to the server piece by piece.</summary>
internal sealed class SnapshotPieceWriter(NpgsqlConnection connection, StoreTables tables, long snapshot) : Stream
{
    private readonly byte[] _buffer = new byte[PostgreSqlBlockStoreLimits.SnapshotPieceBytes];
    private int _buffered;
    private int _pieces;
    private long _sent;

    /// <summary>CRC-32C of everything so far.</summary>
    public uint Checksum { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _sent + _buffered; set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        Checksum = Crc32C.Continue(Checksum, bytes.Span);
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, _buffer.Length - _buffered);
            bytes.Span[..count].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += count;
            bytes = bytes[count..];
            if (_buffered == _buffer.Length)
                await SendAsync(cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A snapshot is written asynchronously.");

    /// <summary>Sends what is left.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        if (_buffered > 0)
            await SendAsync(cancellation);
    }

    /// <summary>Only full pieces are sent before the end, so there is nothing to do.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The same.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task SendAsync(CancellationToken cancellation)
    {
        try
        {
            await connection.ExecuteAsync(
                $"INSERT INTO {tables.SnapshotPieces} (snapshot, number, bytes) VALUES ($1, $2, $3)",
                [snapshot, _pieces, new ReadOnlyMemory<byte>(_buffer, 0, _buffered)],
                cancellation);
        }
        catch (Exception e) when (ServerErrors.IsServer(e))
        {
            throw ServerErrors.Explain(e, "A piece of a snapshot could not be saved");
        }
        _pieces++;
        _sent += _buffered;
        _buffered = 0;
    }
}
