using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cess.TestNetwork;

/// <summary>
/// AWS Signature Version 4 in the <c>Authorization</c> header, written from its specification and apart from the product's own
/// code, so that the two check each other, and so that a test can send what no client would.
/// </summary>
/// <param name="accessKeyId">Whose key.</param>
/// <param name="secretAccessKey">Its secret.</param>
public sealed class S3Signer(string accessKeyId, string secretAccessKey)
{
    /// <summary>Payload hash of a body that is not signed.</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    /// <summary>The region in the credential's scope.</summary>
    public const string Region = "us-east-1";

    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The key of the last day that was signed for; deriving it costs more than all else.</summary>
    private DayKey? _lastKey;

    /// <summary>Signs with a node's own credentials.</summary>
    public static S3Signer Of(NodeInfo node) => new(node.AccessKeyId, node.SecretAccessKey);

    /// <summary>The value of the <c>Authorization</c> header.</summary>
    /// <param name="method">In upper case.</param>
    /// <param name="path">As it stands in the request line, percent-encoded.</param>
    /// <param name="query">Canonical: encoded, sorted by name, each with its <c>=</c>; empty for none.</param>
    /// <param name="headers">All headers to sign, names in lower case; <c>host</c> and <c>x-amz-date</c> among them.</param>
    /// <param name="payloadHash">As in <c>x-amz-content-sha256</c>.</param>
    /// <param name="at">As in <c>x-amz-date</c>.</param>
    public string Authorization(
        string method, string path, string query, IReadOnlyDictionary<string, string> headers, string payloadHash, DateTimeOffset at)
    {
        var names = headers.Keys.Order(StringComparer.Ordinal).ToArray();
        var signed = string.Join(';', names);
        var canonical = new StringBuilder().Append(method).Append('\n').Append(path).Append('\n').Append(query).Append('\n');
        foreach (var name in names)
        {
            canonical.Append(name).Append(':').Append(headers[name].Trim()).Append('\n');
        }

        canonical.Append('\n').Append(signed).Append('\n').Append(payloadHash);
        var day = at.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var scope = $"{day}/{Region}/s3/aws4_request";
        var toSign = $"{Algorithm}\n{Timestamp(at)}\n{scope}\n{Sha256(Encoding.UTF8.GetBytes(canonical.ToString()))}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(SigningKey(day), Encoding.UTF8.GetBytes(toSign)));
        return $"{Algorithm} Credential={accessKeyId}/{scope}, SignedHeaders={signed}, Signature={signature}";
    }

    /// <summary>The form of <c>x-amz-date</c>.</summary>
    public static string Timestamp(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The form of <c>x-amz-content-sha256</c>.</summary>
    public static string Sha256(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    /// <summary>Percent-encodes a key as SigV4 wants it: everything but unreserved characters and slashes.</summary>
    public static string EncodePath(string key) => string.Join('/', key.Split('/').Select(Uri.EscapeDataString));

    /// <summary>Never shows the secret.</summary>
    public override string ToString() => $"signer for {accessKeyId}";

    private byte[] SigningKey(string day)
    {
        if (_lastKey is { } last && last.Day == day)
        {
            return last.Key;
        }

        var key = Encoding.UTF8.GetBytes("AWS4" + secretAccessKey);
        foreach (var part in (string[])[day, Region, "s3", "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        _lastKey = new DayKey(day, key);
        return key;
    }

    private sealed record DayKey(string Day, byte[] Key);
}
