using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess;
using Orleans.InProcess.Simulation;
using Orleans.Streams;

namespace Orleans.Runtime.Conformance;

/// <summary>Slow and failing subscribers, in virtual time.</summary>
public sealed class StreamPressure
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_publisher_that_awaits_is_held_back_at_half_the_queue_and_goes_on_at_a_quarter() => Run(async (client, _) =>
    {
        var open = new TaskCompletionSource();
        var stream = client.GetStreamProvider(SharedSilo.Streams).GetStream<int>("slow", "client");
        int seen = 0;
        await stream.SubscribeAsync(async (_, _) =>
        {
            await open.Task;
            seen++;
        });
        int published = 0;
        Task held = Task.CompletedTask;
        while (held.IsCompleted)
        {
            held = stream.OnNextAsync(published++);
        }

        // One is on its way; the rest waits.
        Assert.Equal((Limits.StreamQueueLengthMax / 2) + 2, published);
        open.SetResult();
        await held;
        Assert.InRange(seen, Limits.StreamQueueLengthMax / 4, published - 1);
    });

    [Fact]
    public void A_publisher_that_does_not_await_is_refused_when_the_queue_is_full_and_nothing_accepted_is_lost() => Run(async (client, time) =>
    {
        var open = new TaskCompletionSource();
        var stream = client.GetStreamProvider(SharedSilo.Streams).GetStream<int>("full", "client");
        List<int> seen = [];
        var last = new TaskCompletionSource();
        await stream.SubscribeAsync(async (item, _) =>
        {
            await open.Task;
            seen.Add(item);
            if (seen.Count == Limits.StreamQueueLengthMax + 1)
            {
                last.SetResult();
            }
        });
        for (int i = 0; i <= Limits.StreamQueueLengthMax; i++)
        {
            _ = stream.OnNextAsync(i);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.OnNextAsync(-1));
        open.SetResult();
        await last.Task;
        Assert.Equal(Enumerable.Range(0, Limits.StreamQueueLengthMax + 1), seen);
    });

    [Fact]
    public void An_event_that_is_refused_comes_again_and_those_behind_it_wait() => Run(async (client, time) =>
    {
        var stream = client.GetStreamProvider(SharedSilo.Streams).GetStream<int>("refused", "client");
        List<(int Item, double Second)> seen = [];
        var last = new TaskCompletionSource();
        await stream.SubscribeAsync((item, _) =>
        {
            seen.Add((item, (time.GetUtcNow() - Start).TotalSeconds));
            if (item == 1 && seen.Count < 4)
            {
                throw new InvalidOperationException("not now");
            }

            if (item == 2)
            {
                last.SetResult();
            }

            return Task.CompletedTask;
        });
        await stream.OnNextAsync(1);
        await stream.OnNextAsync(2);
        await last.Task;
        Assert.Equal([(1, 0), (1, 1), (1, 3), (1, 7), (2, 7)], seen);
    });

    [Fact]
    public void An_event_that_is_refused_for_too_long_is_left_out_and_the_subscriber_learns_of_it() => Run(async (client, time) =>
    {
        var stream = client.GetStreamProvider(SharedSilo.Streams).GetStream<int>("left out", "client");
        List<string> seen = [];
        var last = new TaskCompletionSource();
        await stream.SubscribeAsync(
            (item, _) =>
            {
                if (item == 1)
                {
                    throw new InvalidOperationException("never");
                }

                seen.Add($"{item}");
                last.SetResult();
                return Task.CompletedTask;
            },
            error =>
            {
                Assert.IsType<StreamEventDeliveryFailureException>(error);
                Assert.InRange(time.GetUtcNow() - Start, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
                seen.Add("left out");
                return Task.CompletedTask;
            });
        await stream.OnNextAsync(1);
        await stream.OnNextAsync(2);
        await last.Task;
        Assert.Equal(["left out", "2"], seen);
    });

    [Fact]
    public void A_slow_subscriber_does_not_slow_down_the_others() => Run(async (client, _) =>
    {
        var never = new TaskCompletionSource();
        var stream = client.GetStreamProvider(SharedSilo.Streams).GetStream<int>("two", "client");
        await stream.SubscribeAsync((_, _) => never.Task);
        var last = new TaskCompletionSource();
        await stream.SubscribeAsync((item, _) =>
        {
            if (item == 100)
            {
                last.SetResult();
            }

            return Task.CompletedTask;
        });
        for (int i = 1; i <= 100; i++)
        {
            await stream.OnNextAsync(i);
        }

        await last.Task;
    });

    [Fact]
    public void When_the_slow_subscriber_leaves_the_publisher_goes_on() => Run(async (client, _) =>
    {
        var never = new TaskCompletionSource();
        var stream = client.GetStreamProvider(SharedSilo.Streams).GetStream<int>("leaves", "client");
        var handle = await stream.SubscribeAsync((_, _) => never.Task);
        Task held = Task.CompletedTask;
        while (held.IsCompleted)
        {
            held = stream.OnNextAsync(0);
        }

        await handle.UnsubscribeAsync();
        await held;
    });

    private static void Run(Func<IClusterClient, TimeProvider, Task> scenario)
    {
        var simulation = new Simulation(7, Start);
        var silo = new SimulatedSilo(simulation, builder => builder.AddMemoryStreams(SharedSilo.Streams));
        simulation.Run(async () =>
        {
            await silo.StartAsync();
            await scenario(silo.Client, simulation.Time);
        });
    }
}
