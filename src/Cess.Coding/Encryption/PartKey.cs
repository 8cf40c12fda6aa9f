using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cess.Coding;

/// <summary>
/// The key of one part and the nonces of its frames: HKDF-SHA256 of the file key with the part's salt, and the STREAM
/// construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse
/// Misuse-Resistance", CRYPTO 2015), whose nonce is prefix ‖ counter ‖ whether this is the last frame. The prefix is
/// zero here: the key belongs to this part alone.
/// </summary>
internal sealed class PartKey : IDisposable
{
    private const int CounterOffset = 7;
    private const int LastFlagOffset = 11;

    private readonly GcmKey _key;

    public PartKey(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> partSalt)
    {
        if (fileKey.Length != FileKey.Bytes || partSalt.Length != FileKey.PartSaltBytes)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"a file key has {FileKey.Bytes} bytes and a part salt {FileKey.PartSaltBytes}, not {fileKey.Length} and {partSalt.Length}");
        }
        Span<byte> key = stackalloc byte[GcmKey.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, key, partSalt, "cess/part/v1"u8);
        _key = new(key);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <param name="frame">The frame's number in the part.</param>
    /// <param name="isLast">Whether the part ends with it.</param>
    /// <param name="plaintext">May be the same memory as <paramref name="ciphertext"/>'s start.</param>
    /// <param name="ciphertext">As many bytes as the plaintext, and the tag.</param>
    public void Encrypt(long frame, bool isLast, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        Span<byte> nonce = stackalloc byte[GcmKey.NonceBytes];
        SetNonce(nonce, frame, isLast);
        _key.Encrypt(
            nonce, plaintext, ciphertext[..plaintext.Length], ciphertext.Slice(plaintext.Length, GcmKey.TagBytes));
    }

    public bool TryDecrypt(long frame, bool isLast, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[GcmKey.NonceBytes];
        SetNonce(nonce, frame, isLast);
        return _key.TryDecrypt(nonce, ciphertext[..^GcmKey.TagBytes], ciphertext[^GcmKey.TagBytes..], plaintext);
    }

    public void Dispose() => _key.Dispose();

    private static void SetNonce(Span<byte> nonce, long frame, bool isLast)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[CounterOffset..], checked((uint)frame));
        nonce[LastFlagOffset] = isLast ? (byte)1 : (byte)0;
    }
}
