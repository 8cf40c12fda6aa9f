using System.Net.Http.Headers;

namespace Cess.TestNetwork;

/// <summary>A thin S3 client over HTTP with pooled connections: for many requests, and for headers that SDKs hide.</summary>
public sealed class S3HttpClient : IDisposable
{
    private readonly S3Signer _signer;
    private readonly Uri _endpoint;
    private readonly HttpClient _http;

    /// <summary>Opens one on a node's S3 door.</summary>
    /// <param name="node">The node.</param>
    /// <param name="connections">Connections at most.</param>
    /// <param name="limit">Time for one request, headers of the response included.</param>
    public S3HttpClient(NodeInfo node, int connections = 16, TimeSpan? limit = null)
    {
        _signer = S3Signer.Of(node);
        _endpoint = node.S3;
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = limit ?? TimeSpan.FromMinutes(5),
        };
    }

    /// <summary>Sends a signed request whose body, if any, is not signed; gives the response once its headers are there.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="bucket">Bucket; empty for the service.</param>
    /// <param name="key">Key, not encoded; empty for the bucket.</param>
    /// <param name="query">Canonical query string; empty for none.</param>
    /// <param name="body">What to send.</param>
    /// <param name="range">Range to ask for.</param>
    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string bucket, string key = "", string query = "", HttpContent? body = null, RangeHeaderValue? range = null)
    {
        var path = S3Signer.EncodePath(key.Length == 0 ? $"/{bucket}" : $"/{bucket}/{key}");
        var at = DateTimeOffset.UtcNow;
        var signed = new Dictionary<string, string>
        {
            ["host"] = _endpoint.Authority,
            ["x-amz-content-sha256"] = S3Signer.UnsignedPayload,
            ["x-amz-date"] = S3Signer.Timestamp(at),
        };
        var authorization = _signer.Authorization(method.Method, path, query, signed, S3Signer.UnsignedPayload, at);
        var request = new HttpRequestMessage(method, new Uri(_endpoint, query.Length == 0 ? path : $"{path}?{query}")) { Content = body };
        request.Headers.Range = range;
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", S3Signer.UnsignedPayload);
        request.Headers.TryAddWithoutValidation("x-amz-date", signed["x-amz-date"]);
        request.Headers.TryAddWithoutValidation("authorization", authorization);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Stores an object.</summary>
    /// <exception cref="HttpRequestException">The node refused; the message holds its answer.</exception>
    public async Task PutAsync(string bucket, string key, ReadOnlyMemory<byte> content)
    {
        using var body = new ReadOnlyMemoryContent(content);
        using var response = await SendAsync(HttpMethod.Put, bucket, key, body: body);
        await EnsureSuccessAsync(response);
    }

    /// <summary>Makes a bucket.</summary>
    /// <exception cref="HttpRequestException">The node refused; the message holds its answer.</exception>
    public async Task MakeBucketAsync(string bucket)
    {
        using var response = await SendAsync(HttpMethod.Put, bucket);
        await EnsureSuccessAsync(response);
    }

    /// <summary>Deletes an object.</summary>
    /// <exception cref="HttpRequestException">The node refused; the message holds its answer.</exception>
    public async Task DeleteAsync(string bucket, string key)
    {
        using var response = await SendAsync(HttpMethod.Delete, bucket, key);
        await EnsureSuccessAsync(response);
    }

    /// <summary>Reads an object, or null when there is none.</summary>
    /// <exception cref="HttpRequestException">The node refused; the message holds its answer.</exception>
    public async Task<byte[]?> GetAsync(string bucket, string key, RangeHeaderValue? range = null)
    {
        using var response = await SendAsync(HttpMethod.Get, bucket, key, range: range);
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }

        await EnsureSuccessAsync(response);
        return await response.Content.ReadAsByteArrayAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task EnsureSuccessAsync(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri} was answered with {(int)response.StatusCode}: "
                + await response.Content.ReadAsStringAsync(), null, response.StatusCode);
        }
    }
}
