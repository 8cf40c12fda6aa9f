using System.Security.Cryptography;
using Cess.Primitives;

namespace Cess.Coding;

/// <summary>
/// Wraps a 32-byte key to an account's public key: HPKE (RFC 9180), base mode, single shot, with
/// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM.
/// </summary>
public static class KeyWrap
{
    /// <summary>Bytes of a key that is wrapped.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of a wrapped key: the ephemeral public key as an uncompressed point, the key, and the tag.</summary>
    public const int WrappedBytes = Hpke.EncBytes + KeyBytes + GcmKey.TagBytes;

    /// <summary>Wraps a key.</summary>
    /// <param name="recipient">The public key of the account that may open it.</param>
    /// <param name="key">32 bytes.</param>
    /// <param name="info">A domain string that says what the key is for, such as "cess/bucket-key/v1".</param>
    /// <param name="context">What the key belongs to; the same bytes open it.</param>
    /// <param name="random">Where the ephemeral key comes from.</param>
    /// <returns>113 bytes.</returns>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    /// <exception cref="KeyException"><see cref="KeyError.NotOnCurve"/>: <paramref name="recipient"/> names no point.</exception>
    public static byte[] Seal(
        PublicKey recipient, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, ReadOnlySpan<byte> context, IRandomSource random)
    {
        if (key.Length != KeyBytes)
            throw new CodingException(CodingError.LengthInvalid, $"a key has {KeyBytes} bytes, not {key.Length}");
        Span<byte> seed = stackalloc byte[Hpke.SeedBytes];
        random.Fill(seed);
        try
        {
            return Hpke.Seal(recipient, info, context, key, GcmKey.KeyBytes, seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Unwraps a key.</summary>
    /// <param name="recipient">The account's private key.</param>
    /// <param name="wrapped">113 bytes.</param>
    /// <param name="info">As sealed.</param>
    /// <param name="context">As sealed.</param>
    /// <param name="key">Receives 32 bytes; all zero if it fails. The caller erases it when done.</param>
    /// <returns><see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.KeyNotAuthentic"/>.</returns>
    public static CodingError TryOpen(
        PrivateKey recipient, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> info, ReadOnlySpan<byte> context, Span<byte> key)
    {
        if (wrapped.Length != WrappedBytes || key.Length != KeyBytes)
            return CodingError.LengthInvalid;
        return Hpke.TryOpen(recipient, info, context, wrapped, GcmKey.KeyBytes, key) ? CodingError.None : CodingError.KeyNotAuthentic;
    }
}
