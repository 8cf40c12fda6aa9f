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

/// <summary>The node at a glance.</summary>
internal sealed record StatusDocument(string Endpoint, ChainMessage Chain, MinerCount Miners, SpaceMessage Space);

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
[JsonSerializable(typeof(StatusDocument))]
internal sealed partial class CliJson : JsonSerializerContext;
