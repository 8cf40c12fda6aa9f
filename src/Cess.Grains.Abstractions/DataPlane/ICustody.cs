using Cess.Primitives;

namespace Cess.Grains;

/// <summary>
/// Account keys that this node holds for their owners. Keys never leave it. An account whose owner keeps the key elsewhere is
/// simply not held: its transactions arrive signed, its names and files stay closed to this node. Of an account whose key has been
/// rotated the former keys are held as well, and may be the only ones.
/// </summary>
public interface ICustody
{
    /// <summary>Whether this node can act for an account.</summary>
    bool Holds(AccountId account);

    /// <summary>Whether this node holds this key of an account: that of its beginning, or one that it was given since, or is to be.</summary>
    bool Holds(AccountId account, PublicKey key);

    /// <summary>The public key that a held account began with: the one whose hash it is.</summary>
    /// <exception cref="KeyNotFoundException">The account is not held.</exception>
    PublicKey PublicKeyOf(AccountId account);

    /// <summary>Signs a digest with a key that is held for an account.</summary>
    /// <exception cref="KeyNotFoundException">This key of the account is not held.</exception>
    Signature Sign(AccountId account, PublicKey key, Hash256 digest);

    /// <summary>Wraps the key of a bucket for the held account that is to own it.</summary>
    /// <param name="account">The owner.</param>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="bucketKey">32 bytes.</param>
    /// <returns>What the bucket's record is to have.</returns>
    /// <exception cref="KeyNotFoundException">The account is not held.</exception>
    byte[] SealBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> bucketKey);

    /// <summary>Unwraps the key of a bucket that a held account owns.</summary>
    /// <param name="account">The owner.</param>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="wrapped">As the bucket's record has it.</param>
    /// <param name="bucketKey">Receives 32 bytes, all zero if it fails; the caller erases it when done.</param>
    /// <returns>False when it was wrapped to a key that is not held or for another bucket, or altered.</returns>
    /// <exception cref="KeyNotFoundException">The account is not held.</exception>
    bool TryOpenBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> wrapped, Span<byte> bucketKey);
}
