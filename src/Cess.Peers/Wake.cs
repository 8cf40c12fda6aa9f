using System.Threading.Channels;

namespace Cess.Peers;

/// <summary>Something to wait for, set any number of times; one waiter at a time.</summary>
internal sealed class Wake(TimeProvider time)
{
    private readonly Channel<bool> _set =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>Ends when it is set, or has been since the last wait.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation) => await _set.Reader.ReadAsync(cancellation);

    /// <summary>The same, or after this time.</summary>
    public async Task WaitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using CancellationTokenSource timer = new(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            await WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
        }
    }
}
