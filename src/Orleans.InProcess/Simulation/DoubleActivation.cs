using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.InProcess.Simulation;

/// <summary>
/// Brings about what happens in a cluster whose members disagree for a while on who is alive: a grain that is active twice. Orleans
/// promises one activation only as long as they agree, so grains must bear it.
/// </summary>
public static class DoubleActivation
{
    /// <summary>Grains that are active now, stateless workers left out, in an order that is the same in every process.</summary>
    /// <param name="silo">The services of the silo.</param>
    public static IReadOnlyList<GrainId> FindActive(IServiceProvider silo) =>
        [.. silo.GetRequiredService<Catalog>().Activations()
            .Where(activation => !activation.Class.IsStatelessWorker && activation.TakesCalls)
            .Select(activation => activation.GrainId)
            .OrderBy(grain => grain.ToString(), StringComparer.Ordinal)];

    /// <summary>
    /// Takes a grain's activation out of the directory. The next call makes another; this one goes on with the calls, timers and
    /// streams that it has until it is ended, and who holds a reference of before may go on to call it.
    /// </summary>
    /// <param name="silo">The services of the silo.</param>
    /// <param name="grain">The grain.</param>
    /// <returns>Ends the former activation, as a cluster does when its members agree again; null if the grain is not active.</returns>
    public static Action? Orphan(IServiceProvider silo, GrainId grain)
    {
        var directory = silo.GetRequiredService<Catalog>().Classes.Get(grain.Type).Directory;
        if (!directory.TryGetValue(grain.Key, out var target) || target is not Activation activation || !directory.TryRemove(new(grain.Key, target)))
        {
            return null;
        }

        return () => activation.Deactivate(new(DeactivationReasonCode.DuplicateActivation, "Another activation has its place."));
    }
}
