using Cess.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cess.Peers;

/// <summary>Gives and takes records. Anybody may: they prove themselves.</summary>
internal sealed class RecordEndpoints(PeerBook book, PeerMetrics metrics)
{
    public async Task GetAsync(HttpContext http, CancellationToken cancellation)
    {
        (ReadOnlyMemory<byte> bytes, string tag) = book.Encoded;
        http.Response.Headers.ETag = tag;
        if (http.Request.Headers[HeaderNames.IfNoneMatch] == tag)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await BinaryAnswer.WriteAsync(http, bytes, cancellation);
    }

    /// <summary>204 if all are in the book now; 202 if some are not, which may be by another time.</summary>
    public async Task PostAsync(HttpContext http, CancellationToken cancellation)
    {
        byte[] bytes = await BoundedBody.ReadAsync(http.Request.Body, PeerLimits.PostBytesMax, cancellation);
        PeerRecord[] records = Scale.Decode<PeerRecords>(bytes).Records;
        if (records.Length > PeerLimits.RecordsPerPostMax)
            throw new PeerException(PeerError.TooLong, $"{records.Length} records where {PeerLimits.RecordsPerPostMax} are allowed.");

        PeerError[] answers = new PeerError[records.Length];
        book.Add(records, answers);
        PeerError[] refusals = [.. answers.Where(answer => answer != PeerError.None)];
        foreach (PeerError refusal in refusals)
            metrics.Refused(refusal);
        http.Response.StatusCode = refusals.Length == 0 ? StatusCodes.Status204NoContent : StatusCodes.Status202Accepted;
    }
}
