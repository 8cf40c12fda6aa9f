using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cess.Gateway.S3.Checksums;

/// <summary>
/// A cyclic redundancy check with reflected input and output and an all-ones start and final XOR: CRC-32 (ISO-HDLC), CRC-32C
/// and CRC-64/NVME. A register holds the remainder with the coefficient of the highest power in bit 0.
/// Sixteen table look-ups a sixteen bytes; on processors with carry-less multiplication, folding as in Gopal et al.,
/// "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009).
/// </summary>
internal sealed class ReflectedCrc
{
    private const int Slices = 16;
    private const int FoldedBytes = 64;

    /// <summary>Below this, tables are as fast as setting up to fold.</summary>
    private const int FoldBytesMin = 128;

    private readonly int _width;
    private readonly ulong _polynomial;
    private readonly ulong _mask;
    private readonly ulong[] _table = new ulong[Slices * 256];
    private readonly Vector128<ulong> _foldBy512;
    private readonly Vector128<ulong> _foldBy128;

    /// <param name="width">32 or 64.</param>
    /// <param name="polynomial">Without its highest power, reflected.</param>
    private ReflectedCrc(int width, ulong polynomial)
    {
        _width = width;
        _polynomial = polynomial;
        _mask = ulong.MaxValue >> (64 - width);
        FillTable();
        _foldBy512 = FoldConstants(512);
        _foldBy128 = FoldConstants(128);
    }

    public static ReflectedCrc Crc32 { get; } = new(32, 0xEDB88320);

    public static ReflectedCrc Crc32C { get; } = new(32, 0x82F63B78);

    public static ReflectedCrc Crc64Nvme { get; } = new(64, 0x9A6C9329AC4BC9B5);

    /// <summary>Bytes of a checksum.</summary>
    public int Size => _width / 8;

    /// <summary>The register before any byte.</summary>
    public ulong Start => _mask;

    /// <summary>The checksum that a register stands for; an involution.</summary>
    public ulong Finish(ulong register) => register ^ _mask;

    /// <summary>The register after further bytes.</summary>
    public ulong Append(ulong register, ReadOnlySpan<byte> data) =>
        Pclmulqdq.IsSupported && data.Length >= FoldBytesMin ? Fold(register, data) : Slice(register, data);

    /// <summary>The checksum of two runs of bytes, one behind the other, from the checksum of each.</summary>
    /// <param name="first">Checksum of the first.</param>
    /// <param name="second">Checksum of the second.</param>
    /// <param name="secondLength">Bytes of the second.</param>
    public ulong Combine(ulong first, ulong second, long secondLength) =>
        Multiply(first, PowerOfX(8 * (ulong)secondLength)) ^ second;

    /// <summary>As <see cref="Append"/>, with tables only: what other processors run.</summary>
    public ulong Slice(ulong register, ReadOnlySpan<byte> data)
    {
        ref ulong table = ref MemoryMarshal.GetArrayDataReference(_table);
        while (data.Length >= Slices)
        {
            ulong low = BinaryPrimitives.ReadUInt64LittleEndian(data) ^ register;
            ulong high = BinaryPrimitives.ReadUInt64LittleEndian(data[8..]);
            register = Look(ref Unsafe.Add(ref table, 8 * 256), low) ^ Look(ref table, high);
            data = data[Slices..];
        }

        foreach (byte value in data)
            register = (register >> 8) ^ _table[(byte)(register ^ value)];
        return register;
    }

    /// <summary>What eight bytes contribute, by the eight tables from this one on; the first byte by the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Look(ref ulong tables, ulong bytes) =>
        Unsafe.Add(ref tables, (7 * 256) + (byte)bytes)
        ^ Unsafe.Add(ref tables, (6 * 256) + (byte)(bytes >> 8))
        ^ Unsafe.Add(ref tables, (5 * 256) + (byte)(bytes >> 16))
        ^ Unsafe.Add(ref tables, (4 * 256) + (byte)(bytes >> 24))
        ^ Unsafe.Add(ref tables, (3 * 256) + (byte)(bytes >> 32))
        ^ Unsafe.Add(ref tables, (2 * 256) + (byte)(bytes >> 40))
        ^ Unsafe.Add(ref tables, 256 + (byte)(bytes >> 48))
        ^ Unsafe.Add(ref tables, (byte)(bytes >> 56));

    private static Vector128<ulong> Load(ReadOnlySpan<byte> data, int index) =>
        MemoryMarshal.Read<Vector128<ulong>>(data[(16 * index)..]);

    private static Vector128<ulong> Multiply(Vector128<ulong> value, Vector128<ulong> constants) =>
        Pclmulqdq.CarrylessMultiply(value, constants, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, constants, 0x11);

    private ulong Fold(ulong register, ReadOnlySpan<byte> data)
    {
        Vector128<ulong> a = Load(data, 0) ^ Vector128.CreateScalar(register);
        Vector128<ulong> b = Load(data, 1);
        Vector128<ulong> c = Load(data, 2);
        Vector128<ulong> d = Load(data, 3);
        data = data[FoldedBytes..];
        while (data.Length >= FoldedBytes)
        {
            a = Multiply(a, _foldBy512) ^ Load(data, 0);
            b = Multiply(b, _foldBy512) ^ Load(data, 1);
            c = Multiply(c, _foldBy512) ^ Load(data, 2);
            d = Multiply(d, _foldBy512) ^ Load(data, 3);
            data = data[FoldedBytes..];
        }

        b ^= Multiply(a, _foldBy128);
        c ^= Multiply(b, _foldBy128);
        d ^= Multiply(c, _foldBy128);
        while (data.Length >= 16)
        {
            d = Multiply(d, _foldBy128) ^ Load(data, 0);
            data = data[16..];
        }

        // What is left is congruent to all that was folded into it, so its own remainder is the register.
        Span<byte> folded = stackalloc byte[16];
        MemoryMarshal.Write(folded, d);
        return Slice(Slice(0, folded), data);
    }

    private void FillTable()
    {
        for (int value = 0; value < 256; value++)
        {
            ulong register = (ulong)value;
            for (int bit = 0; bit < 8; bit++)
                register = TimesX(register);
            _table[value] = register;
        }

        for (int i = 256; i < _table.Length; i++)
            _table[i] = (_table[i - 256] >> 8) ^ _table[(byte)_table[i - 256]];
    }

    /// <summary>
    /// Multipliers that move a 128-bit block by so many bits. The low half holds the higher powers, hence 64 more; the product
    /// of two reflected 64-bit values comes out one bit low, hence one less.
    /// </summary>
    private Vector128<ulong> FoldConstants(int bits) => Vector128.Create(
        PowerOfX((ulong)bits + 63) << (64 - _width),
        PowerOfX((ulong)bits - 1) << (64 - _width));

    private ulong TimesX(ulong register) => (register >> 1) ^ ((register & 1) == 0 ? 0 : _polynomial);

    /// <summary>x to the power of n, modulo the polynomial, by squaring.</summary>
    private ulong PowerOfX(ulong exponent)
    {
        ulong result = 1UL << (_width - 1);
        for (ulong square = result >> 1; exponent != 0; exponent >>= 1, square = Multiply(square, square))
        {
            if ((exponent & 1) != 0)
                result = Multiply(result, square);
        }

        return result;
    }

    /// <summary>The product modulo the polynomial.</summary>
    private ulong Multiply(ulong left, ulong right)
    {
        ulong product = 0;
        for (ulong power = 1UL << (_width - 1); power != 0; power >>= 1, right = TimesX(right))
        {
            if ((left & power) != 0)
                product ^= right;
        }

        return product;
    }
}
