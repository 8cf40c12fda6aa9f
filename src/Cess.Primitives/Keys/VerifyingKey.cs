using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Cess.Primitives;

/// <summary>
/// A public key made ready to verify with. Making one costs about twice a verification and about 4 kB of native memory,
/// so whoever meets a key again keeps it: see <see cref="PublicKeyCache"/>.
/// </summary>
/// <remarks>Verifying only reads the native key, so any number of threads may do it at once.</remarks>
public sealed class VerifyingKey : IDisposable
{
    private readonly ECDsa _ecdsa;

    private VerifyingKey(PublicKey publicKey, ECDsa ecdsa)
    {
        PublicKey = publicKey;
        _ecdsa = ecdsa;
    }

    /// <summary>The key as a value.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Makes a key ready.</summary>
    /// <exception cref="KeyException"><see cref="KeyError.NotOnCurve"/>.</exception>
    public static VerifyingKey Import(PublicKey publicKey) =>
        TryImport(publicKey, out VerifyingKey? key)
            ? key
            : throw new KeyException(KeyError.NotOnCurve, $"the curve P-256 has no point {publicKey}.");

    /// <summary>Makes a key ready; false if the curve has no such point.</summary>
    public static bool TryImport(PublicKey publicKey, [NotNullWhen(true)] out VerifyingKey? key)
    {
        bool isOnCurve = publicKey.TryGetParameters(out ECParameters parameters);
        key = isOnCurve ? new VerifyingKey(publicKey, ECDsa.Create(parameters)) : null;
        return isOnCurve;
    }

    /// <summary>
    /// Whether this key's owner signed the digest. False for every signature that is not canonical, see
    /// <see cref="Signature.IsCanonical"/>.
    /// </summary>
    public bool Verify(Hash256 digest, Signature signature)
    {
        if (!signature.IsCanonical)
            return false;

        Span<byte> digestBytes = stackalloc byte[Hash256.Size];
        digest.WriteTo(digestBytes);
        Span<byte> signatureBytes = stackalloc byte[Signature.Size];
        signature.WriteTo(signatureBytes);
        return _ecdsa.VerifyHash(digestBytes, signatureBytes, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Whether this key's owner signed SHA-256 of <paramref name="message"/>.</summary>
    public bool Verify(ReadOnlySpan<byte> message, Signature signature) => Verify(Hash256.Sha256(message), signature);

    /// <summary>Frees the native key.</summary>
    public void Dispose() => _ecdsa.Dispose();
}
