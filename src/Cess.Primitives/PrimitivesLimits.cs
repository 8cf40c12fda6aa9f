namespace Cess.Primitives;

/// <summary>The bounds of this assembly. Bounds that belong to one use (the longest name, the largest batch) are the caller's.</summary>
public static class PrimitivesLimits
{
    /// <summary>Deepest nesting of values that <see cref="ScaleReader.Read{T}"/> follows before it refuses the input.</summary>
    public const int ScaleDepthMax = 32;

    /// <summary>Most bytes that one <see cref="ScaleWriter"/> holds.</summary>
    public const int ScaleWriterBytesMax = 256 * 1024 * 1024;

    /// <summary>Largest buffer in bytes that <see cref="Scale.Encode{T}"/> keeps for the next call on the same thread.</summary>
    public const int ScaleBufferKeptBytesMax = 1024 * 1024;

    /// <summary>Imported keys that a <see cref="PublicKeyCache"/> holds unless told otherwise: about 35 MB of native memory.</summary>
    public const int CachedPublicKeysMax = 16_384;

    /// <summary>Longest PEM text in characters that is read as a private key.</summary>
    public const int PrivateKeyPemCharsMax = 4096;

    /// <summary>Rounds of PBKDF2-HMAC-SHA-256 over a passphrase (OWASP Password Storage Cheat Sheet, 2023).</summary>
    public const int PassphraseRounds = 600_000;

    /// <summary>Longest Bech32m text in characters (BIP-173).</summary>
    public const int Bech32mCharsMax = 90;

    /// <summary>Most levels above the leaves of a Merkle tree, and so most hashes in an inclusion proof.</summary>
    public const int MerkleDepthMax = 63;

    /// <summary>Most hashes in a proof of one contiguous range of leaves.</summary>
    public const int MerkleRangeProofMax = 2 * MerkleDepthMax;
}
