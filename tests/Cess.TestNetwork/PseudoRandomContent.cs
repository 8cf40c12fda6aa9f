using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cess.TestNetwork;

/// <summary>
/// Bytes that look random and are known at every offset without being kept: 64-bit word <c>i</c>, little-endian, is the
/// SplitMix64 output (Steele, Lea, Flood 2014) for state <c>seed + (i + 1) · golden gamma</c>.
/// </summary>
/// <param name="Seed">Which bytes.</param>
/// <param name="Length">How many.</param>
public sealed record PseudoRandomContent(ulong Seed, long Length)
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;
    private const int CopySize = 1 << 20;

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, Length);
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        var within = (int)(offset % sizeof(ulong));
        if (within != 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Word(offset / sizeof(ulong)));
            var head = Math.Min(sizeof(ulong) - within, destination.Length);
            word.Slice(within, head).CopyTo(destination);
            destination = destination[head..];
            offset += head;
        }

        var index = offset / sizeof(ulong);
        for (; destination.Length >= sizeof(ulong); destination = destination[sizeof(ulong)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, Word(index++));
        }

        if (destination.Length > 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Word(index));
            word[..destination.Length].CopyTo(destination);
        }
    }

    /// <summary>The bytes [offset, offset + count).</summary>
    public byte[] Slice(long offset, int count)
    {
        var bytes = new byte[count];
        Read(offset, bytes);
        return bytes;
    }

    /// <summary>All of it; for what fits into memory.</summary>
    public byte[] ToArray() => Slice(0, checked((int)Length));

    /// <summary>A seekable stream over it.</summary>
    public Stream OpenRead() => new PseudoRandomStream(this);

    /// <summary>Writes it to a new file.</summary>
    public void WriteTo(string path)
    {
        using var source = OpenRead();
        using var file = File.Create(path);
        source.CopyTo(file, CopySize);
    }

    /// <summary>SHA-256, lower-case hex.</summary>
    public string Sha256()
    {
        using var source = OpenRead();
        return Convert.ToHexStringLower(SHA256.HashData(source));
    }

    /// <summary>Compares byte for byte.</summary>
    /// <returns>Null when <paramref name="actual"/> is exactly this content, else what is different.</returns>
    public string? DifferenceTo(Stream actual)
    {
        var (read, expected) = (new byte[CopySize], new byte[CopySize]);
        long offset = 0;
        for (int count; (count = actual.ReadAtLeast(read, read.Length, throwOnEndOfStream: false)) > 0; offset += count)
        {
            if (offset + count > Length)
            {
                return $"goes on after its {Length} bytes";
            }

            Read(offset, expected.AsSpan(0, count));
            var same = read.AsSpan(0, count).CommonPrefixLength(expected.AsSpan(0, count));
            if (same < count)
            {
                return $"differs at byte {offset + same} of {Length}";
            }
        }

        return offset == Length ? null : $"ends after {offset} of {Length} bytes";
    }

    /// <summary>Compares with a file, byte for byte; null when it is the same.</summary>
    public string? DifferenceTo(string path)
    {
        using var file = File.OpenRead(path);
        return DifferenceTo(file);
    }

    private ulong Word(long index)
    {
        var z = Seed + ((ulong)index + 1) * GoldenGamma;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
