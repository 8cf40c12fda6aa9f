using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cess.Primitives;
using PublicKey = Cess.Primitives.PublicKey;

namespace Cess.Peers;

/// <summary>
/// A node's identity: a P-256 key, shown in TLS as a certificate that it signs itself. Nobody reads anything of the certificate but
/// its SubjectPublicKeyInfo (as with the raw keys of RFC 7250); names and dates mean nothing. That the other end has the key is
/// proven by TLS itself.
/// </summary>
public sealed class NodeCertificate : IDisposable
{
    /// <summary>Before the uncompressed point in the SubjectPublicKeyInfo of a P-256 key (RFC 5480).</summary>
    private static ReadOnlySpan<byte> KeyInfoPrefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];

    private readonly X509Certificate2 _certificate;

    private NodeCertificate(X509Certificate2 certificate, PublicKey node)
    {
        _certificate = certificate;
        Node = node;
        Context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }

    /// <summary>The node's key.</summary>
    public PublicKey Node { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>Makes a certificate in memory.</summary>
    /// <param name="nodeKey">A P-256 key pair; may be disposed afterwards.</param>
    /// <param name="time">Tells today, from which the certificate is dated.</param>
    /// <exception cref="KeyException"><see cref="KeyError.WrongCurve"/>.</exception>
    public static NodeCertificate Create(ECDsa nodeKey, TimeProvider time)
    {
        DateTimeOffset now = time.GetUtcNow();
        CertificateRequest request = new("CN=cess-node", nodeKey, HashAlgorithmName.SHA256);
        X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(100));
        if (!TryReadKey(certificate, out PublicKey node))
        {
            certificate.Dispose();
            throw new KeyException(KeyError.WrongCurve, "a node's key is of the curve P-256.");
        }

        return new NodeCertificate(OperatingSystem.IsWindows() ? Persisted(certificate) : certificate, node);
    }

    /// <summary>The node key in a certificate that the other end has shown; false if it is no P-256 key.</summary>
    public static bool TryReadKey([NotNullWhen(true)] X509Certificate? certificate, out PublicKey node)
    {
        node = default;
        try
        {
            if (certificate is not X509Certificate2 shown)
                return false;
            ReadOnlySpan<byte> keyInfo = shown.PublicKey.ExportSubjectPublicKeyInfo();
            if (!keyInfo.StartsWith(KeyInfoPrefix))
                return false;
            node = PublicKey.FromUncompressed(keyInfo[KeyInfoPrefix.Length..]);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or KeyException)
        {
            return false;
        }
    }

    /// <summary>Nothing of a chain is checked, and nothing is fetched for it: whoever connects could name any URL there.</summary>
    internal static X509ChainPolicy NoChain() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    /// <summary>Frees the key.</summary>
    public void Dispose() => _certificate.Dispose();

    /// <summary>Windows' TLS takes no key that exists in memory only.</summary>
    private static X509Certificate2 Persisted(X509Certificate2 certificate)
    {
        byte[] exported = certificate.Export(X509ContentType.Pkcs12);
        try
        {
            return X509CertificateLoader.LoadPkcs12(exported, password: null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(exported);
            certificate.Dispose();
        }
    }
}
