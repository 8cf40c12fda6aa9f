using Cess.Grains;

namespace Cess.Gateway.Objects;

/// <summary>What the chain's coded errors mean to a caller of the object store.</summary>
internal static class ChainErrors
{
    /// <summary>Throws when a transaction did not do what it says.</summary>
    public static void ThrowIfFailed(TransactionOutcome outcome)
    {
        if (!outcome.Succeeded)
            throw Translate(outcome.ErrorCode ?? "", outcome.ErrorMessage ?? "The transaction failed.");
    }

    /// <summary>The object store's error for a chain's.</summary>
    public static ObjectStoreException Translate(string code, string message) => new(
        code switch
        {
            "Files.BucketUnknown" => ObjectStoreError.NoSuchBucket,
            "Files.BucketNameInvalid" => ObjectStoreError.InvalidBucketName,
            "Files.BucketNameTaken" => ObjectStoreError.BucketAlreadyExists,
            "Files.BucketOfOtherAccount" or "Files.FileOfOtherAccount" => ObjectStoreError.AccessDenied,
            "Files.BucketNotEmpty" => ObjectStoreError.BucketNotEmpty,
            "Files.ConditionFailed" => ObjectStoreError.PreconditionFailed,
            "Files.PolicyInvalid" => ObjectStoreError.InvalidPolicy,
            "Files.SegmentsTooMany" or TransactionErrors.TooLarge => ObjectStoreError.EntityTooLarge,
            "Miners.SpaceInsufficient" => ObjectStoreError.InsufficientStorage,
            TransactionErrors.PoolFull => ObjectStoreError.SlowDown,
            _ => ObjectStoreError.ServiceUnavailable,
        },
        message);
}
