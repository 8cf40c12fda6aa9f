using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime.Conformance;

public sealed record Flavour(string Name);

public interface IServed : IGrainWithStringKey
{
    Task<string> Flavours();

    Task<bool> ScopeIsMine();
}

public sealed class Scoped : IDisposable
{
    public void Dispose() => Signals.Give("scope of served is disposed of");
}

public sealed class ServedGrain(
    Flavour plain, [FromKeyedServices("sweet")] Flavour sweet, IGrainContextAccessor accessor, Scoped scoped, IGrainFactory grains) : Grain, IServed
{
    public Task<string> Flavours() => Task.FromResult($"{plain.Name}, {sweet.Name}");

    public Task<bool> ScopeIsMine()
    {
        bool mine = accessor.GrainContext.GrainId == this.GetGrainId()
            && ServiceProvider.GetRequiredService<Scoped>() == scoped
            && grains.GetGrain<IServed>(this.GetPrimaryKeyString()).GetGrainId() == this.GetGrainId();
        DeactivateOnIdle();
        return Task.FromResult(mine);
    }
}
