namespace Cess.BlockStore.Files;

/// <summary>Reads a file from front to back through a buffer that grows to the largest piece asked for.</summary>
public sealed class LogWindow(ILogFile file)
{
    private const int BytesAtFirst = 1 << 20;
    private byte[] _buffer = [];
    private long _start;
    private int _count;

    /// <summary>The file's length when reading began.</summary>
    public long Length { get; } = file.Length;

    /// <summary>The bytes from an offset: fewer than asked for where the file ends. They are valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long offset, int length)
    {
        length = (int)Math.Clamp(Length - offset, 0, length);
        if (length == 0)
            return ReadOnlyMemory<byte>.Empty;
        if (offset < _start || offset + length > _start + _count)
        {
            int wanted = (int)Math.Min(Length - offset, Math.Max(length, BytesAtFirst));
            if (_buffer.Length < wanted)
                _buffer = new byte[wanted];
            (_start, _count) = (offset, 0);
            _count = await file.ReadAsync(offset, _buffer.AsMemory(0, wanted));
        }
        return _buffer.AsMemory((int)(offset - _start), (int)Math.Clamp(_start + _count - offset, 0, length));
    }
}
