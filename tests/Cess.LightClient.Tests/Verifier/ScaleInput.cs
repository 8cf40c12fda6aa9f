using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Cess.LightClient.Tests.Verifier;

/// <summary>Bytes that are not what the documentation says.</summary>
internal sealed class RefusedException(string message) : Exception(message);

/// <summary>Reads SCALE as docs/format/primitives.md has it: canonical, bounded, nothing behind the end.</summary>
internal sealed class ScaleInput(ReadOnlyMemory<byte> bytes)
{
    private const int VarintBytesMax = 16;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public int Offset { get; private set; }

    public ReadOnlyMemory<byte> Since(int start) => bytes[start..Offset];

    public ReadOnlyMemory<byte> Fixed(int length)
    {
        if (length > bytes.Length - Offset)
            throw new RefusedException($"{length} bytes are wanted at {Offset} of {bytes.Length}.");
        Offset += length;
        return bytes.Slice(Offset - length, length);
    }

    public Bytes32 Hash() => new(Fixed(32).Span);

    public byte U8() => Fixed(1).Span[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Fixed(2).Span);

    public UInt128 Compact(int bits)
    {
        byte first = U8();
        UInt128 value = (byte)(first >> 2);
        int extra = (first & 3) switch { 0 => 0, 1 => 1, 2 => 3, _ => (first >> 2) + 4 };
        if (extra > VarintBytesMax)
            throw new RefusedException("A compact integer has more than 16 bytes.");
        bool isBig = (first & 3) == 3;
        if (isBig)
            value = 0;
        int shift = isBig ? 0 : 6;
        foreach (byte next in Fixed(extra).Span)
        {
            value |= (UInt128)next << shift;
            shift += 8;
        }

        UInt128 least = (first & 3) switch
        {
            0 => 0,
            1 => 1 << 6,
            2 => 1 << 14,
            _ => extra == 4 ? 1u << 30 : UInt128.One << (8 * (extra - 1)),
        };
        if (value < least)
            throw new RefusedException("A compact integer is longer than it must be.");
        if (bits < 128 && value >> bits != 0)
            throw new RefusedException($"A compact integer has more than {bits} bits.");
        return value;
    }

    public ulong Uint() => (ulong)Compact(64);

    public BigInteger Amount() => Compact(128);

    public int Count(int most)
    {
        UInt128 count = Compact(32);
        return count <= (uint)most && count <= (uint)(bytes.Length - Offset)
            ? (int)count
            : throw new RefusedException($"{count} elements are more than {most}, or than the bytes that are left.");
    }

    public bool Option() => U8() switch
    {
        0 => false,
        1 => true,
        byte other => throw new RefusedException($"{other} begins no option."),
    };

    public ReadOnlyMemory<byte> Bytes(int most) => Fixed(Count(most));

    public string Text(int most)
    {
        try
        {
            return s_utf8.GetString(Bytes(most).Span);
        }
        catch (DecoderFallbackException)
        {
            throw new RefusedException("A string is not UTF-8.");
        }
    }

    public List<T> Vector<T>(int most, Func<ScaleInput, T> read)
    {
        int count = Count(most);
        List<T> values = new(count);
        for (int i = 0; i < count; i++)
            values.Add(read(this));
        return values;
    }

    public void End()
    {
        if (Offset != bytes.Length)
            throw new RefusedException($"There are {bytes.Length - Offset} bytes behind the end.");
    }
}
