using Orleans.Streams;

namespace Cess.Benchmarks.Runtime;

/// <summary>Answers, and no more: what a call costs is the runtime's.</summary>
public interface IPing : IGrainWithIntegerKey
{
    Task<long> Ping(long value);

    Task CallOther(IPing other, int times);
}

internal sealed class PingGrain : Grain, IPing
{
    public Task<long> Ping(long value) => Task.FromResult(value + 1);

    public async Task CallOther(IPing other, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await other.Ping(i);
        }
    }
}

/// <summary>Subscribes to the stream of its key and counts.</summary>
public interface ICounter : IGrainWithIntegerKey
{
    Task Subscribe();
}

internal sealed class CounterGrain(StreamCounts counts) : Grain, ICounter
{
    private long _next;

    public Task Subscribe() => this.GetStreamProvider(StreamBenchmark.Provider).GetStream<long>(StreamBenchmark.Namespace, this.GetPrimaryKeyLong())
        .SubscribeAsync((value, _) =>
        {
            if (value < _next)
            {
                throw new InvalidOperationException($"Event {value} came after event {_next - 1}.");
            }

            _next = value + 1;
            counts.Received(this.GetPrimaryKeyLong());
            return Task.CompletedTask;
        });
}

/// <summary>Events that arrived, by stream; each counter on a cache line of its own.</summary>
internal sealed class StreamCounts
{
    private const int Spacing = 16;

    private readonly long[] _counts = new long[StreamBenchmark.StreamsMax * Spacing];

    public void Received(long stream) => Volatile.Write(ref _counts[stream * Spacing], _counts[stream * Spacing] + 1);

    public long Of(long stream) => Volatile.Read(ref _counts[stream * Spacing]);
}
