namespace Cess.Wire;

/// <summary>
/// How requests to the REST door are signed: HTTP Message Signatures (RFC 9421) with ecdsa-p256-sha256 by the account's key,
/// over method, authority, path, query, the account's public key, and the digest of the body when there is one.
/// </summary>
public static class RequestSignature
{
    /// <summary>The algorithm's registered name (RFC 9421, section 6.2.2); signatures are r and s, 32 bytes each.</summary>
    public const string Algorithm = "ecdsa-p256-sha256";

    /// <summary>The label under which clients of this project sign; a door accepts any.</summary>
    public const string Label = "cess";

    /// <summary>Field that names what is covered.</summary>
    public const string InputField = "signature-input";

    /// <summary>Field that carries the signature.</summary>
    public const string SignatureField = "signature";

    /// <summary>Field that carries the body's digest.</summary>
    public const string DigestField = "content-digest";

    /// <summary>Key of the body's digest in <see cref="DigestField"/> (RFC 9530, section 5).</summary>
    public const string DigestKey = "sha-256";

    /// <summary>
    /// Field that carries the account's public key, 33 bytes compressed, in base 64. The account's address is the key's
    /// hash, so a door can check the one against the other, and needs no table of keys.
    /// </summary>
    public const string PublicKeyField = "cess-public-key";

    /// <summary>What a client covers, in this order; <see cref="DigestField"/> follows when there is a body.</summary>
    public static readonly IReadOnlyList<string> Components = ["@method", "@authority", "@path", "@query", PublicKeyField];

    /// <summary>True when a signature over these components leaves nothing that matters uncovered.</summary>
    /// <param name="components">What is covered.</param>
    /// <param name="hasBody">Whether the request has a body.</param>
    public static bool Suffices(IReadOnlyList<string> components, bool hasBody)
    {
        bool coversTarget = components.Contains("@target-uri")
            || (components.Contains("@authority") && components.Contains("@path") && components.Contains("@query"));
        return components.Contains("@method") && coversTarget && (!hasBody || components.Contains(DigestField));
    }
}
