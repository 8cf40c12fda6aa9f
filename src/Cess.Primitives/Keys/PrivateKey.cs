using System.Security.Cryptography;

namespace Cess.Primitives;

/// <summary>
/// A P-256 key pair: signs with ECDSA (FIPS 186-5) and agrees on secrets with ECDH (SP 800-56A). The private scalar stays
/// in the native key and leaves it only encrypted.
/// </summary>
/// <remarks>Signing and agreeing only read the native key, so any number of threads may do it at once.</remarks>
public sealed class PrivateKey : IDisposable
{
    /// <summary>Length in bytes of a private scalar and of a shared secret.</summary>
    public const int ScalarSize = 32;

    private const string P256Oid = "1.2.840.10045.3.1.7";

    private readonly ECDsa _ecdsa;

    private PrivateKey(ECDsa ecdsa)
    {
        _ecdsa = ecdsa;
        PublicKey = PublicKey.FromPoint(ecdsa.ExportParameters(includePrivateParameters: false).Q);
    }

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>A new key from the system's randomness.</summary>
    public static PrivateKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The key of a private scalar: 32 bytes, big-endian, in 1 … n-1. For keys that are derived, and for simulation.</summary>
    /// <exception cref="KeyException"><see cref="KeyError.ScalarOutOfRange"/>.</exception>
    public static PrivateKey FromScalar(ReadOnlySpan<byte> scalar)
    {
        if (scalar.Length != ScalarSize || UInt256.ReadBigEndian(scalar) is var value && (value.IsZero || value >= P256.Order))
            throw new KeyException(KeyError.ScalarOutOfRange, $"a private scalar has {ScalarSize} bytes and is in 1 … n-1.");

        byte[] d = scalar.ToArray();
        try
        {
            return new PrivateKey(ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d }));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }
    }

    /// <summary>Reads a key that <see cref="ExportEncryptedPem(ReadOnlySpan{char})"/> or any other PKCS#8 tool wrote encrypted.</summary>
    /// <param name="pem">An <c>ENCRYPTED PRIVATE KEY</c> in PEM (RFC 7468), PKCS#8 (RFC 5958).</param>
    /// <param name="passphrase">What it was encrypted with.</param>
    /// <exception cref="KeyException">
    /// <see cref="KeyError.UnreadablePrivateKey"/>, <see cref="KeyError.WrongCurve"/>, <see cref="KeyError.EmptyPassphrase"/>.
    /// </exception>
    public static PrivateKey ImportEncryptedPem(ReadOnlySpan<char> pem, ReadOnlySpan<char> passphrase)
    {
        EnsurePassphrase(passphrase);
        if (pem.Length > PrimitivesLimits.PrivateKeyPemCharsMax)
            throw new KeyException(KeyError.UnreadablePrivateKey, $"a private key has at most {PrimitivesLimits.PrivateKeyPemCharsMax} characters.");

        ECDsa ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportFromEncryptedPem(pem, passphrase);
            if (ecdsa.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256Oid)
                throw new KeyException(KeyError.WrongCurve, "the private key is not of the curve P-256.");
            return new PrivateKey(ecdsa);
        }
        catch (KeyException)
        {
            ecdsa.Dispose();
            throw;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            ecdsa.Dispose();
            throw new KeyException(KeyError.UnreadablePrivateKey, "the text is damaged or not encrypted, or the passphrase is wrong.", e);
        }
    }

    /// <summary>
    /// The key as an <c>ENCRYPTED PRIVATE KEY</c> in PEM: PKCS#8 under PBES2 (RFC 8018) with PBKDF2-HMAC-SHA-256,
    /// <see cref="PrimitivesLimits.PassphraseRounds"/> rounds, and AES-256-CBC.
    /// </summary>
    /// <exception cref="KeyException"><see cref="KeyError.EmptyPassphrase"/>.</exception>
    public string ExportEncryptedPem(ReadOnlySpan<char> passphrase) =>
        ExportEncryptedPem(passphrase, PrimitivesLimits.PassphraseRounds);

    /// <summary>
    /// The same with another number of rounds. Fewer are for a passphrase that is itself a random key of 128 bits or more, which
    /// no stretching makes harder to guess.
    /// </summary>
    /// <exception cref="KeyException"><see cref="KeyError.EmptyPassphrase"/>.</exception>
    public string ExportEncryptedPem(ReadOnlySpan<char> passphrase, int rounds)
    {
        EnsurePassphrase(passphrase);
        PbeParameters encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, rounds);
        return _ecdsa.ExportEncryptedPkcs8PrivateKeyPem(passphrase, encryption);
    }

    /// <summary>Signs a digest; the signature is canonical and differs from call to call.</summary>
    public Signature Sign(Hash256 digest)
    {
        Span<byte> digestBytes = stackalloc byte[Hash256.Size];
        digest.WriteTo(digestBytes);
        Span<byte> signature = stackalloc byte[Signature.Size];
        if (!_ecdsa.TrySignHash(digestBytes, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out int length)
            || length != Signature.Size)
        {
            throw new CryptographicException($"The platform's P-256 signature has not {Signature.Size} bytes.");
        }

        return Signature.FromBytes(signature).ToLowS();
    }

    /// <summary>Signs SHA-256 of <paramref name="message"/>.</summary>
    public Signature Sign(ReadOnlySpan<byte> message) => Sign(Hash256.Sha256(message));

    /// <summary>
    /// The secret that this key and <paramref name="other"/> share: the x-coordinate of the product, 32 bytes, raw. It is
    /// no key yet: derive one with HKDF. The caller zeroes it.
    /// </summary>
    /// <exception cref="KeyException"><see cref="KeyError.NotOnCurve"/>.</exception>
    public byte[] DeriveSharedSecret(PublicKey other)
    {
        if (!other.TryGetParameters(out ECParameters otherParameters))
            throw new KeyException(KeyError.NotOnCurve, $"the curve P-256 has no point {other}.");

        ECParameters parameters = _ecdsa.ExportParameters(includePrivateParameters: true);
        try
        {
            using ECDiffieHellman agreement = ECDiffieHellman.Create(parameters);
            using ECDiffieHellman otherKey = ECDiffieHellman.Create(otherParameters);
            return agreement.DeriveRawSecretAgreement(otherKey.PublicKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    /// <summary>Frees and clears the native key.</summary>
    public void Dispose() => _ecdsa.Dispose();

    private static void EnsurePassphrase(ReadOnlySpan<char> passphrase)
    {
        if (passphrase.IsEmpty)
            throw new KeyException(KeyError.EmptyPassphrase, "a private key is kept under a passphrase.");
    }
}
