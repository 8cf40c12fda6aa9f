namespace Cess.Client;

/// <summary>
/// A coded failure. The code is the door's ("buckets.not_found", see docs/rest.md), the ledger's when a transaction did not do
/// what it says ("Files.BucketNameTaken"), or one of <see cref="ClientErrors"/>.
/// </summary>
public sealed class CessException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="code">What went wrong, for programs.</param>
    /// <param name="message">The same for people.</param>
    /// <param name="cause">What brought it about.</param>
    public CessException(string code, string message, Exception? cause = null)
        : base(message, cause) => Code = code;

    /// <summary>What went wrong, for programs.</summary>
    public string Code { get; }

    /// <summary>HTTP status of the answer; null when it did not come as an answer.</summary>
    public int? Status { get; init; }

    /// <summary>Names the request in the node's log; null when there was no answer.</summary>
    public string? RequestId { get; init; }

    /// <summary>Whether the same call may succeed later without anybody changing anything.</summary>
    public bool IsTransient { get; init; }
}

/// <summary>Codes of what the client itself finds wrong.</summary>
public static class ClientErrors
{
    /// <summary>No node answers at the endpoint.</summary>
    public const string Unreachable = "client.unreachable";

    /// <summary>The node did not answer in time.</summary>
    public const string Timeout = "client.timeout";

    /// <summary>The answer is not what the protocol says.</summary>
    public const string BadAnswer = "client.bad_answer";

    /// <summary>The gateway named other fragments than those of the segment that it was sent: it altered it, or would declare something else.</summary>
    public const string RootsDiffer = "client.roots_differ";

    /// <summary>What was read is not what the owner of the key stored.</summary>
    public const string NotAuthentic = "client.not_authentic";

    /// <summary>The node answers with an error where it should prove something.</summary>
    public const string NotProven = "client.not_proven";

    /// <summary>Whether a transaction or an upload took effect is not known: the node does not show it, nor that it can't have.</summary>
    public const string OutcomeUnknown = "client.outcome_unknown";

    /// <summary>The node shows an older state than it, or another, has shown before.</summary>
    public const string Stale = "client.stale";

    /// <summary>The newest block that the node shows is older than <see cref="CessClientOptions.StateAgeMax"/>.</summary>
    public const string TooOld = "client.too_old";

    /// <summary>A block is older than the era that is trusted, or than those that are remembered.</summary>
    public const string EraUnverifiable = "client.era_unverifiable";

    /// <summary>The bucket's key is wrapped to another account, or altered.</summary>
    public const string BucketKeyClosed = "client.bucket_key_closed";

    /// <summary>The content is longer than one file can be under its policy.</summary>
    public const string TooLarge = "client.too_large";

    /// <summary>The name is empty, too long, or no text; or the metadata is too much.</summary>
    public const string InvalidName = "client.invalid_name";

    /// <summary>The policy is not of the form k+m, or needs more memory than the client may use.</summary>
    public const string InvalidPolicy = "client.invalid_policy";

    /// <summary>The node has forgotten the upload, and the content cannot be read again from its start.</summary>
    public const string UploadLost = "client.upload_lost";

    /// <summary>The content changed while it was read.</summary>
    public const string ContentChanged = "client.content_changed";

    /// <summary>Other transactions of the account kept taking the nonce; none of those that were sent is final.</summary>
    public const string NonceContended = "client.nonce_contended";

    /// <summary>The key is none of the account's several keys.</summary>
    public const string NotAMember = "client.not_a_member";

    /// <summary>Signatures are for another transaction.</summary>
    public const string OtherTransaction = "client.other_transaction";

    /// <summary>The node's chain is not the one that is trusted, or that the transaction is for.</summary>
    public const string OtherChain = "client.other_chain";

    /// <summary>Too few members have signed.</summary>
    public const string SignaturesMissing = "client.signatures_missing";

    /// <summary>A bound of the client is reached.</summary>
    public const string LimitReached = "client.limit_reached";
}
