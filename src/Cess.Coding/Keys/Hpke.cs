using System.Buffers.Binary;
using System.Security.Cryptography;
using Cess.Primitives;

namespace Cess.Coding;

/// <summary>
/// HPKE (RFC 9180), base and auth mode, single shot: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-GCM. The names are the RFC's.
/// The ephemeral key is its DeriveKeyPair of 32 random bytes, so that whoever drives the randomness drives the result.
/// </summary>
internal static class Hpke
{
    /// <summary>Bytes of an encapsulated key: an uncompressed point.</summary>
    public const int EncBytes = PublicKey.UncompressedSize;

    /// <summary>Bytes of randomness that one encapsulation takes.</summary>
    public const int SeedBytes = 32;

    private const int HashBytes = 32;
    private const byte BaseMode = 0;
    private const byte AuthMode = 2;

    private static ReadOnlySpan<byte> Version => "HPKE-v1"u8;

    private static ReadOnlySpan<byte> KemSuite => [(byte)'K', (byte)'E', (byte)'M', 0x00, 0x10];

    /// <summary>Encrypts one message to a public key.</summary>
    /// <param name="recipient">Whose private key opens it.</param>
    /// <param name="info">The application's context.</param>
    /// <param name="associatedData">What is authenticated beside the plaintext.</param>
    /// <param name="plaintext">The message.</param>
    /// <param name="keyBytes">16 or 32: which AES-GCM.</param>
    /// <param name="seed">32 random bytes; the caller erases them.</param>
    /// <param name="sender">Who authenticates it (auth mode); null for nobody (base mode).</param>
    /// <returns>enc ‖ ciphertext ‖ tag.</returns>
    public static byte[] Seal(
        PublicKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext,
        int keyBytes, ReadOnlySpan<byte> seed, PrivateKey? sender = null)
    {
        using PrivateKey ephemeral = DeriveKeyPair(seed);
        byte[] enc = ephemeral.PublicKey.ToUncompressed();
        Span<byte> key = stackalloc byte[keyBytes];
        Span<byte> nonce = stackalloc byte[GcmKey.NonceBytes];
        byte[] output = new byte[EncBytes + plaintext.Length + GcmKey.TagBytes];
        enc.CopyTo(output, 0);
        try
        {
            Encapsulate(ephemeral, sender, recipient, enc, info, key, nonce);
            using AesGcm cipher = new(key, GcmKey.TagBytes);
            cipher.Encrypt(
                nonce, plaintext, output.AsSpan(EncBytes, plaintext.Length), output.AsSpan(EncBytes + plaintext.Length),
                associatedData);
            return output;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <param name="recipient">The private key.</param>
    /// <param name="info">As sealed.</param>
    /// <param name="associatedData">As sealed.</param>
    /// <param name="input">enc ‖ ciphertext ‖ tag.</param>
    /// <param name="keyBytes">As sealed.</param>
    /// <param name="plaintext">Receives the message; erased if it is not authentic.</param>
    /// <param name="sender">Who must have authenticated it (auth mode); null for nobody (base mode).</param>
    /// <returns>Whether it is authentic.</returns>
    public static bool TryOpen(
        PrivateKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> input,
        int keyBytes, Span<byte> plaintext, PublicKey? sender = null)
    {
        ReadOnlySpan<byte> enc = input[..EncBytes];
        Span<byte> key = stackalloc byte[keyBytes];
        Span<byte> nonce = stackalloc byte[GcmKey.NonceBytes];
        try
        {
            Decapsulate(recipient, sender, PublicKey.FromUncompressed(enc), enc, info, key, nonce);
            using AesGcm cipher = new(key, GcmKey.TagBytes);
            cipher.Decrypt(
                nonce, input[EncBytes..^GcmKey.TagBytes], input[^GcmKey.TagBytes..], plaintext, associatedData);
            return true;
        }
        catch (Exception e) when (e is AuthenticationTagMismatchException or KeyException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>DeriveKeyPair of section 7.1.3: candidates until one is a scalar of the curve.</summary>
    public static PrivateKey DeriveKeyPair(ReadOnlySpan<byte> seed)
    {
        Span<byte> secret = stackalloc byte[HashBytes];
        Span<byte> candidate = stackalloc byte[PrivateKey.ScalarSize];
        try
        {
            LabeledExtract(KemSuite, salt: [], "dkp_prk"u8, seed, secret);
            for (int counter = 0; counter <= byte.MaxValue; counter++)
            {
                LabeledExpand(KemSuite, secret, "candidate"u8, [(byte)counter], candidate);
                try
                {
                    return PrivateKey.FromScalar(candidate);
                }
                catch (KeyException e) when (e.Error == KeyError.ScalarOutOfRange)
                {
                    // One seed in 2^32 comes here.
                }
            }
            throw new CryptographicException("no scalar among 256 candidates");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(candidate);
        }
    }

    /// <summary>Encap or AuthEncap of section 4.1, and the key schedule.</summary>
    private static void Encapsulate(
        PrivateKey ephemeral, PrivateKey? sender, PublicKey recipient, ReadOnlySpan<byte> enc, ReadOnlySpan<byte> info,
        Span<byte> key, Span<byte> nonce)
    {
        byte[] dh = ephemeral.DeriveSharedSecret(recipient);
        byte[] dhOfSender = sender?.DeriveSharedSecret(recipient) ?? [];
        Schedule(dh, dhOfSender, enc, recipient, sender?.PublicKey, info, key, nonce);
    }

    /// <summary>Decap or AuthDecap of section 4.1, and the key schedule.</summary>
    internal static void Decapsulate(
        PrivateKey recipient, PublicKey? sender, PublicKey ephemeral, ReadOnlySpan<byte> enc, ReadOnlySpan<byte> info,
        Span<byte> key, Span<byte> nonce)
    {
        byte[] dh = recipient.DeriveSharedSecret(ephemeral);
        byte[] dhOfSender = sender is { } known ? recipient.DeriveSharedSecret(known) : [];
        Schedule(dh, dhOfSender, enc, recipient.PublicKey, sender, info, key, nonce);
    }

    /// <summary>The shared secret (section 4.1) and the key schedule (section 5.1). Erases what it is given of secrets.</summary>
    private static void Schedule(
        byte[] dh, byte[] dhOfSender, ReadOnlySpan<byte> enc, PublicKey recipient, PublicKey? sender, ReadOnlySpan<byte> info,
        Span<byte> key, Span<byte> nonce)
    {
        ReadOnlySpan<byte> suite =
            [(byte)'H', (byte)'P', (byte)'K', (byte)'E', 0x00, 0x10, 0x00, 0x01, 0x00, key.Length == GcmKey.KeyBytes ? (byte)2 : (byte)1];
        Span<byte> extracted = stackalloc byte[HashBytes];
        Span<byte> shared = stackalloc byte[HashBytes];
        Span<byte> context = stackalloc byte[1 + (2 * HashBytes)];
        byte[] secrets = [.. dh, .. dhOfSender];
        byte[] senderKey = sender?.ToUncompressed() ?? [];
        try
        {
            LabeledExtract(KemSuite, salt: [], "eae_prk"u8, secrets, extracted);
            LabeledExpand(KemSuite, extracted, "shared_secret"u8, [.. enc, .. recipient.ToUncompressed(), .. senderKey], shared);

            context[0] = sender is null ? BaseMode : AuthMode;
            LabeledExtract(suite, salt: [], "psk_id_hash"u8, [], context.Slice(1, HashBytes));
            LabeledExtract(suite, salt: [], "info_hash"u8, info, context[(1 + HashBytes)..]);
            LabeledExtract(suite, shared, "secret"u8, [], extracted);
            LabeledExpand(suite, extracted, "key"u8, context, key);
            LabeledExpand(suite, extracted, "base_nonce"u8, context, nonce);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dh);
            CryptographicOperations.ZeroMemory(dhOfSender);
            CryptographicOperations.ZeroMemory(secrets);
            CryptographicOperations.ZeroMemory(shared);
            CryptographicOperations.ZeroMemory(extracted);
        }
    }

    private static void LabeledExtract(
        ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> ikm, Span<byte> prk)
    {
        byte[] labeled = [.. Version, .. suite, .. label, .. ikm];
        HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt, prk);
        CryptographicOperations.ZeroMemory(labeled);
    }

    private static void LabeledExpand(
        ReadOnlySpan<byte> suite, ReadOnlySpan<byte> prk, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)output.Length);
        HKDF.Expand(HashAlgorithmName.SHA256, prk, output, [.. length, .. Version, .. suite, .. label, .. info]);
    }
}
