using Cess.BlockStore.Files;

namespace Cess.BlockStore.Snapshots;

/// <summary>Gathers what is written of a snapshot, checksums it, and hands it on in pieces of one size, the last one less.</summary>
/// <param name="pieceBytes">Size of a piece.</param>
internal abstract class SnapshotPieces(int pieceBytes) : Stream
{
    private readonly byte[] _buffer = new byte[pieceBytes];
    private int _buffered;
    private long _handedOn;

    /// <summary>CRC-32C of everything so far.</summary>
    public uint Checksum { get; private set; }

    public sealed override bool CanRead => false;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => true;

    public sealed override long Length => throw new NotSupportedException();

    public sealed override long Position { get => _handedOn + _buffered; set => throw new NotSupportedException(); }

    public sealed override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        Checksum = Crc32C.Continue(Checksum, bytes.Span);
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, _buffer.Length - _buffered);
            bytes.Span[..count].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += count;
            bytes = bytes[count..];
            if (_buffered == _buffer.Length)
                await HandOnAsync(cancellationToken);
        }
    }

    public sealed override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public sealed override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A snapshot is written asynchronously.");

    /// <summary>Hands on what is left.</summary>
    public Task FinishAsync(CancellationToken cancellation) => _buffered > 0 ? HandOnAsync(cancellation) : Task.CompletedTask;

    /// <summary>Only full pieces are handed on before the end, so there is nothing to do.</summary>
    public sealed override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The same.</summary>
    public sealed override void Flush()
    {
    }

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Writes a piece, which may change once that is done.</summary>
    /// <param name="position">Where in the snapshot it begins.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="cancellation">Gives up.</param>
    protected abstract ValueTask WritePieceAsync(long position, ReadOnlyMemory<byte> piece, CancellationToken cancellation);

    private async Task HandOnAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await WritePieceAsync(_handedOn, _buffer.AsMemory(0, _buffered), cancellation);
        _handedOn += _buffered;
        _buffered = 0;
    }
}
