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
    private readonly CancellationToken _lost;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hasStarted;

    /// <param name="queue">What to send.</param>
    /// <param name="metrics">Counts it.</param>
    /// <param name="time">For a receiver that takes nothing.</param>
    /// <param name="lost">The link is lost.</param>
    public LinkContent(LinkQueue queue, PeerMetrics metrics, TimeProvider time, CancellationToken lost)
    {
        _queue = queue;
        _metrics = metrics;
        _time = time;
        _lost = lost;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <summary>
    /// Ends when nothing more is taken from the queue, so that the next link has it for itself. To be awaited once the token is
    /// cancelled.
    /// </summary>
    public Task EndAsync() => _hasStarted ? _ended.Task : Task.CompletedTask;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _hasStarted = true;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lost);
            await SendAsync(stream, either.Token);
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private async Task SendAsync(Stream stream, CancellationToken cancellation)
    {
        // The request's head goes out with the first flush.
        await stream.FlushAsync(cancellation);
        PipeWriter writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: PeerLimits.BurstBytes, leaveOpen: true));
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            while (!cancellation.IsCancellationRequested && _queue.TryDequeue(out LinkFrame frame))
            {
                frame.WriteHead(writer);
                if (frame.Body.Length > PeerLimits.BurstBytes)
                    await InTimeAsync(writer.WriteAsync(frame.Body, cancellation), cancellation);
                else
                    writer.Write(frame.Body.Span);
                if (writer.UnflushedBytes >= PeerLimits.BurstBytes)
                    await InTimeAsync(writer.FlushAsync(cancellation), cancellation);
                _metrics.Sent(frame);
            }

            if (writer.UnflushedBytes > 0)
                await InTimeAsync(writer.FlushAsync(cancellation), cancellation);
            await _queue.WaitAsync(cancellation);
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
