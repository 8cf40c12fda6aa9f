using Orleans.Streams;

namespace Orleans.Runtime.Conformance;

[Collection(SharedSilo.Name)]
public sealed class Streaming(SharedSilo silo)
{
    private static readonly string[] OneToHundred = [.. Enumerable.Range(1, 100).Select(i => $"{i}")];

    private IStreamProvider Provider => silo.Client.GetStreamProvider(SharedSilo.Streams);

    [Fact]
    public async Task A_subscriber_gets_all_events_in_order()
    {
        var key = Guid.NewGuid();
        await silo.Client.GetGrain<IListener>(key).Subscribe("ordered");
        var stream = Provider.GetStream<Event>("ordered", key);
        for (int i = 1; i <= 100; i++)
        {
            await stream.OnNextAsync(new Event(i, "one"));
        }

        await Signals.WaitFor($"{key} 100");
        Assert.Equal(OneToHundred, Journal.Read($"{key}"));
    }

    [Fact]
    public async Task A_grain_publishes_to_another()
    {
        var key = Guid.NewGuid();
        await silo.Client.GetGrain<IListener>(key).Subscribe("between grains");
        await Wait.For(silo.Client.GetGrain<IPublisher>(Guid.NewGuid()).Publish("between grains", key, 1, 100));
        await Signals.WaitFor($"{key} 100");
        Assert.Equal(OneToHundred, Journal.Read($"{key}"));
    }

    [Fact]
    public async Task A_batch_reaches_an_observer_of_single_events_event_by_event()
    {
        var key = Guid.NewGuid();
        await silo.Client.GetGrain<IListener>(key).Subscribe("batch to single");
        await Provider.GetStream<Event>("batch to single", key).OnNextBatchAsync(Enumerable.Range(1, 100).Select(i => new Event(i, "batch")));
        await Signals.WaitFor($"{key} 100");
        Assert.Equal(OneToHundred, Journal.Read($"{key}"));
    }

    [Fact]
    public async Task A_batch_reaches_an_observer_of_batches_whole()
    {
        var key = Guid.NewGuid();
        await silo.Client.GetGrain<IListener>(key).SubscribeInBatches("batch to batch");
        var stream = Provider.GetStream<Event>("batch to batch", key);
        await stream.OnNextBatchAsync([new Event(1, ""), new Event(2, ""), new Event(3, "")]);
        await stream.OnNextBatchAsync([new Event(4, ""), new Event(5, "")]);
        await Signals.WaitFor($"{key} 5");
        Assert.Equal(["1,2,3", "4,5"], Journal.Read($"{key}"));
    }

    [Fact]
    public async Task An_implicit_subscriber_is_activated_by_the_first_event()
    {
        string key = $"implicit {Guid.NewGuid()}";
        var stream = Provider.GetStream<Event>("implicit", key);
        for (int i = 1; i <= 100; i++)
        {
            await stream.OnNextAsync(new Event(i, "first contact"));
        }

        await Signals.WaitFor($"{key} 100");
        Assert.Equal(OneToHundred, Journal.Read(key));
        Assert.Equal(100, await silo.Client.GetGrain<IImplicitListener>(key).Seen());
    }

    [Fact]
    public async Task An_implicit_subscriber_may_subscribe_when_it_is_activated_and_gets_each_event_once()
    {
        var key = Guid.NewGuid();
        var stream = Provider.GetStream<Event>("eager", key);
        await stream.OnNextAsync(new Event(1, ""));
        await stream.OnNextAsync(new Event(2, ""));
        await Signals.WaitFor($"{key} 2");
        Assert.Equal(2, await silo.Client.GetGrain<IEagerListener>(key).Seen());
    }

    [Fact]
    public async Task A_subscription_outlives_the_activation_and_is_resumed()
    {
        var key = Guid.NewGuid();
        var grain = silo.Client.GetGrain<IListener>(key);
        await grain.ResumeOnActivation("resumed");
        await grain.Subscribe("resumed");
        var stream = Provider.GetStream<Event>("resumed", key);
        await stream.OnNextAsync(new Event(1, "before"));
        await Signals.WaitFor($"{key} 1");
        await grain.End();
        await stream.OnNextAsync(new Event(2, "after"));
        await Signals.WaitFor($"{key} 2");
        Assert.Equal(1, await grain.Handles("resumed"));
        Assert.Equal(["1", "2"], Journal.Read($"{key}"));
    }

    [Fact]
    public async Task A_client_can_subscribe_and_unsubscribe()
    {
        var key = Guid.NewGuid();
        var stream = Provider.GetStream<Event>("to a client", key);
        var got = new TaskCompletionSource<Event>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handle = await stream.SubscribeAsync((item, token) =>
        {
            got.TrySetResult(item);
            return Task.CompletedTask;
        });
        await stream.OnNextAsync(new Event(1, "hello"));
        Assert.Equal(new Event(1, "hello"), await Wait.For(got.Task));
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task After_unsubscribing_a_grain_has_no_handles()
    {
        var key = Guid.NewGuid();
        var grain = silo.Client.GetGrain<IListener>(key);
        await grain.Subscribe("left");
        Assert.Equal(1, await grain.Handles("left"));
        await grain.Unsubscribe("left");
        Assert.Equal(0, await grain.Handles("left"));
    }
}
