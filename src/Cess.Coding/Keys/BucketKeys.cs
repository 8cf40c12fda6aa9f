using System.Security.Cryptography;

namespace Cess.Coding;

/// <summary>
/// What a bucket's 32-byte key expands to: a key that tags object names, one that encrypts them, one that encrypts
/// metadata, and one that wraps file keys. May be used by many threads. Disposal erases them all.
/// </summary>
public sealed class BucketKeys : IDisposable
{
    /// <summary>Bytes of a bucket key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of a name's tag.</summary>
    public const int NameTagBytes = HMACSHA256.HashSizeInBytes;

    /// <summary>Bytes of a wrapped file key: nonce, key, tag.</summary>
    public const int WrappedKeyBytes = GcmKey.NonceBytes + FileKey.Bytes + GcmKey.TagBytes;

    /// <summary>How much longer an encrypted name is than the name in UTF-8.</summary>
    public const int NameOverheadBytes = GcmKey.NonceBytes + GcmKey.TagBytes;

    /// <summary>How much longer encrypted metadata is than the metadata.</summary>
    public const int MetadataOverheadBytes = GcmKey.NonceBytes + GcmKey.TagBytes;

    private readonly byte[] _tagKey = GC.AllocateUninitializedArray<byte>(KeyBytes, pinned: true);
    private readonly GcmKey _nameKey;
    private readonly GcmKey _metadataKey;
    private readonly GcmKey _wrapKey;
    private readonly IRandomSource _random;
    private volatile bool _disposed;

    /// <summary>Expands a bucket key.</summary>
    /// <param name="bucketKey">32 bytes; they are not kept.</param>
    /// <param name="random">Where nonces come from.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public BucketKeys(ReadOnlySpan<byte> bucketKey, IRandomSource random)
    {
        if (bucketKey.Length != KeyBytes)
            throw new CodingException(CodingError.LengthInvalid, $"a bucket key has {KeyBytes} bytes, not {bucketKey.Length}");
        _random = random;
        Expand(bucketKey, "cess/bucket/name-tag/v1"u8, _tagKey);

        Span<byte> key = stackalloc byte[GcmKey.KeyBytes];
        Expand(bucketKey, "cess/bucket/name/v1"u8, key);
        _nameKey = new(key);
        Expand(bucketKey, "cess/bucket/metadata/v1"u8, key);
        _metadataKey = new(key);
        Expand(bucketKey, "cess/bucket/file-key/v1"u8, key);
        _wrapKey = new(key);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>
    /// The tag by which an object is found without its name: HMAC-SHA256. Equal names of a bucket have equal tags; without
    /// the bucket key a tag says nothing about its name.
    /// </summary>
    /// <param name="utf8Name">The object's name, at most <see cref="CodingLimits.NameBytesMax"/> bytes.</param>
    /// <param name="tag">Receives 32 bytes.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public void NameTag(ReadOnlySpan<byte> utf8Name, Span<byte> tag)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        RequireName(utf8Name.Length);
        if (tag.Length != NameTagBytes)
            throw new CodingException(CodingError.LengthInvalid, $"a name tag has {NameTagBytes} bytes, not {tag.Length}");
        HMACSHA256.HashData(_tagKey, utf8Name, tag);
    }

    /// <summary>Encrypts an object's name under its tag.</summary>
    /// <param name="utf8Name">The name, at most <see cref="CodingLimits.NameBytesMax"/> bytes.</param>
    /// <returns>Nonce ‖ ciphertext ‖ tag: the name's length and 28 bytes.</returns>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public byte[] EncryptName(ReadOnlySpan<byte> utf8Name)
    {
        Span<byte> tag = stackalloc byte[NameTagBytes];
        NameTag(utf8Name, tag);
        byte[] sealedName = new byte[utf8Name.Length + NameOverheadBytes];
        Seal(_nameKey, utf8Name, tag, sealedName);
        return sealedName;
    }

