using System.Buffers;
using System.Text;

namespace Cess.Gateway.S3;

/// <summary>A growing run of bytes on a pooled array: XML to send, canonical requests, small bodies.</summary>
internal sealed class PooledBuffer : IDisposable
{
    private byte[] _bytes;
    private int _length;

    public PooledBuffer(int capacity = 1_024) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    public int Length => _length;

    public void Append(byte value)
    {
        if (_length == _bytes.Length)
            Grow(1);
        _bytes[_length++] = value;
    }

    public void Append(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        _length += value.Length;
    }

    /// <summary>Appends text in UTF-8.</summary>
    public void Append(ReadOnlySpan<char> text) =>
        _length += Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));

    /// <summary>Room for at least <paramref name="count"/> bytes; say with <see cref="Advance"/> how many were used.</summary>
    public Memory<byte> ReserveMemory(int count)
    {
        if (_bytes.Length - _length < count)
            Grow(count);
        return _bytes.AsMemory(_length);
    }

    public void Advance(int count) => _length += count;

    public void Clear() => _length = 0;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    private Span<byte> Reserve(int count) => ReserveMemory(count).Span;

    private void Grow(int count)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + count, _bytes.Length * 2));
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
