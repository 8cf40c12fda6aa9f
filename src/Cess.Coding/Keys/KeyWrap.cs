using System.Security.Cryptography;
using Cess.Primitives;

namespace Cess.Coding;

/// <summary>
/// Wraps a 32-byte key for its owner alone: HPKE (RFC 9180), auth mode, single shot, from the owner's key to the same key, with
/// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM. So nobody else can make one that opens, either.
/// </summary>
public static class KeyWrap
{
    /// <summary>Bytes of a key that is wrapped.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of a wrapped key: the ephemeral public key as an uncompressed point, the key, and the tag.</summary>
    public const int WrappedBytes = Hpke.EncBytes + KeyBytes + GcmKey.TagBytes;

    /// <summary>Wraps a key.</summary>
    /// <param name="owner">Who wraps it, and may open it.</param>
    /// <param name="key">32 bytes.</param>
    /// <param name="info">A domain string that says what the key is for, such as "cess/bucket-key/v2".</param>
    /// <param name="context">What the key belongs to; the same bytes open it.</param>
    /// <param name="random">Where the ephemeral key comes from.</param>
    /// <returns>113 bytes.</returns>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public static byte[] Seal(
        PrivateKey owner, ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, ReadOnlySpan<byte> context, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (key.Length != KeyBytes)
            throw new CodingException(CodingError.LengthInvalid, $"a key has {KeyBytes} bytes, not {key.Length}");
        Span<byte> seed = stackalloc byte[Hpke.SeedBytes];
        random.Fill(seed);
        try
        {
            return Hpke.Seal(owner.PublicKey, info, context, key, GcmKey.KeyBytes, seed, owner);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Unwraps a key.</summary>
    /// <param name="owner">Who wrapped it.</param>
    /// <param name="wrapped">113 bytes.</param>
    /// <param name="info">As sealed.</param>
    /// <param name="context">As sealed.</param>
    /// <param name="key">Receives 32 bytes; all zero if it fails. The caller erases it when done.</param>
    /// <returns><see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.KeyNotAuthentic"/>.</returns>
    public static CodingError TryOpen(
        PrivateKey owner, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> info, ReadOnlySpan<byte> context, Span<byte> key)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return TryOpen(owner, owner.PublicKey, wrapped, info, context, key);
    }

    /// <summary>Unwraps a key in base mode: anybody may have wrapped it. For what was wrapped so formerly, from a source that is proven.</summary>
    /// <inheritdoc cref="TryOpen(PrivateKey, ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>
    public static CodingError TryOpenFromAnybody(
        PrivateKey owner, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> info, ReadOnlySpan<byte> context, Span<byte> key) =>
        TryOpen(owner, sender: null, wrapped, info, context, key);

    private static CodingError TryOpen(
        PrivateKey owner, PublicKey? sender, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> info, ReadOnlySpan<byte> context, Span<byte> key)
    {
        if (wrapped.Length != WrappedBytes || key.Length != KeyBytes)
            return CodingError.LengthInvalid;
        return Hpke.TryOpen(owner, info, context, wrapped, GcmKey.KeyBytes, key, sender) ? CodingError.None : CodingError.KeyNotAuthentic;
    }
}
