using System.Globalization;
using Cess.Gateway.Objects;
using Cess.Gateway.S3.Checksums;
using Cess.Gateway.S3.Xml;

namespace Cess.Gateway.S3.Operations;

/// <summary>A part as CompleteMultipartUpload names it.</summary>
/// <param name="Number">1 to 10,000.</param>
/// <param name="ETag">Without quotes.</param>
/// <param name="Checksums">Those that the client repeats, by the name of their header.</param>
internal sealed record NamedPart(int Number, string ETag, IReadOnlyDictionary<string, string> Checksums)
{
    /// <exception cref="S3Exception">MalformedXML, InvalidArgument.</exception>
    public static NamedPart Read(BoundedXml xml)
    {
        string? number = null;
        string? etag = null;
        Dictionary<string, string> checksums = [];
        xml.Children(field =>
        {
            string text = xml.Text();
            if (field == "PartNumber")
                number = text;
            else if (field == "ETag")
                etag = text;
            foreach (ChecksumAlgorithm algorithm in ChecksumAlgorithm.All)
            {
                if (field == algorithm.Element)
                    checksums[algorithm.Header] = text.Trim();
            }
        });
        if (etag is null || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            throw new S3Exception(S3Errors.MalformedXml);
        return value is >= 1 and <= S3Limits.PartNumberMax
            ? new NamedPart(value, StoredHeaders.Unquote(etag), checksums)
            : throw S3Request.InvalidArgument("partNumber", number, "PartNumber must be >= 1 and <= 10000");
    }

    /// <summary>
    /// False when a checksum is not the stored part's; one that the part was stored without cannot be compared.
    /// </summary>
    public bool MatchesChecksums(PartInfo stored)
    {
        foreach ((string header, string value) in Checksums)
        {
            if (stored.Headers.TryGetValue(header, out string? kept) && kept != value)
                return false;
        }

        return true;
    }
}