    /// <summary>Decrypts an object's name and checks that it belongs to its tag.</summary>
    /// <param name="encryptedName">What <see cref="EncryptName"/> made.</param>
    /// <param name="tag">The name's tag.</param>
    /// <param name="utf8Name">The name, or empty.</param>
    /// <returns>Why not: <see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.NameNotAuthentic"/>.</returns>
    public CodingError TryDecryptName(ReadOnlySpan<byte> encryptedName, ReadOnlySpan<byte> tag, out byte[] utf8Name)
    {
        utf8Name = [];
        int length = encryptedName.Length - NameOverheadBytes;
        if (length is < 0 or > CodingLimits.NameBytesMax || tag.Length != NameTagBytes)
            return CodingError.LengthInvalid;

        byte[] name = new byte[length];
        Span<byte> expected = stackalloc byte[NameTagBytes];
        if (!TryOpen(_nameKey, encryptedName, tag, name))
            return CodingError.NameNotAuthentic;
        NameTag(name, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag))
            return CodingError.NameNotAuthentic;
        utf8Name = name;
        return CodingError.None;
    }

    /// <summary>Encrypts an object's metadata under the tag of its name.</summary>
    /// <param name="metadata">At most <see cref="CodingLimits.MetadataBytesMax"/> bytes.</param>
    /// <param name="tag">The name's tag.</param>
    /// <returns>Nonce ‖ ciphertext ‖ tag: the metadata's length and 28 bytes.</returns>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public byte[] EncryptMetadata(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> tag)
    {
        if (metadata.Length > CodingLimits.MetadataBytesMax || tag.Length != NameTagBytes)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"metadata of {metadata.Length} bytes, of {CodingLimits.MetadataBytesMax}, under a tag of {tag.Length}");
        }
        byte[] sealedMetadata = new byte[metadata.Length + MetadataOverheadBytes];
        Seal(_metadataKey, metadata, tag, sealedMetadata);
        return sealedMetadata;
    }

    /// <summary>Decrypts an object's metadata and checks that it belongs to the tag of its name.</summary>
    /// <param name="encryptedMetadata">What <see cref="EncryptMetadata"/> made.</param>
    /// <param name="tag">The name's tag.</param>
    /// <param name="metadata">The metadata, or empty.</param>
    /// <returns>Why not: <see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.MetadataNotAuthentic"/>.</returns>
    public CodingError TryDecryptMetadata(ReadOnlySpan<byte> encryptedMetadata, ReadOnlySpan<byte> tag, out byte[] metadata)
    {
        metadata = [];
        int length = encryptedMetadata.Length - MetadataOverheadBytes;
        if (length is < 0 or > CodingLimits.MetadataBytesMax || tag.Length != NameTagBytes)
            return CodingError.LengthInvalid;

        byte[] opened = new byte[length];
        if (!TryOpen(_metadataKey, encryptedMetadata, tag, opened))
            return CodingError.MetadataNotAuthentic;
        metadata = opened;
        return CodingError.None;
    }

    /// <summary>Wraps a file key.</summary>
    /// <param name="fileKey">32 bytes.</param>
    /// <param name="context">What the key belongs to; the same bytes open it.</param>
    /// <param name="wrapped">Receives 60 bytes.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public void WrapFileKey(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> context, Span<byte> wrapped)
    {
        RequireKeys(fileKey.Length, wrapped.Length);
        Seal(_wrapKey, fileKey, context, wrapped);
    }

    /// <summary>Unwraps a file key.</summary>
    /// <param name="wrapped">60 bytes.</param>
    /// <param name="context">What the key belongs to.</param>
    /// <param name="fileKey">Receives 32 bytes; all zero if it fails. The caller erases it when done.</param>
    /// <returns><see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.KeyNotAuthentic"/>.</returns>
    public CodingError TryUnwrapFileKey(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> context, Span<byte> fileKey)
    {
        if (wrapped.Length != WrappedKeyBytes || fileKey.Length != FileKey.Bytes)
            return CodingError.LengthInvalid;
        return TryOpen(_wrapKey, wrapped, context, fileKey) ? CodingError.None : CodingError.KeyNotAuthentic;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_tagKey);
        _nameKey.Dispose();
        _metadataKey.Dispose();
        _wrapKey.Dispose();
    }

    private void Seal(GcmKey key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData, Span<byte> output)
    {
        Span<byte> nonce = output[..GcmKey.NonceBytes];
        _random.Fill(nonce);
        key.Encrypt(
            nonce, plaintext, output.Slice(GcmKey.NonceBytes, plaintext.Length), output[^GcmKey.TagBytes..], associatedData);
    }

    private static bool TryOpen(
        GcmKey key, ReadOnlySpan<byte> input, ReadOnlySpan<byte> associatedData, Span<byte> plaintext) =>
        key.TryDecrypt(
            input[..GcmKey.NonceBytes], input[GcmKey.NonceBytes..^GcmKey.TagBytes], input[^GcmKey.TagBytes..],
            plaintext, associatedData);

    private static void Expand(ReadOnlySpan<byte> bucketKey, ReadOnlySpan<byte> info, Span<byte> key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, bucketKey, key, salt: [], info);

    private static void RequireName(int length)
    {
        if (length > CodingLimits.NameBytesMax)
            throw new CodingException(CodingError.LengthInvalid, $"a name of {length} bytes, of {CodingLimits.NameBytesMax}");
    }

    private static void RequireKeys(int fileKeyLength, int wrappedLength)
    {
        if (fileKeyLength != FileKey.Bytes || wrappedLength != WrappedKeyBytes)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"a file key has {FileKey.Bytes} bytes and {WrappedKeyBytes} wrapped, not {fileKeyLength} and {wrappedLength}");
        }
    }
}
