using System.IO.Pipelines;
using Cess.Gateway.Objects;

namespace Cess.Gateway.S3.Operations;

/// <summary>Feeds what one object reader writes to one store call that reads, with a bounded buffer between them.</summary>
internal static class Transfer
{
    private const int SegmentBytes = 64 * 1_024;

    private static readonly PipeOptions Options = new(
        pauseWriterThreshold: S3Limits.CopyBufferBytes, resumeWriterThreshold: S3Limits.CopyBufferBytes / 2,
        minimumSegmentSize: SegmentBytes, useSynchronizationContext: false);

    /// <param name="source">Open reader.</param>
    /// <param name="range">What of it.</param>
    /// <param name="sink">Reads the stream to its end.</param>
    /// <param name="cancellation">Ends both.</param>
    /// <exception cref="ObjectStoreException">Of the source or of the sink, whichever failed first.</exception>
    public static async Task<T> RunAsync<T>(
        IObjectReader source, ByteRange range, Func<Stream, CancellationToken, Task<T>> sink, CancellationToken cancellation)
    {
        Pipe pipe = new(Options);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task reading = FeedAsync(source, range, pipe.Writer, either.Token);
        try
        {
            // The source's failure comes out of the stream, through the sink.
            return await sink(pipe.Reader.AsStream(leaveOpen: true), either.Token);
        }
        finally
        {
            await either.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await reading;
        }
    }

    /// <summary>Never throws: what goes wrong is handed to the reading end.</summary>
    private static async Task FeedAsync(IObjectReader source, ByteRange range, PipeWriter writer, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            if (range.Length > 0)
                await source.CopyToAsync(writer.AsStream(leaveOpen: true), range.Offset, range.Length, cancellation);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        await writer.CompleteAsync(failure);
    }
}
