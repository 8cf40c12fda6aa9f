using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Cess.Primitives;

/// <summary>
/// Appends values in SCALE to a pooled buffer that grows up to <see cref="PrimitivesLimits.ScaleWriterBytesMax"/>.
/// Fixed-width integers are little-endian. Not for concurrent use.
/// </summary>
public sealed class ScaleWriter : IDisposable
{
    private const int InitialCapacity = 256;

    private byte[] _buffer;
    private int _length;

    /// <summary>Starts empty.</summary>
    /// <param name="capacity">Bytes to make room for at first.</param>
    public ScaleWriter(int capacity = InitialCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, InitialCapacity));
    }

    /// <summary>Bytes written so far.</summary>
    public int Length => _length;

    /// <summary>What was written; valid until the next write, <see cref="Clear"/> or <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, _length);

    /// <summary>As <see cref="WrittenSpan"/>, as memory.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    internal int Capacity => _buffer.Length;

    /// <summary>What was written, in a new array.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Copies what was written to the end of <paramref name="destination"/>.</summary>
    public void CopyTo(IBufferWriter<byte> destination) => destination.Write(WrittenSpan);

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => _length = 0;

    /// <summary>Gives the buffer back. The writer is of no use afterwards.</summary>
    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>
    /// Appends <paramref name="count"/> bytes, which the caller must fill: they hold whatever the pool left there.
    /// The span is valid until the next write.
    /// </summary>
    /// <exception cref="ScaleException"><see cref="ScaleError.TooLong"/>: the writer's bound is reached.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int count)
    {
        if ((uint)count > (uint)(_buffer.Length - _length))
            Grow(count);

        Span<byte> span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }

    /// <summary>Appends one byte.</summary>
    public void WriteU8(byte value) => Reserve(1)[0] = value;

    /// <summary>Appends 2 bytes.</summary>
    public void WriteU16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Reserve(sizeof(ushort)), value);

    /// <summary>Appends 4 bytes.</summary>
    public void WriteU32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(sizeof(uint)), value);

    /// <summary>Appends 8 bytes.</summary>
    public void WriteU64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), value);

    /// <summary>Appends 16 bytes.</summary>
    public void WriteU128(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Reserve(16), value);

    /// <summary>Appends 1 for true, 0 for false.</summary>
    public void WriteBool(bool value) => WriteU8(value ? (byte)1 : (byte)0);

    /// <summary>Appends a compact integer in its shortest form: 1, 2 or 4 bytes below 2^30, else 1 byte and 4 to 8 more.</summary>
    public void WriteCompact(ulong value)
    {
        if (value < 1 << 6)
        {
            WriteU8((byte)(value << 2));
        }
        else if (value < 1 << 14)
        {
            WriteU16((ushort)((value << 2) | 0b01));
        }
        else if (value < 1 << 30)
        {
            WriteU32((uint)((value << 2) | 0b10));
        }
        else
        {
            WriteCompactBytes(value);
        }
    }

    /// <summary>Appends a compact integer in its shortest form, up to 17 bytes.</summary>
    public void WriteCompact(UInt128 value)
    {
        if (value < 1 << 30)
            WriteCompact((ulong)value);
        else
            WriteCompactBytes(value);
    }

    /// <summary>Appends the bytes alone, for arrays whose length both sides know.</summary>
    public void WriteFixed(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Appends the length as a compact integer, then the bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteCompact((ulong)bytes.Length);
        WriteFixed(bytes);
    }

    /// <summary>Appends the length in bytes as a compact integer, then the text in UTF-8.</summary>
    /// <exception cref="ScaleException"><see cref="ScaleError.InvalidUtf8"/>: a surrogate stands alone.</exception>
    public void WriteString(ReadOnlySpan<char> text)
    {
        int start = _length;
        int length = Encoding.UTF8.GetByteCount(text);
        WriteCompact((ulong)length);
        OperationStatus status = Utf8.FromUtf16(text, Reserve(length), out _, out _, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
        {
            _length = start;
            throw new ScaleException(ScaleError.InvalidUtf8, start, "the text has a surrogate without its partner.");
        }
    }

    /// <summary>Appends the number of elements of a vector; the elements follow one by one.</summary>
    public void WriteCount(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        WriteCompact((ulong)count);
    }

    /// <summary>Appends the first byte of an option; if it is present, its value follows.</summary>
    public void WriteOption(bool isPresent) => WriteBool(isPresent);

    /// <summary>Appends an option of a value type.</summary>
    public void WriteOption<T>(T? value)
        where T : struct, IScaleValue<T>
    {
        WriteOption(value.HasValue);
        value?.Encode(this);
    }

    /// <summary>Appends an option of a reference type.</summary>
    public void WriteOption<T>(T? value)
        where T : class, IScaleValue<T>
    {
        WriteOption(value is not null);
        value?.Encode(this);
    }

    /// <summary>Appends the discriminant of an enumeration over <see cref="byte"/>.</summary>
    public void WriteEnum<T>(T value)
        where T : unmanaged, Enum
    {
        ScaleEnum<T>.EnsureByteSized();
        WriteU8(Unsafe.BitCast<T, byte>(value));
    }

    /// <summary>Appends a value.</summary>
    public void Write<T>(T value)
        where T : IScaleValue<T> => value.Encode(this);

    /// <summary>Appends the count as a compact integer, then each element.</summary>
    public void WriteVector<T>(ReadOnlySpan<T> values)
        where T : IScaleValue<T>
    {
        WriteCount(values.Length);
        foreach (T value in values)
            value.Encode(this);
    }

    private void WriteCompactBytes(UInt128 value)
    {
        int length = 16 - ((int)UInt128.LeadingZeroCount(value) / 8);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, value);

        Span<byte> span = Reserve(1 + length);
        span[0] = (byte)(((length - 4) << 2) | 0b11);
        bytes[..length].CopyTo(span[1..]);
    }

    private void Grow(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        long needed = (long)_length + count;
        if (needed > PrimitivesLimits.ScaleWriterBytesMax)
            throw new ScaleException(ScaleError.TooLong, _length, $"an encoding has at most {PrimitivesLimits.ScaleWriterBytesMax} bytes.");

        long doubled = Math.Min((long)_buffer.Length * 2, PrimitivesLimits.ScaleWriterBytesMax);
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(needed, doubled));
        WrittenSpan.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
