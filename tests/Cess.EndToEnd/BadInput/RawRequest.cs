using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Cess.TestNetwork;

namespace Cess.EndToEnd.BadInput;

/// <summary>A request to the S3 door that is written byte by byte, for what no client can be brought to send.</summary>
internal sealed record RawRequest
{
    /// <summary>HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>The path in the request line, percent-encoded; sent exactly so.</summary>
    public required string Path { get; init; }

    /// <summary>Canonical query string; empty for none.</summary>
    public string Query { get; init; } = "";

    /// <summary>What is sent after the headers.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Value of Content-Length; null for the body's own length.</summary>
    public long? ContentLength { get; init; }

    /// <summary>Value of x-amz-content-sha256; null for the body's own hash.</summary>
    public string? PayloadHash { get; init; }

    /// <summary>When it claims to be signed.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>More headers; signed too. Names in lower case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Changes the Authorization header after signing.</summary>
    public Func<string, string> Tamper { get; init; } = authorization => authorization;

    /// <summary>Sends it, and reads the response to its end.</summary>
    /// <param name="node">Where to.</param>
    /// <param name="signer">Who signs; null for an unsigned request.</param>
    /// <exception cref="TimeoutException">No whole response came.</exception>
    public async Task<RawResponse> SendAsync(NodeInfo node, S3Signer? signer)
    {
        using var limit = new CancellationTokenSource(EndToEndLimits.RawRequest);
        try
        {
            using var connection = await ConnectAsync(node, limit.Token);
            await using var stream = connection.GetStream();
            await SendAsync(stream, node, signer, limit.Token);
            return await RawResponse.ReadAsync(stream, limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The response to {Method} {Path} did not come within {EndToEndLimits.RawRequest.TotalSeconds} s.");
        }
    }

    /// <summary>Sends it, says that nothing more will come, and waits for the node's end of the connection.</summary>
    /// <returns>The response, or null when the node has closed without one.</returns>
    public async Task<RawResponse?> SendAndEndEarlyAsync(NodeInfo node, S3Signer signer)
    {
        using var limit = new CancellationTokenSource(EndToEndLimits.RawRequest);
        using var connection = await ConnectAsync(node, limit.Token);
        await using var stream = connection.GetStream();
        await SendAsync(stream, node, signer, limit.Token);
        connection.Client.Shutdown(SocketShutdown.Send);
        return await RawResponse.TryReadAsync(stream, limit.Token);
    }

    /// <summary>Sends it, cuts the connection after the body, and reads nothing.</summary>
    public async Task SendAndHangUpAsync(NodeInfo node, S3Signer signer)
    {
        using var limit = new CancellationTokenSource(EndToEndLimits.RawRequest);
        using var connection = await ConnectAsync(node, limit.Token);
        // Zero: the close is a reset, as when a client's machine dies.
        connection.LingerState = new LingerOption(enable: true, seconds: 0);
        await SendAsync(connection.GetStream(), node, signer, limit.Token);
    }

    private static async Task<TcpClient> ConnectAsync(NodeInfo node, CancellationToken cancellation)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(node.S3.Host, node.S3.Port, cancellation);
        return connection;
    }

    private async Task SendAsync(NetworkStream stream, NodeInfo node, S3Signer? signer, CancellationToken cancellation)
    {
        var target = Query.Length == 0 ? Path : $"{Path}?{Query}";
        var head = new StringBuilder($"{Method} {target} HTTP/1.1\r\n");
        foreach (var (name, value) in SignedHeaders(node, signer))
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"content-length: {ContentLength ?? Body.Length}\r\nconnection: close\r\n\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.ToString()), cancellation);
        try
        {
            await stream.WriteAsync(Body, cancellation);
        }
        catch (IOException)
        {
            // The node may have answered and closed before it has read a body that it refuses.
        }
    }

    private IEnumerable<KeyValuePair<string, string>> SignedHeaders(NodeInfo node, S3Signer? signer)
    {
        var hash = PayloadHash ?? S3Signer.Sha256(Body);
        var headers = new Dictionary<string, string>(Headers)
        {
            ["host"] = node.S3.Authority,
            ["x-amz-content-sha256"] = hash,
            ["x-amz-date"] = S3Signer.Timestamp(At),
        };
        return signer is null
            ? headers
            : headers.Append(new("authorization", Tamper(signer.Authorization(Method, Path, Query, headers, hash, At))));
    }
}
