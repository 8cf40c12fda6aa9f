using System.Diagnostics;
using Orleans.Streams;

namespace Cess.Benchmarks.Runtime;

/// <summary>Events from publishers to subscribed grains, one by one and in batches; counted where they arrive, all of them.</summary>
internal static class StreamBenchmark
{
    public const string Provider = "measured";
    public const string Namespace = "events";
    public const int StreamsMax = 64;

    private const int Streams = 16;
    private const int EventsABatch = 100;

    public static async Task RunAsync(IClusterClient client, StreamCounts counts, BenchmarkReport report, TimeSpan time)
    {
        var (single, sentSingle) = await Measure(client, counts, firstStream: 0, batch: 1, time);
        report.Add("runtime_stream_events_per_s", single, $"{Streams} streams, events published and delivered one by one, {sentSingle} in all");
        var (batched, sentBatched) = await Measure(client, counts, firstStream: Streams, EventsABatch, time);
        report.Add("runtime_stream_events_batched_per_s", batched, $"the same, published by the {EventsABatch}, {sentBatched} in all");
    }

    private static async Task<(double PerSecond, long Sent)> Measure(
        IClusterClient client, StreamCounts counts, int firstStream, int batch, TimeSpan time)
    {
        for (var i = 0; i < Streams; i++)
        {
            await client.GetGrain<ICounter>(firstStream + i).Subscribe();
        }

        var clock = Stopwatch.StartNew();
        var sent = await Task.WhenAll(Enumerable.Range(firstStream, Streams).Select(stream =>
            Task.Run(() => Publish(client.GetStreamProvider(Provider).GetStream<long>(Namespace, stream), counts, stream, batch, clock, time))));
        return (sent.Sum() / clock.Elapsed.TotalSeconds, sent.Sum());
    }

    private static async Task<long> Publish(
        IAsyncStream<long> stream, StreamCounts counts, int key, int batch, Stopwatch clock, TimeSpan end)
    {
        long sent = 0;
        while (clock.Elapsed < end)
        {
            try
            {
                await (batch == 1 ? stream.OnNextAsync(sent) : stream.OnNextBatchAsync(Enumerable.Range(0, batch).Select(i => sent + i).ToArray()));
                sent += batch;
            }
            catch (InvalidOperationException)
            {
                // The queue is full; Orleans leaves it to the publisher to try again.
                await Task.Delay(1);
            }
        }

        while (counts.Of(key) < sent)
        {
            await Task.Delay(1);
        }

        return sent;
    }
}
