using Microsoft.AspNetCore.Http;

namespace Cess.Peers;

/// <summary>Answers with bytes that are known as a whole.</summary>
internal static class BinaryAnswer
{
    public const string ContentType = "application/octet-stream";

    public static async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        http.Response.ContentType = ContentType;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, cancellation);
    }
}
