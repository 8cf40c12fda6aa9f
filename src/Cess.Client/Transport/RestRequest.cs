using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cess.Client.Transport;

/// <summary>A request that can be sent any number of times.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Path and query, escaped.</param>
internal sealed record RestRequest(HttpMethod Method, string Path)
{
    /// <summary>Whether the account signs it.</summary>
    public bool IsSigned { get; init; }

    /// <summary>Its body; must not change until the last attempt.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What the body is; null for a request without one.</summary>
    public string? ContentType { get; init; }

    /// <summary>Bytes of the answer that are wanted; null for all.</summary>
    public RangeHeaderValue? Range { get; init; }

    public static RestRequest Get(string path) => new(HttpMethod.Get, path);

    public static RestRequest GetSigned(string path) => new(HttpMethod.Get, path) { IsSigned = true };

    public static RestRequest Send(HttpMethod method, string path, ReadOnlyMemory<byte> body) =>
        new(method, path) { Body = body, ContentType = "application/octet-stream" };

    public static RestRequest SendJson<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type) =>
        new(method, path) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type), ContentType = "application/json" };

    public RestRequest Signed() => this with { IsSigned = true };
}
