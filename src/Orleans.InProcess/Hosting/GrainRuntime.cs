using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Core;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.InProcess;

/// <summary>The runtime's services to grains.</summary>
internal sealed class GrainRuntime(
    Catalog catalog, IGrainFactory grainFactory, ITimerRegistry timers, IOptions<SiloOptions> options)
    : IGrainRuntime, IGrainContextAccessor
{
    public string SiloIdentity => options.Value.SiloName;

    public IGrainFactory GrainFactory => grainFactory;

    public ITimerRegistry TimerRegistry => timers;

    public IServiceProvider ServiceProvider => catalog.Services;

    public TimeProvider TimeProvider => catalog.Time;

    public IGrainContext GrainContext => RuntimeContext.Current!;

    public void DeactivateOnIdle(IGrainContext grainContext) =>
        grainContext.Deactivate(new(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called."));

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan)
    {
        var activation = (Activation)grainContext;
        activation.KeepUntilMs = timeSpan <= TimeSpan.Zero ? 0
            : timeSpan == TimeSpan.MaxValue ? long.MaxValue
            : catalog.Clock.Refresh() + (long)timeSpan.TotalMilliseconds;
    }

    public IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext)
    {
        var attribute = (Providers.StorageProviderAttribute?)Attribute.GetCustomAttribute(
            ((Activation)grainContext).Class.Type, typeof(Providers.StorageProviderAttribute));
        return catalog.Services.GetRequiredService<IPersistentStateFactory>().Create<TGrainState>(
            grainContext, new PersistentStateAttribute("state", attribute?.ProviderName));
    }
}
