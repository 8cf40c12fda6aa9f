using Orleans.Core;
using Orleans.InProcess;
using Orleans.Runtime;

namespace Orleans;

/// <summary>The base of most grain classes.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    private readonly IGrainRuntime? _runtime;

    /// <summary>Made by the runtime, inside the turn that activates the grain.</summary>
    protected Grain()
        : this(RuntimeContext.Current!)
    {
    }

    /// <summary>For tests that bring a context of their own.</summary>
    protected Grain(IGrainContext grainContext, IGrainRuntime? grainRuntime = null)
    {
        GrainContext = grainContext;
        _runtime = grainRuntime ?? (grainContext is Activation activation
            ? activation.Catalog.Runtime
            : grainContext?.ActivationServices.GetService(typeof(IGrainRuntime)) as IGrainRuntime);
    }

    /// <summary>The activation that this instance belongs to.</summary>
    public IGrainContext GrainContext { get; }

    /// <summary>A reference to this grain that may be handed out.</summary>
    public GrainReference GrainReference => GrainContext.GrainReference;

    /// <summary>The grain's identity as text.</summary>
    public string IdentityString => GrainContext.GrainId.ToString();

    /// <summary>The silo's name.</summary>
    public string RuntimeIdentity => Runtime.SiloIdentity;

    /// <summary>Makes references to other grains.</summary>
    protected IGrainFactory GrainFactory => Runtime.GrainFactory;

    /// <summary>The services of this activation.</summary>
    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    internal IGrainRuntime Runtime =>
        _runtime ?? throw new InvalidOperationException("The grain was not made by a runtime and was given none.");

    /// <summary>Runs before the first call; if it throws, that call and those waiting fail with the same exception.</summary>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs after the last call. Its exceptions are logged and change nothing.</summary>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Deactivates as soon as the running calls have ended; later calls go to a new activation.</summary>
    protected void DeactivateOnIdle() => Runtime.DeactivateOnIdle(GrainContext);

    /// <summary>
    /// Keeps the activation from being collected for the given time. Zero or less takes an earlier request back;
    /// <see cref="TimeSpan.MaxValue"/> keeps it for good.
    /// </summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Runtime.DelayDeactivation(GrainContext, timeSpan);
}

/// <summary>
/// A grain with one state, kept by the storage provider named by <see cref="Providers.StorageProviderAttribute"/> or else the
/// default one.
/// </summary>
public class Grain<TGrainState> : Grain
{
    private readonly IStorage<TGrainState> _storage;

    /// <summary>Made by the runtime, which reads the state before <see cref="Grain.OnActivateAsync"/>.</summary>
    protected Grain() => _storage = Runtime.GetStorage<TGrainState>(GrainContext);

    /// <summary>For tests that bring storage of their own.</summary>
    protected Grain(IStorage<TGrainState> storage) => _storage = storage;

    /// <summary>The state in memory; nothing is stored until <see cref="WriteStateAsync"/>.</summary>
    protected TGrainState State
    {
        get => _storage.State;
        set => _storage.State = value;
    }

    /// <summary>Removes what is stored and resets the state in memory.</summary>
    protected virtual Task ClearStateAsync() => _storage.ClearStateAsync();

    /// <summary>Replaces the state in memory with what is stored.</summary>
    protected virtual Task ReadStateAsync() => _storage.ReadStateAsync();

    /// <summary>Stores the state in memory.</summary>
    /// <exception cref="Storage.InconsistentStateException">Someone else wrote since this activation read.</exception>
    protected virtual Task WriteStateAsync() => _storage.WriteStateAsync();
}
