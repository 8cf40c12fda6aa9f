using Cess.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cess.Gateway.Rest.Files;

/// <summary>What a Range field (RFC 9110, section 14.2) asks of a content. One range at most.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">How many.</param>
/// <param name="IsPartial">False when no range was asked for.</param>
internal readonly record struct ByteRange(int Offset, int Length, bool IsPartial)
{
    /// <exception cref="RestException">RangeNotSatisfiable.</exception>
    public static ByteRange Of(HttpRequest request, int contentLength)
    {
        if (request.Headers.Range.Count == 0)
            return new ByteRange(0, contentLength, IsPartial: false);

        RangeHeaderValue? asked = request.GetTypedHeaders().Range;
        if (asked is not { Ranges.Count: 1 } || !asked.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase))
            throw NotSatisfiable(contentLength);

        RangeItemHeaderValue range = asked.Ranges.Single();
        long first = range.From ?? Math.Max(contentLength - range.To!.Value, 0);
        long last = range.From is null ? contentLength - 1 : Math.Min(range.To ?? long.MaxValue, contentLength - 1);
        return first <= last && first < contentLength
            ? new ByteRange((int)first, (int)(last - first + 1), IsPartial: true)
            : throw NotSatisfiable(contentLength);
    }

    private static RestException NotSatisfiable(int contentLength) =>
        new(WireErrors.RangeNotSatisfiable, $"The range must be bytes=first-last within 0 to {contentLength - 1}.");
}
