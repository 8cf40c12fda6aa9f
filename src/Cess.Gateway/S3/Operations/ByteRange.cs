using System.Globalization;

namespace Cess.Gateway.S3.Operations;

/// <summary>A run of an object's bytes.</summary>
/// <param name="Offset">Of its first byte.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct ByteRange(long Offset, long Length)
{
    private const string Unit = "bytes=";

    /// <summary>
    /// The range that a Range header asks for; null when the whole object is the answer: no header, another unit, broken
    /// syntax, or several ranges, which S3 does not serve (RFC 9110, 14.2 lets it).
    /// </summary>
    /// <exception cref="S3Exception">InvalidRange: nothing of the object is in it.</exception>
    public static ByteRange? Read(string? header, long objectLength)
    {
        if (header is null || !header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
            return null;
        ReadOnlySpan<char> range = header.AsSpan(Unit.Length).Trim();
        int hyphen = range.IndexOf('-');
        if (hyphen < 0)
            return null;
        bool hasFirst = TryParse(range[..hyphen], out long first);
        bool hasLast = TryParse(range[(hyphen + 1)..], out long last);
        bool isOpen = hyphen == range.Length - 1;
        if (hyphen == 0)
        {
            if (!hasLast)
                return null;
            return last > 0 && objectLength > 0
                ? new ByteRange(Math.Max(0, objectLength - last), Math.Min(last, objectLength))
                : throw NotSatisfiable(header, objectLength);
        }

        if (!hasFirst || (!hasLast && !isOpen) || (hasLast && last < first))
            return null;
        if (first >= objectLength)
            throw NotSatisfiable(header, objectLength);
        long end = isOpen ? objectLength : Math.Min(last, objectLength - 1) + 1;
        return new ByteRange(first, end - first);
    }

    /// <summary>The range of x-amz-copy-source-range, which must be "bytes=first-last" and inside the source.</summary>
    /// <exception cref="S3Exception">InvalidArgument, InvalidRange.</exception>
    public static ByteRange ReadCopySource(string header, long objectLength)
    {
        ReadOnlySpan<char> range = header.AsSpan();
        int hyphen = range.IndexOf('-');
        if (!range.StartsWith(Unit, StringComparison.Ordinal) || hyphen < Unit.Length
            || !TryParse(range[Unit.Length..hyphen], out long first) || !TryParse(range[(hyphen + 1)..], out long last)
            || last < first)
        {
            throw S3Request.InvalidArgument(
                "x-amz-copy-source-range", header,
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
                + "zero-based offsets of the first and last bytes to copy");
        }

        return last < objectLength
            ? new ByteRange(first, last - first + 1)
            : throw S3Request.InvalidArgument(
                "x-amz-copy-source-range", header, $"Range specified is not valid for source object of size: {objectLength}");
    }

    /// <summary>As Content-Range says it.</summary>
    public string ContentRange(long objectLength) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {Offset}-{Offset + Length - 1}/{objectLength}");

    /// <summary>A number past any object's size stands for the largest.</summary>
    private static bool TryParse(ReadOnlySpan<char> digits, out long number)
    {
        if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            return true;
        number = long.MaxValue;
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9');
    }

    private static S3Exception NotSatisfiable(string header, long objectLength) => new(
        S3Errors.InvalidRange, null, ("RangeRequested", header),
        ("ActualObjectSize", objectLength.ToString(CultureInfo.InvariantCulture)));
}
