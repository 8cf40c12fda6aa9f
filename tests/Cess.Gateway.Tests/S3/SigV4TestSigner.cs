using System.Security.Cryptography;
using System.Text;

namespace Cess.Gateway.Tests.S3;

/// <summary>Signature V4 written the plain way, straight from its documentation, to sign the tests' requests.</summary>
internal sealed class SigV4TestSigner(string accessKeyId, string secret, TimeProvider clock, string region = "us-east-1")
{
    public string Timestamp { get; init; } = clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'");

    public string Scope => $"{Timestamp[..8]}/{region}/s3/aws4_request";

    public byte[] Key
    {
        get
        {
            byte[] key = Encoding.UTF8.GetBytes("AWS4" + secret);
            foreach (string step in new[] { Timestamp[..8], region, "s3", "aws4_request" })
                key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
            return key;
        }
    }

    public static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    public static string Sha256(byte[] bytes) => Hex(SHA256.HashData(bytes));

    /// <summary>A request that is signed in its Authorization header.</summary>
    public HttpRequestMessage Sign(
        Uri address, HttpMethod method, string pathAndQuery, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        HttpRequestMessage request = new(method, new Uri(address.GetLeftPart(UriPartial.Authority) + pathAndQuery, new UriCreationOptions
        {
            DangerousDisablePathAndQueryCanonicalization = true,
        }));
        string authorization = Authorization(address.Authority, method.Method, pathAndQuery, body, ref headers);
        if (body is not null)
            request.Content = new ByteArrayContent(body);
        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return request;
    }

    /// <summary>
    /// The Authorization header; adds x-amz-date and x-amz-content-sha256 to the headers when they are not there.
    /// </summary>
    public string Authorization(
        string host, string method, string pathAndQuery, byte[]? body, ref (string Name, string Value)[] headers)
    {
        List<(string Name, string Value)> all = [.. headers];
        if (all.TrueForAll(header => !header.Name.Equals("x-amz-date", StringComparison.OrdinalIgnoreCase)))
            all.Add(("x-amz-date", Timestamp));
        if (all.TrueForAll(header => !header.Name.Equals("x-amz-content-sha256", StringComparison.OrdinalIgnoreCase)))
            all.Add(("x-amz-content-sha256", Sha256(body ?? [])));
        headers = [.. all];
        var signed = all.Append(("host", host)).Select(header => (Name: header.Item1.ToLowerInvariant(), header.Item2))
            .GroupBy(header => header.Name).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        string names = string.Join(';', signed.Select(group => group.Key));
        string canonical = string.Join('\n', [
            method, CanonicalPath(pathAndQuery), CanonicalQuery(pathAndQuery),
            .. signed.Select(group => group.Key + ":" + string.Join(',', group.Select(header => header.Item2.Trim()))),
            "", names, all.First(header => header.Name.Equals("x-amz-content-sha256", StringComparison.OrdinalIgnoreCase)).Value]);
        return $"AWS4-HMAC-SHA256 Credential={accessKeyId}/{Scope}, SignedHeaders={names}, Signature={Signature(canonical)}";
    }

    /// <summary>A path and query that is signed in its query.</summary>
    public string Presign(string host, string method, string path, int expires, string extraQuery = "")
    {
        string query = $"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Uri.EscapeDataString(accessKeyId + "/" + Scope)}"
            + $"&X-Amz-Date={Timestamp}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host{extraQuery}";
        string canonical = string.Join(
            '\n', method, CanonicalPath(path), CanonicalQuery(path + "?" + query), "host:" + host, "", "host", "UNSIGNED-PAYLOAD");
        return $"{path}?{query}&X-Amz-Signature={Signature(canonical)}";
    }

    /// <summary>A signed aws-chunked body in chunks of the given sizes, behind a request with this seed signature.</summary>
    public byte[] Chunked(byte[] content, string seed, IEnumerable<int> sizes, (string Name, string Value)? trailer = null)
    {
        using MemoryStream body = new();
        string previous = seed;
        int offset = 0;
        foreach (int size in sizes.Append(0))
        {
            byte[] data = content[offset..(offset + size)];
            offset += size;
            previous = ChunkSignature(data, previous);
            body.Write(Encoding.ASCII.GetBytes($"{size:x};chunk-signature={previous}\r\n"));
            body.Write(data);
            if (size > 0)
                body.Write("\r\n"u8);
        }

        if (trailer is { } field)
        {
            body.Write(Encoding.ASCII.GetBytes($"{field.Name}:{field.Value}\r\n"));
            body.Write(
                Encoding.ASCII.GetBytes($"x-amz-trailer-signature:{TrailerSignature($"{field.Name}:{field.Value}\n", previous)}\r\n"));
        }

        body.Write("\r\n"u8);
        return body.ToArray();
    }

    public string ChunkSignature(byte[] data, string previous) => Hex(HMACSHA256.HashData(Key, Encoding.ASCII.GetBytes(
        $"AWS4-HMAC-SHA256-PAYLOAD\n{Timestamp}\n{Scope}\n{previous}\n{Sha256([])}\n{Sha256(data)}")));

    public string TrailerSignature(string trailer, string previous) => Hex(HMACSHA256.HashData(Key, Encoding.ASCII.GetBytes(
        $"AWS4-HMAC-SHA256-TRAILER\n{Timestamp}\n{Scope}\n{previous}\n{Sha256(Encoding.ASCII.GetBytes(trailer))}")));

    private string Signature(string canonical) => Hex(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(
        $"AWS4-HMAC-SHA256\n{Timestamp}\n{Scope}\n{Sha256(Encoding.UTF8.GetBytes(canonical))}")));

    private static string CanonicalPath(string pathAndQuery) =>
        Uri.EscapeDataString(Uri.UnescapeDataString(pathAndQuery.Split('?')[0])).Replace("%2F", "/", StringComparison.Ordinal);

    private static string CanonicalQuery(string pathAndQuery) => string.Join('&', pathAndQuery.Split('?').Skip(1)
        .SelectMany(query => query.Split('&')).Where(pair => pair.Length > 0).Select(pair => (pair + "=").Split('='))
        .Select(pair => (Name: Escape(pair[0]), Value: Escape(pair[1])))
        .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
        .Select(pair => pair.Name + "=" + pair.Value));

    private static string Escape(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text.Replace('+', ' ')));
}
