namespace Orleans.Streams;

/// <summary>Subscribes with delegates.</summary>
public static class AsyncObservableExtensions
{
    /// <summary>Subscribes the calling grain, or client.</summary>
    public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
        this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync) =>
        obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync));

    /// <summary>Subscribes the calling grain, or client.</summary>
    public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
        this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Exception, Task> onErrorAsync) =>
        obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync));

    /// <summary>Subscribes the calling grain, or client.</summary>
    public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
        this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Task> onCompletedAsync) =>
        obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync, onCompleted: onCompletedAsync));

    /// <summary>Subscribes the calling grain, or client.</summary>
    public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
        this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Exception, Task> onErrorAsync,
        Func<Task> onCompletedAsync) =>
        obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync, onCompletedAsync));
}

/// <summary>Subscribes with delegates.</summary>
public static class AsyncBatchObservableExtensions
{
    /// <summary>Subscribes the calling grain, or client.</summary>
    public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
        this IAsyncBatchObservable<T> obs, Func<IList<SequentialItem<T>>, Task> onNextAsync) =>
        obs.SubscribeAsync(new DelegateBatchObserver<T>(onNextAsync));

    /// <summary>Subscribes the calling grain, or client.</summary>
    public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
        this IAsyncBatchObservable<T> obs, Func<IList<SequentialItem<T>>, Task> onNextAsync, Func<Exception, Task> onErrorAsync) =>
        obs.SubscribeAsync(new DelegateBatchObserver<T>(onNextAsync, onErrorAsync));
}

/// <summary>Resumes with delegates.</summary>
public static class StreamSubscriptionHandleExtensions
{
    /// <summary>Events go to the delegate from now on.</summary>
    public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
        this StreamSubscriptionHandle<T> handle, Func<T, StreamSequenceToken, Task> onNextAsync, StreamSequenceToken? token = null) =>
        handle.ResumeAsync(new DelegateObserver<T>(onNextAsync), token);

    /// <summary>Events go to the delegate from now on.</summary>
    public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
        this StreamSubscriptionHandle<T> handle, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Exception, Task> onErrorAsync,
        StreamSequenceToken? token = null) =>
        handle.ResumeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync), token);

    /// <summary>Batches go to the delegate from now on.</summary>
    public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
        this StreamSubscriptionHandle<T> handle, Func<IList<SequentialItem<T>>, Task> onNextAsync, StreamSequenceToken? token = null) =>
        handle.ResumeAsync(new DelegateBatchObserver<T>(onNextAsync), token);

    /// <summary>Batches go to the delegate from now on.</summary>
    public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
        this StreamSubscriptionHandle<T> handle, Func<IList<SequentialItem<T>>, Task> onNextAsync, Func<Exception, Task> onErrorAsync,
        StreamSequenceToken? token = null) =>
        handle.ResumeAsync(new DelegateBatchObserver<T>(onNextAsync, onErrorAsync), token);
}

internal sealed class DelegateObserver<T>(
    Func<T, StreamSequenceToken, Task> onNext, Func<Exception, Task>? onError = null, Func<Task>? onCompleted = null) : IAsyncObserver<T>
{
    public Task OnNextAsync(T item, StreamSequenceToken? token = null) => onNext(item, token!);

    public Task OnCompletedAsync() => onCompleted?.Invoke() ?? Task.CompletedTask;

    public Task OnErrorAsync(Exception ex) => onError?.Invoke(ex) ?? Task.CompletedTask;
}

internal sealed class DelegateBatchObserver<T>(Func<IList<SequentialItem<T>>, Task> onNext, Func<Exception, Task>? onError = null)
    : IAsyncBatchObserver<T>
{
    public Task OnNextAsync(IList<SequentialItem<T>> items) => onNext(items);

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex) => onError?.Invoke(ex) ?? Task.CompletedTask;
}
