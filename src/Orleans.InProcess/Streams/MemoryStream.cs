using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.InProcess;

/// <summary>A stream as a grain or client holds it: nothing but a name.</summary>
internal sealed class MemoryStream<T>(MemoryStreamProvider provider, StreamId streamId) : IAsyncStream<T>
{
    public bool IsRewindable => false;

    public string ProviderName => provider.Name;

    public StreamId StreamId => streamId;

    internal MemoryStreamProvider Provider => provider;

    public Task OnNextAsync(T item, StreamSequenceToken? token = null) =>
        provider.Publish(streamId, new StreamBatch<T>(provider.NextSequence(), item, RequestContext.Export()));

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null)
    {
        T[] items = [.. batch];
        return items.Length == 0
            ? Task.CompletedTask
            : provider.Publish(streamId, new StreamBatch<T>(provider.NextSequence(), items, RequestContext.Export()));
    }

    public Task OnCompletedAsync() => throw new NotImplementedException("Streams in memory have no end, here as in Orleans.");

    public Task OnErrorAsync(Exception ex) =>
        throw new NotImplementedException("Streams in memory carry no errors, here as in Orleans.");

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(
        IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Subscribe(new StreamObserver<T>(observer), token);
    }

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Subscribe(new StreamBatchObserver<T>(observer), token);
    }

    public Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles()
    {
        IList<StreamSubscriptionHandle<T>> handles =
        [
            .. provider.Channel(streamId).SubscriptionsOf(RuntimeContext.Current?.GrainId)
                .Select(subscription => new SubscriptionHandle<T>(this, subscription.Id)),
        ];
        return Task.FromResult(handles);
    }

    public bool Equals(IAsyncStream<T>? other) =>
        other is MemoryStream<T> && other.StreamId == streamId && other.ProviderName == ProviderName;

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<T>);

    public override int GetHashCode() => streamId.GetHashCode();

    public int CompareTo(IAsyncStream<T>? other) => other is null ? 1 : streamId.CompareTo(other.StreamId);

    public override string ToString() => $"{ProviderName}/{streamId}";

    internal static void ThrowIfRewinding(StreamSequenceToken? token)
    {
        if (token is not null)
        {
            throw new ArgumentNullException(nameof(token), "Passing a non-null token to a non-rewindable IAsyncObservable.");
        }
    }

    internal Task<StreamSubscriptionHandle<T>> Observe(Guid id, StreamObserver observer)
    {
        if (RuntimeContext.Current is Activation activation)
        {
            (activation.StreamObservers ??= [])[id] = observer;
        }
        else if (provider.Channel(streamId).Find(id)?.Consumer is ClientConsumer client)
        {
            client.Observe(id, observer);
        }
        else
        {
            throw new InvalidOperationException("A grain's subscription is resumed by the grain.");
        }

        return Task.FromResult<StreamSubscriptionHandle<T>>(new SubscriptionHandle<T>(this, id));
    }

    private Task<StreamSubscriptionHandle<T>> Subscribe(StreamObserver observer, StreamSequenceToken? token)
    {
        ThrowIfRewinding(token);
        if (RuntimeContext.Current is not Activation activation)
        {
            var client = new ClientConsumer(provider.Catalog);
            var clientId = provider.Catalog.Random.NextGuid();
            client.Observe(clientId, observer);
            Add(clientId, client);
            return Task.FromResult<StreamSubscriptionHandle<T>>(new SubscriptionHandle<T>(this, clientId));
        }

        bool isImplicit = provider.Implicit.SubscribersOf(streamId).Contains(activation.GrainId);
        var id = isImplicit
            ? ImplicitSubscriptions.IdOf(activation.GrainId, ProviderName, streamId)
            : provider.Catalog.Random.NextGuid();
        (activation.StreamObservers ??= [])[id] = observer;
        if (!isImplicit)
        {
            Add(id, new GrainConsumer(activation.GrainReference));
        }

        return Task.FromResult<StreamSubscriptionHandle<T>>(new SubscriptionHandle<T>(this, id));
    }

    private void Add(Guid id, IStreamConsumer consumer)
    {
        StreamChannel channel;
        do
        {
            channel = provider.Channel(streamId);
        }
        while (!channel.Subscribe(new StreamSubscription(channel, id, consumer)));
    }
}

internal sealed class SubscriptionHandle<T>(MemoryStream<T> stream, Guid id) : StreamSubscriptionHandle<T>
{
    private bool _isVoid;

    public override Guid HandleId => id;

    public override StreamId StreamId => stream.StreamId;

    public override string ProviderName => stream.ProviderName;

    public override Task UnsubscribeAsync()
    {
        Use();
        (RuntimeContext.Current as Activation)?.StreamObservers?.Remove(id);
        stream.Provider.Channel(StreamId).Unsubscribe(id);
        return Task.CompletedTask;
    }

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Resume(new StreamObserver<T>(observer), token);
    }

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(
        IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Resume(new StreamBatchObserver<T>(observer), token);
    }

    public override bool Equals(StreamSubscriptionHandle<T>? other) => other is not null && other.HandleId == id;

    public override string ToString() => $"{stream} {id}";

    private Task<StreamSubscriptionHandle<T>> Resume(StreamObserver observer, StreamSequenceToken? token)
    {
        MemoryStream<T>.ThrowIfRewinding(token);
        Use();
        return stream.Observe(id, observer);
    }

    private void Use()
    {
        if (_isVoid)
        {
            throw new InvalidOperationException("Handle is no longer valid. It has been used to unsubscribe or resume.");
        }

        _isVoid = true;
    }
}
