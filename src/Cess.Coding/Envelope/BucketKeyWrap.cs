using System.Text;
using Cess.Primitives;

namespace Cess.Coding;

/// <summary>
/// A bucket's key as it stands in the bucket's record: wrapped by its owner for itself by <see cref="KeyWrap"/>, for the domain
/// "cess/bucket-key/v2" and bound to the bucket's name. So it can't be moved to another bucket, and a node that shows a record can't
/// put a key of its own there.
/// </summary>
public static class BucketKeyWrap
{
    private static ReadOnlySpan<byte> Info => "cess/bucket-key/v2"u8;

    private static ReadOnlySpan<byte> FormerInfo => "cess/bucket-key/v1"u8;

    /// <summary>Wraps a bucket's key for its owner.</summary>
    /// <param name="owner">The owner's private key.</param>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="bucketKey">32 bytes.</param>
    /// <param name="random">Where the ephemeral key comes from.</param>
    /// <returns><see cref="KeyWrap.WrappedBytes"/> bytes.</returns>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public static byte[] Seal(PrivateKey owner, string bucket, ReadOnlySpan<byte> bucketKey, IRandomSource random) =>
        KeyWrap.Seal(owner, bucketKey, Info, Encoding.UTF8.GetBytes(bucket), random);

    /// <summary>Unwraps a bucket's key that its owner has wrapped.</summary>
    /// <param name="owner">The owner's private key.</param>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="wrapped">As the bucket's record has it.</param>
    /// <param name="bucketKey">Receives 32 bytes; all zero if it fails. The caller erases it when done.</param>
    /// <returns><see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.KeyNotAuthentic"/>.</returns>
    public static CodingError TryOpen(PrivateKey owner, string bucket, ReadOnlySpan<byte> wrapped, Span<byte> bucketKey) =>
        KeyWrap.TryOpen(owner, wrapped, Info, Encoding.UTF8.GetBytes(bucket), bucketKey);

    /// <summary>
    /// As <see cref="TryOpen"/>, and opens keys of version 1, too, which did not say who had wrapped them. For who has executed the
    /// chain itself, and so knows that the record is its owner's.
    /// </summary>
    /// <inheritdoc cref="TryOpen"/>
    public static CodingError TryOpenFromChain(PrivateKey owner, string bucket, ReadOnlySpan<byte> wrapped, Span<byte> bucketKey) =>
        TryOpen(owner, bucket, wrapped, bucketKey) is var error and not CodingError.KeyNotAuthentic
            ? error
            : KeyWrap.TryOpenFromAnybody(owner, wrapped, FormerInfo, Encoding.UTF8.GetBytes(bucket), bucketKey);
}
