using System.Text.Json.Serialization;
using Cess.Wire;

namespace Cess.Cli;

/// <summary>A failure, as --json writes it to the error output.</summary>
internal sealed record FailureDocument(Failure Error);

/// <summary>Code, sentence, and the request's name in the node's log.</summary>
internal sealed record Failure(string Code, string Message, string? RequestId);

/// <summary>An object that was stored, fetched, or listed.</summary>
internal sealed record ObjectDocument(
    string Bucket, string Name, long Bytes, [property: JsonPropertyName("etag")] string ETag, string FileId, DateTimeOffset? Time = null, ulong? Height = null, string? Path = null);

/// <summary>What put and get did.</summary>
internal sealed record TransferDocument(IReadOnlyList<ObjectDocument> Objects, long Bytes, double Seconds);

/// <summary>What is in a bucket.</summary>
internal sealed record ListingDocument(IReadOnlyList<ObjectDocument> Objects, IReadOnlyList<string> Prefixes);

/// <summary>A bucket.</summary>
internal sealed record BucketDocument(string Bucket, DateTimeOffset Created, ulong Objects, ulong Bytes);

/// <summary>The account's buckets.</summary>
internal sealed record BucketsDocument(IReadOnlyList<BucketDocument> Buckets);

/// <summary>What rm deleted.</summary>
internal sealed record DeletionDocument(string Bucket, IReadOnlyList<string> Deleted);

/// <summary>What mb and rb did.</summary>
internal sealed record BucketChangeDocument(string Bucket, ulong? Height);

/// <summary>A transfer of tokens.</summary>
internal sealed record PaymentDocument(string Transaction, ulong? Height, string From, string To, string Amount);

/// <summary>A call that an account has made.</summary>
internal sealed record CallDocument(string Transaction, ulong? Height, string Account, string Call);

/// <summary>Transactions that concern an account, the newest first.</summary>
internal sealed record TransactionsDocument(string Address, IReadOnlyList<TransactionMessage> Transactions);

/// <summary>A public key and the address that comes from it.</summary>
internal sealed record KeyDocument(string Key, string Address);

/// <summary>An account's new key.</summary>
internal sealed record RotationDocument(string Transaction, ulong? Height, string Account, string Key, string KeyFile);

/// <summary>What changed for a delegate.</summary>
internal sealed record DelegateChangeDocument(
    string Transaction, ulong? Height, string Account, string Delegate, string? Allowed = null, string? Limit = null);

/// <summary>What a delegate may still do.</summary>
internal sealed record DelegateDocument(string Account, string Delegate, string Allowed, string Left, ulong Until);

/// <summary>An account of several keys.</summary>
internal sealed record PolicyDocument(string Address, int Threshold, IReadOnlyList<string> Members);

/// <summary>A transaction of several keys on its way.</summary>
internal sealed record MultisigDocument(
    string Id, string Account, ulong Nonce, ulong ValidUntil, string Tip, string Call, IReadOnlyList<string> SignedBy, int Missing);

/// <summary>Tokens that wait for an era.</summary>
internal sealed record PendingDocument(string Amount, ulong Era);

/// <summary>What an account has staked, and what it is as a validator, if it is one.</summary>
internal sealed record StakeDocument(
    string Address, string Active, IReadOnlyList<PendingDocument> Unbonding, string? Status = null, int? CommissionPermille = null, string? Pool = null);

/// <summary>A validator of the era, or a candidate for the next. What does not hold, or is not known of it, is left out.</summary>
internal sealed record ValidatorDocument(
    string Address, string Stake, int? Seat, string? Key, uint? Blocks, bool? Absent, string? Status, ulong? JailedUntil, int? CommissionPermille,
    string? Pool, ulong? Credit, ulong? Points, uint? Punishments);

/// <summary>The era's validators by their seats, and the candidates who have none.</summary>
internal sealed record ValidatorsDocument(
    ulong Era, ulong Start, ulong End, IReadOnlyList<ValidatorDocument> Validators, IReadOnlyList<ValidatorDocument> Candidates);

/// <summary>An open proposal: a payment, or changes of parameters.</summary>
internal sealed record ProposalDocument(
    uint Number, string Proposer, ulong EnactAt, IReadOnlyList<string> Approvals, int Needed, int Validators, PaymentMessage? Payment,
    IReadOnlyList<ParameterChangeMessage>? Changes, bool? Outdated);

/// <summary>The open proposals.</summary>
internal sealed record ProposalsDocument(IReadOnlyList<ProposalDocument> Proposals);

/// <summary>A proposal that was made.</summary>
internal sealed record ProposedDocument(
    string Transaction, ulong? Height, string Account, string Call, uint Proposal, ulong EnactAt, PaymentMessage? Payment,
    IReadOnlyList<ParameterChangeMessage>? Changes);

/// <summary>The parameters in force, by their names.</summary>
internal sealed record ParametersDocument(IReadOnlyDictionary<string, string> Parameters);

/// <summary>Parameters that would change.</summary>
internal sealed record ChangesDocument(IReadOnlyList<ParameterChangeMessage> Changes);

/// <summary>The node at a glance.</summary>
internal sealed record StatusDocument(string Endpoint, ChainMessage Chain, MinerCount Miners, SpaceMessage Space);

/// <summary>The chain as its validators have certified it, and how to begin there.</summary>
internal sealed record TrustDocument(string Endpoint, string Genesis, bool GenesisTrusted, ulong Height, DateTimeOffset Time, ulong Era, string Start);

/// <summary>How all of it is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNameCaseInsensitive = true,
    Converters = [typeof(HashConverter)])]
[JsonSerializable(typeof(NodeFile))]
[JsonSerializable(typeof(FailureDocument))]
[JsonSerializable(typeof(TransferDocument))]
[JsonSerializable(typeof(ListingDocument))]
[JsonSerializable(typeof(BucketsDocument))]
[JsonSerializable(typeof(DeletionDocument))]
[JsonSerializable(typeof(BucketChangeDocument))]
[JsonSerializable(typeof(PaymentDocument))]
[JsonSerializable(typeof(CallDocument))]
[JsonSerializable(typeof(TransactionsDocument))]
[JsonSerializable(typeof(KeyDocument))]
[JsonSerializable(typeof(RotationDocument))]
[JsonSerializable(typeof(DelegateChangeDocument))]
[JsonSerializable(typeof(DelegateDocument))]
[JsonSerializable(typeof(PolicyDocument))]
[JsonSerializable(typeof(MultisigDocument))]
[JsonSerializable(typeof(StakeDocument))]
[JsonSerializable(typeof(ValidatorsDocument))]
[JsonSerializable(typeof(ProposalDocument))]
[JsonSerializable(typeof(ProposalsDocument))]
[JsonSerializable(typeof(ProposedDocument))]
[JsonSerializable(typeof(ParametersDocument))]
[JsonSerializable(typeof(ChangesDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(TrustDocument))]
internal sealed partial class CliJson : JsonSerializerContext;
