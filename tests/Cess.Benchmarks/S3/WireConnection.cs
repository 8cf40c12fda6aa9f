using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Cess.TestNetwork;

namespace Cess.Benchmarks.S3;

/// <summary>An answer and its times, both from the moment at which the request was written.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Body">Body; valid until the next request on the connection.</param>
/// <param name="FirstByte">To the first bytes.</param>
/// <param name="Whole">To the last byte.</param>
internal readonly record struct WireAnswer(int Status, ReadOnlyMemory<byte> Body, TimeSpan FirstByte, TimeSpan Whole);

/// <summary>
/// One kept-alive connection that sends small signed requests one after the other. A general HTTP client would take a good
/// part of the machine's two cores away from the node that is measured.
/// </summary>
internal sealed class WireConnection : IDisposable
{
    private const int AnswerMax = 64 << 10;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[AnswerMax];
    private readonly Uri _endpoint;
    private readonly S3Signer _signer;

    public WireConnection(Uri endpoint, S3Signer signer)
    {
        (_endpoint, _signer) = (endpoint, signer);
        _socket.Connect(endpoint.Host, endpoint.Port);
    }

    public async Task<WireAnswer> SendAsync(string method, string path, ReadOnlyMemory<byte> body)
    {
        var request = Compose(method, path, body.Span);
        var since = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < request.Length;)
        {
            sent += await _socket.SendAsync(request.AsMemory(sent));
        }

        var (received, headEnd, firstByte) = (0, -1, default(TimeSpan));
        var total = int.MaxValue;
        while (received < total)
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(received));
            if (count == 0)
            {
                throw new IOException("The node has closed the connection within an answer.");
            }

            firstByte = received == 0 ? Stopwatch.GetElapsedTime(since) : firstByte;
            received += count;
            if (headEnd < 0 && (headEnd = _buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8)) >= 0)
            {
                total = headEnd + 4 + BodyLength(_buffer.AsSpan(0, headEnd + 2));
            }
        }

        var status = int.Parse(_buffer.AsSpan(9, 3), CultureInfo.InvariantCulture);
        return new WireAnswer(status, _buffer.AsMemory(headEnd + 4, total - headEnd - 4), firstByte, Stopwatch.GetElapsedTime(since));
    }

    public void Dispose() => _socket.Dispose();

    private byte[] Compose(string method, string path, ReadOnlySpan<byte> body)
    {
        var at = DateTimeOffset.UtcNow;
        var timestamp = S3Signer.Timestamp(at);
        var signed = new Dictionary<string, string>
        {
            ["host"] = _endpoint.Authority,
            ["x-amz-content-sha256"] = S3Signer.UnsignedPayload,
            ["x-amz-date"] = timestamp,
        };
        var authorization = _signer.Authorization(method, path, "", signed, S3Signer.UnsignedPayload, at);
        var head = Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nhost: {_endpoint.Authority}\r\nx-amz-content-sha256: {S3Signer.UnsignedPayload}\r\n"
            + $"x-amz-date: {timestamp}\r\nauthorization: {authorization}\r\ncontent-length: {body.Length}\r\n\r\n");
        return [.. head, .. body];
    }

    private static int BodyLength(ReadOnlySpan<byte> head)
    {
        var from = head.IndexOf("\r\nContent-Length: "u8);
        if (from < 0)
        {
            throw new InvalidDataException($"An answer without Content-Length:\n{Encoding.ASCII.GetString(head)}");
        }

        var value = head[(from + "\r\nContent-Length: ".Length)..];
        var length = int.Parse(value[..value.IndexOf("\r\n"u8)], CultureInfo.InvariantCulture);
        return length <= AnswerMax / 2 ? length : throw new InvalidDataException($"An answer of {length} bytes.");
    }
}
