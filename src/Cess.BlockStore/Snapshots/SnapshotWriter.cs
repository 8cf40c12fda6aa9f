using Cess.BlockStore.Files;

namespace Cess.BlockStore.Snapshots;

/// <summary>Gathers what is written, checksums it and writes it to a file from its start.</summary>
internal sealed class SnapshotWriter(ILogFile file) : Stream
{
    private readonly byte[] _buffer = new byte[BlockStoreLimits.SnapshotBufferBytes];
    private int _buffered;
    private long _written;

    /// <summary>CRC-32C of everything so far.</summary>
    public uint Checksum { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _written + _buffered; set => throw new NotSupportedException(); }

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
                await FlushAsync(cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A snapshot is written asynchronously.");

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_buffered == 0)
            return;
        await file.WriteAsync(_written, [_buffer.AsMemory(0, _buffered)]);
        _written += _buffered;
        _buffered = 0;
    }

    /// <summary>Who must not block has no use for this; what is buffered is written in time.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
