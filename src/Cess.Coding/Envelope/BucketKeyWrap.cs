using System.Text;
using Cess.Primitives;

namespace Cess.Coding;

/// <summary>
/// A bucket's key as it stands in the bucket's record: wrapped to its owner by <see cref="KeyWrap"/>, for the domain
/// "cess/bucket-key/v1" and bound to the bucket's name, so that it can't be moved to another bucket.
/// </summary>
public static class BucketKeyWrap
{
    private static ReadOnlySpan<byte> Info => "cess/bucket-key/v1"u8;

    /// <summary>Wraps a bucket's key to its owner.</summary>
    /// <param name="owner">The owner's public key.</param>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="bucketKey">32 bytes.</param>
    /// <param name="random">Where the ephemeral key comes from.</param>
    /// <returns><see cref="KeyWrap.WrappedBytes"/> bytes.</returns>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    /// <exception cref="KeyException"><see cref="KeyError.NotOnCurve"/>.</exception>
    public static byte[] Seal(PublicKey owner, string bucket, ReadOnlySpan<byte> bucketKey, IRandomSource random) =>
        KeyWrap.Seal(owner, bucketKey, Info, Encoding.UTF8.GetBytes(bucket), random);

    /// <summary>Unwraps a bucket's key.</summary>
    /// <param name="owner">The owner's private key.</param>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="wrapped">As the bucket's record has it.</param>
    /// <param name="bucketKey">Receives 32 bytes; all zero if it fails. The caller erases it when done.</param>
    /// <returns><see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.KeyNotAuthentic"/>.</returns>
    public static CodingError TryOpen(PrivateKey owner, string bucket, ReadOnlySpan<byte> wrapped, Span<byte> bucketKey) =>
        KeyWrap.TryOpen(owner, wrapped, Info, Encoding.UTF8.GetBytes(bucket), bucketKey);
}
