namespace Orleans
{
    /// <summary>Something with stages that others take part in.</summary>
    public interface ILifecycleObservable
    {
        /// <summary>Takes part in a stage.</summary>
        IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer);
    }

    /// <summary>Takes part in a stage.</summary>
    public interface ILifecycleObserver
    {
        /// <summary>The stage begins; stages begin in rising order.</summary>
        Task OnStart(CancellationToken cancellationToken = default);

        /// <summary>The stage ends; stages end in falling order.</summary>
        Task OnStop(CancellationToken cancellationToken = default);
    }

    /// <summary>Takes part in stages by itself.</summary>
    public interface ILifecycleParticipant<TLifecycleObservable>
        where TLifecycleObservable : ILifecycleObservable
    {
        /// <summary>Subscribes to the stages.</summary>
        void Participate(TLifecycleObservable lifecycle);
    }

    /// <summary>Ways to take part.</summary>
    public static class LifecycleExtensions
    {
        /// <summary>Takes part in a stage's beginning and end.</summary>
        public static IDisposable Subscribe(
            this ILifecycleObservable observable, string observerName, int stage,
            Func<CancellationToken, Task> onStart, Func<CancellationToken, Task> onStop) =>
            observable.Subscribe(observerName, stage, new Callbacks(onStart, onStop));

        /// <summary>Takes part in a stage's beginning.</summary>
        public static IDisposable Subscribe(
            this ILifecycleObservable observable, string observerName, int stage, Func<CancellationToken, Task> onStart) =>
            observable.Subscribe(observerName, stage, new Callbacks(onStart, null));

        private sealed class Callbacks(Func<CancellationToken, Task> onStart, Func<CancellationToken, Task>? onStop) : ILifecycleObserver
        {
            public Task OnStart(CancellationToken cancellationToken) => onStart(cancellationToken);

            public Task OnStop(CancellationToken cancellationToken) => onStop?.Invoke(cancellationToken) ?? Task.CompletedTask;
        }
    }
}

namespace Orleans.Runtime
{
    /// <summary>The stages of an activation: state is read, then the grain is activated.</summary>
    public interface IGrainLifecycle : ILifecycleObservable;

    /// <summary>Stages of an activation.</summary>
    public static class GrainLifecycleStage
    {
        /// <summary>The first.</summary>
        public const int First = int.MinValue;

        /// <summary>State is read from storage.</summary>
        public const int SetupState = 1000;

        /// <summary>The grain is activated.</summary>
        public const int Activate = 2000;

        /// <summary>The last.</summary>
        public const int Last = int.MaxValue;
    }
}
