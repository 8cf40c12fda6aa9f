using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cess.Gateway.S3.Checksums;

/// <summary>A checksum over bytes as they pass.</summary>
internal sealed class RunningChecksum : IDisposable
{
    private readonly ReflectedCrc? _crc;
    private readonly IncrementalHash? _hash;
    private ulong _register;

    public RunningChecksum(ChecksumAlgorithm algorithm)
    {
        Algorithm = algorithm;
        _crc = algorithm.Crc;
        if (_crc is not null)
            _register = _crc.Start;
        else
            _hash = IncrementalHash.CreateHash(
                algorithm == ChecksumAlgorithm.Sha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
    }

    public ChecksumAlgorithm Algorithm { get; }

    public void Append(ReadOnlySpan<byte> data)
    {
        if (_crc is not null)
            _register = _crc.Append(_register, data);
        else
            _hash!.AppendData(data);
    }

    /// <summary>The checksum of all bytes; big-endian for a CRC, as S3 writes them.</summary>
    public byte[] Finish() => _crc is null ? _hash!.GetHashAndReset() : ToBytes(_crc, _crc.Finish(_register));

    public void Dispose() => _hash?.Dispose();

    internal static byte[] ToBytes(ReflectedCrc crc, ulong checksum)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, checksum);
        return bytes[(8 - crc.Size)..];
    }

    internal static ulong FromBytes(ReadOnlySpan<byte> bytes)
    {
        ulong checksum = 0;
        foreach (byte value in bytes)
            checksum = (checksum << 8) | value;
        return checksum;
    }
}
