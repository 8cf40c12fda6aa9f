using System.Globalization;

namespace Cess.Gateway.S3.Checksums;

/// <summary>The checksum of a multipart object, from those of its parts.</summary>
internal static class MultipartChecksum
{
    /// <summary>Of all bytes: the parts' CRCs combined. Base64.</summary>
    /// <param name="algorithm">A CRC.</param>
    /// <param name="parts">Checksum and length of each part, in order.</param>
    public static string FullObject(ChecksumAlgorithm algorithm, IReadOnlyList<(byte[] Checksum, long Length)> parts)
    {
        ReflectedCrc crc = algorithm.Crc ?? throw new ArgumentException("Hashes don't combine.", nameof(algorithm));
        ulong whole = crc.Finish(crc.Start);
        foreach ((byte[] checksum, long length) in parts)
            whole = crc.Combine(whole, RunningChecksum.FromBytes(checksum), length);
        return Convert.ToBase64String(RunningChecksum.ToBytes(crc, whole));
    }

    /// <summary>Of the parts' checksums, one behind the other: base64, a hyphen, and the number of parts.</summary>
    public static string Composite(ChecksumAlgorithm algorithm, IReadOnlyList<(byte[] Checksum, long Length)> parts)
    {
        using RunningChecksum checksums = new(algorithm);
        foreach ((byte[] checksum, _) in parts)
            checksums.Append(checksum);
        return Convert.ToBase64String(checksums.Finish()) + "-" + parts.Count.ToString(CultureInfo.InvariantCulture);
    }
}
