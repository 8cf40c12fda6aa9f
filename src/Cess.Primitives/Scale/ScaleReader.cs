using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Cess.Primitives;

/// <summary>
/// Takes SCALE values from untrusted bytes, front to back. Only the canonical form of a value is accepted. Every length
/// is checked against its bound and against the remaining input before anything is allocated or sliced.
/// </summary>
/// <remarks>
/// Every reading member throws <see cref="ScaleException"/>: <see cref="ScaleError.UnexpectedEnd"/> if the input is too
/// short, and the codes that it names itself. After an exception the reader's position is unspecified.
/// </remarks>
public ref struct ScaleReader
{
    private readonly ReadOnlySpan<byte> _input;
    private int _offset;
    private int _depth;

    /// <summary>Starts at the first byte of <paramref name="input"/>, which must not change while it is read.</summary>
    public ScaleReader(ReadOnlySpan<byte> input) => _input = input;

    /// <summary>Bytes taken so far.</summary>
    public readonly int Offset => _offset;

    /// <summary>Bytes not yet taken.</summary>
    public readonly int Remaining => _input.Length - _offset;

    /// <summary>The input from <paramref name="start"/> up to <see cref="Offset"/>: the encoding of what was read since.</summary>
    public readonly ReadOnlySpan<byte> Since(int start) => _input[start.._offset];

    /// <summary>Takes one byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte ReadU8()
    {
        if (_offset >= _input.Length)
            ThrowUnexpectedEnd(1);
        return _input[_offset++];
    }

    /// <summary>Takes 2 bytes.</summary>
    public ushort ReadU16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadFixed(sizeof(ushort)));

    /// <summary>Takes 4 bytes.</summary>
    public uint ReadU32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadFixed(sizeof(uint)));

    /// <summary>Takes 8 bytes.</summary>
    public ulong ReadU64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadFixed(sizeof(ulong)));

    /// <summary>Takes 16 bytes.</summary>
    public UInt128 ReadU128() => BinaryPrimitives.ReadUInt128LittleEndian(ReadFixed(16));

    /// <summary>Takes one byte, 0 or 1. Else <see cref="ScaleError.InvalidBool"/>.</summary>
    public bool ReadBool()
    {
        byte value = ReadU8();
        if (value > 1)
            Throw(ScaleError.InvalidBool, _offset - 1, $"{value} is neither 0 nor 1.");
        return value == 1;
    }

    /// <summary>
    /// Takes a compact integer below 2^32. Else <see cref="ScaleError.CompactTooLarge"/>, or
    /// <see cref="ScaleError.NonMinimalCompact"/> if a shorter form exists.
    /// </summary>
    public uint ReadCompactU32()
    {
        int start = _offset;
        ulong value = ReadCompactU64();
        if (value > uint.MaxValue)
            Throw(ScaleError.CompactTooLarge, start, $"{value} has more than 32 bits.");
        return (uint)value;
    }

    /// <summary>Takes a compact integer below 2^64; errors as <see cref="ReadCompactU32"/>.</summary>
    public ulong ReadCompactU64()
    {
        int start = _offset;
        byte first = ReadU8();
        switch (first & 0b11)
        {
            case 0b00:
                return (ulong)first >> 2;
            case 0b01:
                _offset = start;
                return Minimal((ulong)ReadU16() >> 2, 1 << 6, start);
            case 0b10:
                _offset = start;
                return Minimal((ulong)ReadU32() >> 2, 1 << 14, start);
            default:
                return (ulong)ReadCompactBytes(first, lengthMax: sizeof(ulong), start);
        }
    }

    /// <summary>Takes a compact integer below 2^128; errors as <see cref="ReadCompactU32"/>.</summary>
    public UInt128 ReadCompactU128()
    {
        int start = _offset;
        if (start < _input.Length && (_input[start] & 0b11) == 0b11)
            return ReadCompactBytes(ReadU8(), lengthMax: 16, start);
        return ReadCompactU64();
    }

    /// <summary>Takes <paramref name="length"/> bytes and returns them as part of the input, not as a copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ReadFixed(int length)
    {
        if ((uint)length > (uint)(_input.Length - _offset))
            ThrowUnexpectedEnd(length);

        ReadOnlySpan<byte> bytes = _input.Slice(_offset, length);
        _offset += length;
        return bytes;
    }

    /// <summary>
    /// Takes a compact length and that many bytes, and returns them as part of the input, not as a copy.
    /// <see cref="ScaleError.TooLong"/> above <paramref name="lengthMax"/> bytes.
    /// </summary>
    public ReadOnlySpan<byte> ReadBytes(int lengthMax)
    {
        int start = _offset;
        uint length = ReadCompactU32();
        if (length > (long)lengthMax)
            Throw(ScaleError.TooLong, start, $"{length} bytes where {lengthMax} are allowed.");
        return ReadFixed((int)length);
    }

    /// <summary>
    /// Takes a compact length in bytes and that much UTF-8. <see cref="ScaleError.TooLong"/> above
    /// <paramref name="bytesMax"/> bytes, <see cref="ScaleError.InvalidUtf8"/> for overlong forms, surrogates and the like.
    /// </summary>
    public string ReadString(int bytesMax)
    {
        int start = _offset;
        ReadOnlySpan<byte> bytes = ReadBytes(bytesMax);
        if (!Utf8.IsValid(bytes))
            Throw(ScaleError.InvalidUtf8, start, "the string is not well-formed UTF-8.");
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>
    /// Takes the number of elements of a vector. <see cref="ScaleError.TooMany"/> above <paramref name="countMax"/>, and
    /// <see cref="ScaleError.UnexpectedEnd"/> if that many elements cannot fit the remaining input.
    /// </summary>
    /// <param name="countMax">Most elements allowed.</param>
    /// <param name="elementBytesMin">Bytes of the shortest element's encoding.</param>
    public int ReadCount(int countMax, int elementBytesMin = 1)
    {
        int start = _offset;
        uint count = ReadCompactU32();
        if (count > (long)countMax)
            Throw(ScaleError.TooMany, start, $"{count} elements where {countMax} are allowed.");
        if ((ulong)count * (uint)elementBytesMin > (uint)Remaining)
            Throw(ScaleError.UnexpectedEnd, start, $"{count} elements cannot fit the {Remaining} bytes that follow.");
        return (int)count;
    }

    /// <summary>Takes the first byte of an option: true if its value follows. Else <see cref="ScaleError.InvalidOption"/>.</summary>
    public bool ReadOption()
    {
        byte tag = ReadU8();
        if (tag > 1)
            Throw(ScaleError.InvalidOption, _offset - 1, $"{tag} is neither 0 nor 1.");
        return tag == 1;
    }

    /// <summary>Takes an option of a value type.</summary>
    public T? ReadOptionalValue<T>()
        where T : struct, IScaleValue<T> => ReadOption() ? Read<T>() : null;

    /// <summary>Takes an option of a reference type.</summary>
    public T? ReadOptional<T>()
        where T : class, IScaleValue<T> => ReadOption() ? Read<T>() : null;

    /// <summary>
    /// Takes the discriminant of an enumeration over <see cref="byte"/>; <see cref="ScaleError.UnknownVariant"/> if the
    /// enumeration does not define it.
    /// </summary>
    public T ReadEnum<T>()
        where T : unmanaged, Enum
    {
        ScaleEnum<T>.EnsureByteSized();
        byte discriminant = ReadU8();
        if (!ScaleEnum<T>.IsDefined(discriminant))
            Throw(ScaleError.UnknownVariant, _offset - 1, $"{typeof(T).Name} has no variant {discriminant}.");
        return Unsafe.BitCast<byte, T>(discriminant);
    }

    /// <summary>
    /// Takes one value. Nested values should be read with this, which counts the nesting and refuses it as
    /// <see cref="ScaleError.TooDeep"/> beyond <see cref="PrimitivesLimits.ScaleDepthMax"/>.
    /// </summary>
    public T Read<T>()
        where T : IScaleValue<T>
    {
        if (_depth >= PrimitivesLimits.ScaleDepthMax)
            Throw(ScaleError.TooDeep, _offset, $"values are nested deeper than {PrimitivesLimits.ScaleDepthMax}.");

        _depth++;
        T value = T.Decode(ref this);
        _depth--;
        return value;
    }

    /// <summary>Takes a compact count and that many elements; errors as <see cref="ReadCount"/>.</summary>
    /// <param name="countMax">Most elements allowed.</param>
    /// <param name="elementBytesMin">Bytes of the shortest element's encoding: the closer, the less a lie can allocate.</param>
    public T[] ReadVector<T>(int countMax, int elementBytesMin = 1)
        where T : IScaleValue<T>
    {
        int count = ReadCount(countMax, elementBytesMin);
        if (count == 0)
            return [];

        T[] values = new T[count];
        for (int i = 0; i < values.Length; i++)
            values[i] = Read<T>();
        return values;
    }

    /// <summary>Refuses input behind the value as <see cref="ScaleError.TrailingBytes"/>.</summary>
    public readonly void EnsureEnd()
    {
        if (_offset != _input.Length)
            Throw(ScaleError.TrailingBytes, _offset, $"{Remaining} bytes follow the value.");
    }

    /// <summary>The exception to throw for bytes that are SCALE, but break a rule of the type that reads them.</summary>
    /// <param name="start">The <see cref="Offset"/> at which the faulty item started.</param>
    /// <param name="detail">The broken rule, for people.</param>
    public static ScaleException Invalid(int start, string detail) => new(ScaleError.InvalidValue, start, detail);

    private static ulong Minimal(ulong value, ulong min, int start)
    {
        if (value < min)
            Throw(ScaleError.NonMinimalCompact, start, $"{value} has a shorter form.");
        return value;
    }

    private UInt128 ReadCompactBytes(byte first, int lengthMax, int start)
    {
        int length = (first >> 2) + 4;
        if (length > lengthMax)
            Throw(ScaleError.CompactTooLarge, start, $"{length} bytes where {lengthMax} are allowed.");

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        ReadOnlySpan<byte> source = ReadFixed(length);
        source.CopyTo(bytes);
        UInt128 value = BinaryPrimitives.ReadUInt128LittleEndian(bytes);
        if (source[^1] == 0 || value < 1 << 30)
            Throw(ScaleError.NonMinimalCompact, start, $"{value} has a shorter form.");
        return value;
    }

    [DoesNotReturn]
    private readonly void ThrowUnexpectedEnd(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Throw(ScaleError.UnexpectedEnd, _offset, $"{length} bytes are needed and {Remaining} remain.");
    }

    [DoesNotReturn]
    private static void Throw(ScaleError error, int offset, string detail) => throw new ScaleException(error, offset, detail);
}
