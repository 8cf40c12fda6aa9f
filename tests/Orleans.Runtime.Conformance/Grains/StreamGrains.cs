using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.Runtime.Conformance;

[GenerateSerializer]
[Immutable]
[Alias("conformance.Event")]
public sealed record Event([property: Id(0)] int Number, [property: Id(1)] string Text);

public interface IListener : IGrainWithGuidKey
{
    Task Subscribe(string ns);

    Task SubscribeInBatches(string ns);

    Task Unsubscribe(string ns);

    Task<int> Handles(string ns);

    Task ResumeOnActivation(string ns);

    Task End();
}

public sealed class ListenerGrain([PersistentState("resume")] IPersistentState<Tally> resume) : Grain, IListener
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (string ns in resume.State.Names)
        {
            foreach (var handle in await Stream(ns).GetAllSubscriptionHandles())
            {
                await handle.ResumeAsync(OnEvent);
            }
        }
    }

    public Task Subscribe(string ns) => Stream(ns).SubscribeAsync(OnEvent);

    public Task SubscribeInBatches(string ns) => Stream(ns).SubscribeAsync(batch =>
    {
        string key = this.GetPrimaryKey().ToString();
        Journal.Write(key, string.Join(",", batch.Select(item => item.Item.Number)));
        Signals.Give($"{key} {batch[^1].Item.Number}");
        return Task.CompletedTask;
    });

    public async Task Unsubscribe(string ns)
    {
        foreach (var handle in await Stream(ns).GetAllSubscriptionHandles())
        {
            await handle.UnsubscribeAsync();
        }
    }

    public async Task<int> Handles(string ns) => (await Stream(ns).GetAllSubscriptionHandles()).Count;

    public Task ResumeOnActivation(string ns)
    {
        resume.State.Names.Add(ns);
        return resume.WriteStateAsync();
    }

    public Task End()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private IAsyncStream<Event> Stream(string ns) => this.GetStreamProvider(SharedSilo.Streams).GetStream<Event>(ns, this.GetPrimaryKey());

    private Task OnEvent(Event item, StreamSequenceToken token)
    {
        string key = this.GetPrimaryKey().ToString();
        Journal.Write(key, $"{item.Number}");
        Signals.Give($"{key} {item.Number}");
        return Task.CompletedTask;
    }
}

public interface IImplicitListener : IGrainWithStringKey
{
    Task<int> Seen();
}

[ImplicitStreamSubscription("implicit")]
public sealed class ImplicitListenerGrain : Grain, IImplicitListener, IStreamSubscriptionObserver
{
    private int _seen;

    public Task<int> Seen() => Task.FromResult(_seen);

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<Event>().ResumeAsync((item, token) =>
        {
            _seen++;
            Journal.Write(this.GetPrimaryKeyString(), $"{item.Number}");
            Signals.Give($"{this.GetPrimaryKeyString()} {item.Number}");
            return Task.CompletedTask;
        });
}

public interface IEagerListener : IGrainWithGuidKey
{
    Task<int> Seen();
}

[ImplicitStreamSubscription("eager")]
public sealed class EagerListenerGrain : Grain, IEagerListener
{
    private int _seen;

    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        this.GetStreamProvider(SharedSilo.Streams).GetStream<Event>("eager", this.GetPrimaryKey()).SubscribeAsync((item, token) =>
        {
            _seen++;
            Signals.Give($"{this.GetPrimaryKey()} {item.Number}");
            return Task.CompletedTask;
        });

    public Task<int> Seen() => Task.FromResult(_seen);
}

public interface IPublisher : IGrainWithGuidKey
{
    Task Publish(string ns, Guid key, int from, int count);
}

public sealed class PublisherGrain : Grain, IPublisher
{
    public async Task Publish(string ns, Guid key, int from, int count)
    {
        var stream = this.GetStreamProvider(SharedSilo.Streams).GetStream<Event>(ns, key);
        for (int i = from; i < from + count; i++)
        {
            await stream.OnNextAsync(new Event(i, "published by a grain"));
        }
    }
}

public interface IPatternListener : IGrainWithStringKey;

[RegexImplicitStreamSubscription("^pattern-[0-9]+$")]
public sealed class PatternListenerGrain : Grain, IPatternListener, IStreamSubscriptionObserver
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<Event>().ResumeAsync((item, token) =>
        {
            Signals.Give($"{this.GetPrimaryKeyString()} {handleFactory.StreamId.GetNamespace()} {item.Number}");
            return Task.CompletedTask;
        });
}
