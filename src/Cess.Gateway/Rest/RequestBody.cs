using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cess.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Cess.Gateway.Rest;

/// <summary>Reads bodies up to a bound and no further.</summary>
internal static class RequestBody
{
    public const string Binary = "application/octet-stream";

    /// <summary>The announced length; the server cuts the body off there.</summary>
    /// <exception cref="RestException">LengthRequired, TooLarge, Incomplete.</exception>
    public static int RequireLength(HttpContext context, int bytesMax)
    {
        long length = context.Request.ContentLength
            ?? throw new RestException(WireErrors.LengthRequired, WireErrors.LengthRequired.Meaning);
        if (length > bytesMax)
            throw new RestException(WireErrors.TooLarge, $"The body has {length} bytes; this path takes {bytesMax}.");

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = bytesMax;
        return (int)length;
    }

    /// <summary>The whole of a binary body.</summary>
    /// <exception cref="RestException">UnsupportedMediaType, LengthRequired, TooLarge, Incomplete, DigestMismatch, SlowDown.</exception>
    public static async Task<byte[]> ReadBinaryAsync(HttpContext context, int bytesMax)
    {
        RequireContentType(context, Binary);
        return await ReadAsync(context, bytesMax);
    }

    /// <summary>A JSON body.</summary>
    /// <exception cref="RestException">UnsupportedMediaType, LengthRequired, TooLarge, Incomplete, DigestMismatch, SlowDown, Malformed.</exception>
    public static async Task<T> ReadJsonAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        RequireContentType(context, "application/json");
        byte[] body = await ReadAsync(context, RestLimits.JsonBodyBytesMax);
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new RestException(WireErrors.Malformed, "The body is null.");
        }
        catch (JsonException e)
        {
            throw new RestException(WireErrors.Malformed, $"The body is not the JSON that this path takes (at {e.Path}).", e);
        }
    }

    private static void RequireContentType(HttpContext context, string expected)
    {
        string type = context.Request.ContentType?.Split(';')[0].Trim() ?? "";
        if (!type.Equals(expected, StringComparison.OrdinalIgnoreCase))
            throw new RestException(WireErrors.UnsupportedMediaType, $"The body must be {expected}.");
    }

    private static async Task<byte[]> ReadAsync(HttpContext context, int bytesMax)
    {
        int length = RequireLength(context, bytesMax);
        return await context.RequestServices.GetRequiredService<WholeBodies>().ReadAsync(context, length, async cancellation =>
        {
            byte[] body = new byte[length];
            int read = await context.Request.Body.ReadAtLeastAsync(body, length, throwOnEndOfStream: false, cancellation);
            if (read < length)
                throw new RestException(WireErrors.Incomplete, $"The body ended after {read} of {length} bytes.");

            // Only at a body's end is a signed digest checked.
            return await context.Request.Body.ReadAsync(new byte[1], cancellation) == 0
                ? body
                : throw new RestException(WireErrors.Malformed, "The body is longer than announced.");
        });
    }
}
