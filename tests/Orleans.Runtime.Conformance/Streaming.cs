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
    public async Task All_subscribers_get_all_events()
    {
        var key = Guid.NewGuid();
        var stream = Provider.GetStream<Event>("to many", key);
        var all = Enumerable.Range(0, 3).Select(_ => (Seen: new List<int>(), Last: new TaskCompletionSource())).ToArray();
        foreach (var (seen, last) in all)
        {
            await stream.SubscribeAsync((item, token) =>
            {
                seen.Add(item.Number);
                if (item.Number == 50)
                {
                    last.SetResult();
                }

                return Task.CompletedTask;
            });
        }

        for (int i = 1; i <= 50; i++)
        {
            await stream.OnNextAsync(new Event(i, "to many"));
        }

        await Wait.For(Task.WhenAll(all.Select(one => one.Last.Task)), "the last event at every subscriber");
        Assert.All(all, one => Assert.Equal(Enumerable.Range(1, 50), one.Seen));
    }

    [Fact]
    public async Task Tokens_rise_within_a_stream()
    {
        var key = Guid.NewGuid();
        var stream = Provider.GetStream<Event>("tokens", key);
        List<StreamSequenceToken> tokens = [];
        var last = new TaskCompletionSource();
        await stream.SubscribeAsync((item, token) =>
        {
            tokens.Add(token);
            if (item.Number == 6)
            {
                last.SetResult();
            }

            return Task.CompletedTask;
        });
        await stream.OnNextAsync(new Event(1, ""));
        await stream.OnNextBatchAsync(Enumerable.Range(2, 4).Select(i => new Event(i, "")));
        await stream.OnNextAsync(new Event(6, ""));
        await Wait.For(last.Task);
        Assert.Equal(6, tokens.Count);
        Assert.All(tokens.Zip(tokens.Skip(1)), pair => Assert.True(pair.First.CompareTo(pair.Second) < 0));
    }

    [Fact]
    public async Task An_event_whose_delivery_failed_comes_again()
    {
        var key = Guid.NewGuid();
        var stream = Provider.GetStream<Event>("again", key);
        List<int> seen = [];
        var last = new TaskCompletionSource();
        await stream.SubscribeAsync((item, token) =>
        {
            seen.Add(item.Number);
            if (seen.Count == 1)
            {
                throw new InvalidOperationException("not yet");
            }

            if (item.Number == 2)
            {
                last.SetResult();
            }

            return Task.CompletedTask;
        });
        await stream.OnNextAsync(new Event(1, ""));
        await stream.OnNextAsync(new Event(2, ""));
        await Wait.For(last.Task);
        Assert.Equal([1, 1, 2], seen);
    }

    [Fact]
    public async Task The_publishers_request_context_reaches_the_subscriber()
    {
        var key = Guid.NewGuid();
        var stream = Provider.GetStream<Event>("context", key);
        var got = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await stream.SubscribeAsync((item, token) =>
        {
            got.TrySetResult(RequestContext.Get("published by"));
            return Task.CompletedTask;
        });
        RequestContext.Set("published by", "me");
        await stream.OnNextAsync(new Event(1, ""));
        RequestContext.Clear();
        Assert.Equal("me", await Wait.For(got.Task));
    }

    [Fact]
    public async Task A_namespace_pattern_subscribes_a_grain()
    {
        string key = $"pattern {Guid.NewGuid()}";
        await Provider.GetStream<Event>("pattern-7", key).OnNextAsync(new Event(1, ""));
        await Signals.WaitFor($"{key} pattern-7 1");
    }

    [Fact]
    public async Task A_void_handle_is_refused()
    {
        var handle = await Provider.GetStream<Event>("void", Guid.NewGuid()).SubscribeAsync((item, token) => Task.CompletedTask);
        await handle.UnsubscribeAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => handle.UnsubscribeAsync());
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
