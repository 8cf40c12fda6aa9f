using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cess.Primitives;

namespace Cess.Wire;

/// <summary>How the messages are written as JSON: camel case, hashes in hex, bytes in base 64, times in ISO 8601 UTC, absent for null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 16,
    Converters = [typeof(HashConverter)])]
[JsonSerializable(typeof(ErrorMessage))]
[JsonSerializable(typeof(StatusMessage))]
[JsonSerializable(typeof(MinerList))]
[JsonSerializable(typeof(AccountMessage))]
[JsonSerializable(typeof(BlockPage))]
[JsonSerializable(typeof(TransactionMessage))]
[JsonSerializable(typeof(TransactionPage))]
[JsonSerializable(typeof(EventMessage))]
[JsonSerializable(typeof(HeadMessage))]
[JsonSerializable(typeof(BlockMessage))]
[JsonSerializable(typeof(SubmissionMessage))]
[JsonSerializable(typeof(ProposalList))]
[JsonSerializable(typeof(ProposalMessage))]
[JsonSerializable(typeof(ValidatorList))]
[JsonSerializable(typeof(BucketList))]
[JsonSerializable(typeof(ObjectPage))]
[JsonSerializable(typeof(FileMessage))]
[JsonSerializable(typeof(UploadRequest))]
[JsonSerializable(typeof(UploadMessage))]
[JsonSerializable(typeof(CompletedMessage))]
public sealed partial class WireJson : JsonSerializerContext
{
    // The generated half initialises Default, in an order that is not defined against this half.
    private static readonly Lazy<WireJson> s_readable =
        new(() => new WireJson(new JsonSerializerOptions(Default!.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    /// <summary>The same, without escapes that only JSON within HTML needs: "4+8" stays readable.</summary>
    public static WireJson Readable => s_readable.Value;
}

/// <summary>Writes a hash as 64 hexadecimal digits.</summary>
public sealed class HashConverter : JsonConverter<Hash256>
{
    /// <inheritdoc/>
    public override Hash256 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Hash256.TryParse(reader.GetString(), out Hash256 hash) ? hash : throw new JsonException("A hash has 64 hexadecimal digits.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Hash256 value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
