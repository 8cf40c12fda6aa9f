using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Load;

/// <summary>Clients of one door that don't keep to the rules, each attack some seconds of them.</summary>
/// <param name="node">The node.</param>
/// <param name="door">The door's address.</param>
/// <param name="isS3">Whether requests are signed as S3 wants it.</param>
/// <param name="random">Says where things break off.</param>
internal sealed class HostileClients(NodeInfo node, Uri door, bool isS3, Random random)
{
    private const int Many = 150;
    private const int Bodies = 40;
    private const int Flood = 1_500;
    private const int Pipelined = 50;
    private const int GarbageBytes = 4_096;
    private const int BodyBytes = 1 << 20;
    private static readonly TimeSpan s_attack = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(250);

    /// <summary>Headers that never end, a few bytes at a time.</summary>
    public Task SendSlowHeadersAsync() => OnEachAsync(Many, async (connection, stream) =>
    {
        await SendAsync(stream, $"GET /{Installation.Bucket}/slow HTTP/1.1\r\nhost: {door.Authority}\r\n");
        for (long since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < s_attack; await Task.Delay(s_slow))
            await SendAsync(stream, "x-a: b\r\n");
    });

    /// <summary>Signed uploads that break off at some byte, with a reset.</summary>
    public Task SendHalfBodiesAsync() => OnEachAgainAsync(Bodies, async (connection, stream) =>
    {
        await SendAsync(stream, Head(BodyBytes));
        byte[] half = new byte[Drawn(BodyBytes)];
        await stream.WriteAsync(half);
    });

    /// <summary>Signed uploads of some bytes a second; the node has to cut them.</summary>
    public Task SendSlowBodiesAsync() => OnEachAsync(Bodies, async (connection, stream) =>
    {
        await SendAsync(stream, Head(BodyBytes));
        long since = Stopwatch.GetTimestamp();
        try
        {
            while (Stopwatch.GetElapsedTime(since) < FaultLimits.SlowBodyCut)
            {
                await stream.WriteAsync(new byte[8]);
                await Task.Delay(s_slow);
                // An answer is its end, too: the node says why, and reads no further.
                if (connection.Client.Poll(0, SelectMode.SelectRead))
                    return;
            }
        }
        catch (IOException)
        {
            return;
        }

        throw new BrokenPromiseException($"A body of a few bytes a second was still taken after {FaultLimits.SlowBodyCut.TotalSeconds} s.");
    });

    /// <summary>Requests whose answers nobody reads.</summary>
    public Task ReadSlowlyAsync() => OnEachAsync(Many, async (connection, stream) =>
    {
        connection.ReceiveBufferSize = GarbageBytes;
        for (int i = 0; i < Pipelined; i++)
            await SendAsync(stream, $"GET /{Installation.Bucket}?list-type=2 HTTP/1.1\r\n{SignedHeaders("GET", $"/{Installation.Bucket}", "list-type=2")}\r\n");
        await Task.Delay(s_attack);
    });

    /// <summary>Connections that say nothing.</summary>
    public Task FloodAsync() => OnEachAsync(Flood, (_, _) => Task.Delay(s_attack));

    /// <summary>
    /// Many requests at once on a connection, reset before an answer is read. Signed ones once a connection: an account that does so in a loop
    /// brings the S3 door to ask everybody to slow down (docs/simulation.md).
    /// </summary>
    public Task PipelineAsync() => isS3
        ? OnEachAsync(Many, (_, stream) => SendPipelineAsync(
            stream, $"GET /{Installation.Bucket} HTTP/1.1\r\n{SignedHeaders("GET", $"/{Installation.Bucket}", "")}\r\n"))
        : OnEachAgainAsync(Bodies, (_, stream) => SendPipelineAsync(stream, $"GET /v1/status HTTP/1.1\r\nhost: {door.Authority}\r\n\r\n"));

    /// <summary>What is no HTTP, and no TLS.</summary>
    public Task SendGarbageAsync() => OnEachAsync(Many, async (connection, stream) =>
    {
        byte[] garbage = new byte[GarbageBytes];
        lock (random)
            random.NextBytes(garbage);
        await stream.WriteAsync(garbage);
        await Task.Delay(s_slow);
    });

    /// <summary>The first bytes of a TLS handshake, and no more.</summary>
    public Task BeginHandshakesAsync() => OnEachAsync(Many, async (connection, stream) =>
    {
        await stream.WriteAsync((byte[])[0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03]);
        await Task.Delay(s_attack);
    });

    /// <summary>The same again and again, for as long as an attack lasts.</summary>
    private Task OnEachAgainAsync(int count, Func<TcpClient, NetworkStream, Task> act) => Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
    {
        long since = Stopwatch.GetTimestamp();
        do
            await ConnectAsync(act);
        while (Stopwatch.GetElapsedTime(since) < s_attack);
    }));

    /// <summary>Does the same on many connections; the node may cut any of them at any time, and in the end all are reset.</summary>
    private Task OnEachAsync(int count, Func<TcpClient, NetworkStream, Task> act) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => ConnectAsync(act)));

    private async Task ConnectAsync(Func<TcpClient, NetworkStream, Task> act)
    {
        using var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync(door.Host, door.Port);
            // Zero: the close is a reset, as when a client's machine dies.
            connection.LingerState = new LingerOption(enable: true, seconds: 0);
            await act(connection, connection.GetStream());
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Refused or cut, as it should be.
        }
    }

    private int Drawn(int max)
    {
        lock (random)
            return random.Next(max);
    }

    private string Head(int bytes) => isS3
        ? $"PUT /{Installation.Bucket}/hostile HTTP/1.1\r\n{SignedHeaders("PUT", $"/{Installation.Bucket}/hostile", "")}content-length: {bytes}\r\n\r\n"
        : $"POST /v1/transactions HTTP/1.1\r\nhost: {door.Authority}\r\ncontent-type: application/octet-stream\r\ncontent-length: {bytes}\r\n\r\n";

    private string SignedHeaders(string method, string path, string query)
    {
        DateTimeOffset at = DateTimeOffset.UtcNow;
        var headers = new Dictionary<string, string>
        {
            ["host"] = door.Authority,
            ["x-amz-content-sha256"] = S3Signer.UnsignedPayload,
            ["x-amz-date"] = S3Signer.Timestamp(at),
        };
        string authorization = S3Signer.Of(node).Authorization(method, path, query, headers, S3Signer.UnsignedPayload, at);
        return string.Concat(headers.Append(new("authorization", authorization))
            .Select(header => string.Create(CultureInfo.InvariantCulture, $"{header.Key}: {header.Value}\r\n")));
    }

    private static Task SendPipelineAsync(NetworkStream stream, string request) =>
        SendAsync(stream, string.Concat(Enumerable.Repeat(request, Pipelined)));

    private static async Task SendAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
}
