using Orleans.Core;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Runtime
{
    /// <summary>One activation of a grain.</summary>
    public interface IGrainContext : IEquatable<IGrainContext>
    {
        /// <summary>A reference to the grain.</summary>
        GrainReference GrainReference { get; }

        /// <summary>The grain's identity.</summary>
        GrainId GrainId { get; }

        /// <summary>The instance of the grain class, once it is made.</summary>
        object? GrainInstance { get; }

        /// <summary>The activation's identity.</summary>
        ActivationId ActivationId { get; }

        /// <summary>The services of this activation, disposed with it.</summary>
        IServiceProvider ActivationServices { get; }

        /// <summary>The stages of the activation's life.</summary>
        IGrainLifecycle ObservableLifecycle { get; }

        /// <summary>Complete when the activation has ended. Do not wait for it inside the grain.</summary>
        Task Deactivated { get; }

        /// <summary>Starts the end of the activation: running calls end first. May be called from anywhere.</summary>
        void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
    }

    /// <summary>The activation whose turn runs.</summary>
    public interface IGrainContextAccessor
    {
        /// <summary>The activation, or null outside of turns.</summary>
        IGrainContext GrainContext { get; }
    }

    /// <summary>Services of the runtime to grains.</summary>
    public interface IGrainRuntime
    {
        /// <summary>The silo's name.</summary>
        string SiloIdentity { get; }

        /// <summary>Makes references to grains.</summary>
        IGrainFactory GrainFactory { get; }

        /// <summary>Registers timers.</summary>
        ITimerRegistry TimerRegistry { get; }

        /// <summary>The host's services.</summary>
        IServiceProvider ServiceProvider { get; }

        /// <summary>The clock.</summary>
        TimeProvider TimeProvider { get; }

        /// <summary>See <see cref="GrainBaseExtensions.DeactivateOnIdle"/>.</summary>
        void DeactivateOnIdle(IGrainContext grainContext);

        /// <summary>See <see cref="Grain.DelayDeactivation"/>.</summary>
        void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan);

        /// <summary>The state of a <see cref="Grain{TGrainState}"/>.</summary>
        IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext);
    }
}

namespace Orleans.Timers
{
    /// <summary>Registers timers.</summary>
    public interface ITimerRegistry
    {
        /// <summary>Registers a timer of an activation; it ends with it.</summary>
        IGrainTimer RegisterGrainTimer<TState>(
            IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options);
    }
}
