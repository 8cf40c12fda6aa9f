using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Cess.Gateway.S3.Signing;

/// <summary>
/// AWS Signature Version 4, as the S3 documentation describes it ("Authenticating Requests: Using the Authorization Header").
/// </summary>
internal static class SigV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    public const string Service = "s3";
    public const string Terminator = "aws4_request";
    public const int HashSize = SHA256.HashSizeInBytes;
    public const int HexHashSize = 2 * HashSize;

    /// <summary>SHA-256 of nothing, in hex.</summary>
    public static ReadOnlySpan<byte> EmptyHash => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"u8;

    /// <summary>The key for one day, region and service.</summary>
    /// <param name="secret">The secret access key.</param>
    /// <param name="date">yyyyMMdd.</param>
    /// <param name="region">Of the credential scope.</param>
    /// <param name="key">32 bytes.</param>
    public static void DeriveKey(ReadOnlySpan<byte> secret, string date, string region, Span<byte> key)
    {
        byte[] prefixed = new byte[4 + secret.Length];
        "AWS4"u8.CopyTo(prefixed);
        secret.CopyTo(prefixed.AsSpan(4));
        HMACSHA256.HashData(prefixed, Encoding.UTF8.GetBytes(date), key);
        CryptographicOperations.ZeroMemory(prefixed);
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region), key);
        HMACSHA256.HashData(key, "s3"u8, key);
        HMACSHA256.HashData(key, "aws4_request"u8, key);
    }

    /// <summary>Appends bytes in lower-case hex.</summary>
    public static void AppendHex(PooledBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        Memory<byte> room = buffer.ReserveMemory(2 * bytes.Length);
        Convert.TryToHexStringLower(bytes, room.Span, out int written);
        buffer.Advance(written);
    }

    /// <summary>Reads 32 bytes from 64 hex digits; false when they are not.</summary>
    public static bool TryParseHash(ReadOnlySpan<char> hex, Span<byte> hash) =>
        hex.Length == HexHashSize && Convert.FromHexString(hex, hash, out _, out _) == OperationStatus.Done;

    /// <inheritdoc cref="TryParseHash(ReadOnlySpan{char}, Span{byte})"/>
    public static bool TryParseHash(ReadOnlySpan<byte> hex, Span<byte> hash) =>
        hex.Length == HexHashSize && Convert.FromHexString(hex, hash, out _, out _) == OperationStatus.Done;
}
