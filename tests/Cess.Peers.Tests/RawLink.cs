using System.Buffers;
using System.Net;
using Cess.Primitives;

namespace Cess.Peers.Tests;

/// <summary>A link on which a test writes what it likes.</summary>
internal sealed class RawLink : IAsyncDisposable
{
    private readonly PeerClient _client;
    private readonly Body _body = new();
    private HttpResponseMessage? _response;

    private RawLink(NodeCertificate shown) => _client = new PeerClient(shown, pinned: null, TimeProvider.System);

    public static async Task<RawLink> OpenAsync(NodeCertificate shown, string url)
    {
        RawLink link = new(shown);
        using HttpRequestMessage request = PeerClient.Request(HttpMethod.Post, url, PeerPaths.Messages);
        request.Content = link._body;
        link._response = await link._client.OpenAsync(request, CancellationToken.None);
        return link;
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        Stream stream = await _body.Stream;
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    /// <summary>Sends a consensus frame.</summary>
    public Task SendAsync(AccountId from, AccountId to, byte[] message) => WriteAsync(Frame(from, to, message));

    public static byte[] Frame(AccountId from, AccountId to, byte[] message)
    {
        ArrayBufferWriter<byte> bytes = new();
        new LinkFrame(FrameKind.Consensus, from, to, message).WriteHead(bytes);
        bytes.Write(message);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Waits for the other node to cut the link.</summary>
    public async Task IsCutAsync()
    {
        Exception? failure = await Record.ExceptionAsync(() => _response!.Content.CopyToAsync(Stream.Null).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(failure is HttpRequestException or IOException, $"The link ended with {failure}.");
    }

    public ValueTask DisposeAsync()
    {
        _body.End();
        _response?.Dispose();
        _client.Dispose();
        return default;
    }

    private sealed class Body : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Stream> Stream => _stream.Task;

        public void End() => _end.TrySetResult();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            _stream.SetResult(stream);
            await _end.Task;
        }
    }
}
