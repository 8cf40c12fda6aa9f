using System.Text;
using Cess.Primitives;

namespace Cess.Coding;

/// <summary>
/// What a file's record shows of an object: everything sealed by its bucket's keys, and bound to the tag of its name, so that
/// neither name, nor key, nor metadata can be moved to another object.
/// </summary>
/// <param name="NameTag">Keyed hash of the name: what the name is looked up by.</param>
/// <param name="EncryptedName">The name, sealed.</param>
/// <param name="WrappedFileKey">The file's key, wrapped.</param>
/// <param name="EncryptedMetadata">An <see cref="ObjectMetadata"/>, sealed.</param>
public sealed record ObjectEnvelope(
    Hash256 NameTag, ReadOnlyMemory<byte> EncryptedName, ReadOnlyMemory<byte> WrappedFileKey, ReadOnlyMemory<byte> EncryptedMetadata)
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The tag of a name.</summary>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>: the name is empty, too long, or no valid text.</exception>
    public static Hash256 TagOf(BucketKeys keys, string name)
    {
        Span<byte> tag = stackalloc byte[BucketKeys.NameTagBytes];
        keys.NameTag(NameBytes(name), tag);
        return Hash256.FromBytes(tag);
    }

    /// <summary>Seals an object.</summary>
    /// <param name="keys">Its bucket's keys.</param>
    /// <param name="name">Its name, 1 to <see cref="CodingLimits.NameBytesMax"/> bytes of UTF-8.</param>
    /// <param name="fileKey">32 bytes.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>: the name is empty, too long, or no valid text.</exception>
    public static ObjectEnvelope Seal(BucketKeys keys, string name, ReadOnlySpan<byte> fileKey, ObjectMetadata metadata)
    {
        byte[] utf8Name = NameBytes(name);
        Span<byte> tag = stackalloc byte[BucketKeys.NameTagBytes];
        keys.NameTag(utf8Name, tag);
        byte[] wrapped = new byte[BucketKeys.WrappedKeyBytes];
        keys.WrapFileKey(fileKey, tag, wrapped);
        return new ObjectEnvelope(
            Hash256.FromBytes(tag), keys.EncryptName(utf8Name), wrapped, keys.EncryptMetadata(Scale.Encode(metadata), tag));
    }

    /// <summary>The name.</summary>
    /// <returns>Why not: <see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.NameNotAuthentic"/>.</returns>
    public CodingError TryOpenName(BucketKeys keys, out string name)
    {
        name = "";
        CodingError error = keys.TryDecryptName(EncryptedName.Span, NameTag.ToArray(), out byte[] utf8Name);
        if (error != CodingError.None)
            return error;
        try
        {
            name = s_strictUtf8.GetString(utf8Name);
            return CodingError.None;
        }
        catch (DecoderFallbackException)
        {
            return CodingError.NameNotAuthentic;
        }
    }

    /// <summary>The metadata.</summary>
    /// <returns>Why not: <see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.MetadataNotAuthentic"/>.</returns>
    public CodingError TryOpenMetadata(BucketKeys keys, out ObjectMetadata metadata)
    {
        metadata = null!;
        CodingError error = keys.TryDecryptMetadata(EncryptedMetadata.Span, NameTag.ToArray(), out byte[] encoded);
        if (error != CodingError.None)
            return error;
        return Scale.TryDecode(encoded, out metadata!, out _) ? CodingError.None : CodingError.MetadataNotAuthentic;
    }

    /// <summary>The file's key.</summary>
    /// <param name="keys">The bucket's keys.</param>
    /// <param name="fileKey">Receives 32 bytes; all zero if it fails. The caller erases it when done.</param>
    /// <returns>Why not: <see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.KeyNotAuthentic"/>.</returns>
    public CodingError TryOpenFileKey(BucketKeys keys, Span<byte> fileKey) =>
        keys.TryUnwrapFileKey(WrappedFileKey.Span, NameTag.ToArray(), fileKey);

    private static byte[] NameBytes(string name)
    {
        try
        {
            byte[] utf8Name = s_strictUtf8.GetBytes(name);
            return utf8Name.Length > 0
                ? utf8Name
                : throw new CodingException(CodingError.LengthInvalid, "an object's name has at least one byte");
        }
        catch (EncoderFallbackException)
        {
            throw new CodingException(CodingError.LengthInvalid, "an object's name is text without lone surrogates");
        }
    }
}
