using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;

namespace Cess.Peers;

/// <summary>The body of a link's one request: what comes into the queue, for as long as the link holds.</summary>
internal sealed class LinkContent : HttpContent
{
    private readonly LinkQueue _queue;
    private readonly PeerMetrics _metrics;
    private readonly TimeProvider _time;

    public LinkContent(LinkQueue queue, PeerMetrics metrics, TimeProvider time)
    {
        _queue = queue;
        _metrics = metrics;
        _time = time;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The request's head goes out with the first flush.
        await stream.FlushAsync(cancellationToken);
        PipeWriter writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: PeerLimits.BurstBytes, leaveOpen: true));
        while (true)
        {
            while (_queue.TryDequeue(out LinkFrame frame))
            {
                frame.WriteHead(writer);
                if (frame.Body.Length > PeerLimits.BurstBytes)
                    await InTimeAsync(writer.WriteAsync(frame.Body, cancellationToken), cancellationToken);
                else
                    writer.Write(frame.Body.Span);
                if (writer.UnflushedBytes >= PeerLimits.BurstBytes)
                    await InTimeAsync(writer.FlushAsync(cancellationToken), cancellationToken);
                _metrics.Sent(frame);
            }

            if (writer.UnflushedBytes > 0)
                await InTimeAsync(writer.FlushAsync(cancellationToken), cancellationToken);
            await _queue.WaitAsync(cancellationToken);
        }
    }

    private ValueTask InTimeAsync(ValueTask<FlushResult> flush, CancellationToken cancellation)
    {
        if (!flush.IsCompletedSuccessfully)
            return new ValueTask(flush.AsTask().WaitAsync(PeerLimits.StallTimeout, _time, cancellation));
        _ = flush.Result;
        return default;
    }
}
