using Orleans.Storage;

namespace Orleans.Runtime.Conformance;

[GenerateSerializer]
[Alias("conformance.Tally")]
public sealed class Tally
{
    [Id(0)]
    public int Count { get; set; }

    [Id(1)]
    public List<string> Names { get; set; } = [];
}

public interface ITallies : IGrainWithGuidKey
{
    Task Add(string name);

    Task AddWithoutWriting(string name);

    Task<int> Count();

    Task<int> OtherCount();

    Task AddOther();

    Task<bool> Exists();

    Task<string?> ETag();

    Task Reread();

    Task Clear();

    Task End();

    Task<Guid> Instance();
}

public sealed class TalliesGrain(
    [PersistentState("tally", SharedSilo.Store)] IPersistentState<Tally> tally,
    [PersistentState("other")] IPersistentState<Tally> other) : Grain, ITallies
{
    private readonly Guid _instance = Guid.NewGuid();

    public Task Add(string name)
    {
        tally.State.Count++;
        tally.State.Names.Add(name);
        return tally.WriteStateAsync();
    }

    public Task AddWithoutWriting(string name)
    {
        tally.State.Count++;
        tally.State.Names.Add(name);
        return Task.CompletedTask;
    }

    public Task<int> Count() => Task.FromResult(tally.State.Count);

    public Task<int> OtherCount() => Task.FromResult(other.State.Count);

    public Task AddOther()
    {
        other.State.Count++;
        return other.WriteStateAsync();
    }

    public Task<bool> Exists() => Task.FromResult(tally.RecordExists);

    public Task<string?> ETag() => Task.FromResult(tally.Etag);

    public Task Reread() => tally.ReadStateAsync();

    public Task Clear() => tally.ClearStateAsync();

    public Task End()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task<Guid> Instance() => Task.FromResult(_instance);
}

/// <summary>Two grains of one identity in storage: each thinks that it is alone.</summary>
public interface IRival : IGrainWithStringKey
{
    Task Write(int count);

    Task<int> Read();

    Task<Guid> Instance();
}

public sealed class RivalGrain : Grain, IRival
{
    private readonly IGrainStorage _storage;
    private readonly IPersistentState<Tally> _tally;
    private readonly Guid _instance = Guid.NewGuid();

    public RivalGrain(
        [PersistentState("rival", SharedSilo.Store)] IPersistentState<Tally> tally,
        [Microsoft.Extensions.DependencyInjection.FromKeyedServices(SharedSilo.Store)] IGrainStorage storage)
    {
        _tally = tally;
        _storage = storage;
    }

    public async Task Write(int count)
    {
        if (count < 0)
        {
            // As another activation would: straight to the storage, past this one's ETag.
            var other = new GrainState<Tally>();
            await _storage.ReadStateAsync("rival", this.GetGrainId(), other);
            other.State = new Tally { Count = -count };
            await _storage.WriteStateAsync("rival", this.GetGrainId(), other);
            return;
        }

        _tally.State.Count = count;
        await _tally.WriteStateAsync();
    }

    public Task<int> Read() => Task.FromResult(_tally.State.Count);

    public Task<Guid> Instance() => Task.FromResult(_instance);
}

public interface IOldStyle : IGrainWithStringKey
{
    Task<int> Increment();

    Task End();
}

[Orleans.Providers.StorageProvider(ProviderName = SharedSilo.Store)]
public sealed class OldStyleGrain : Grain<Tally>, IOldStyle
{
    public async Task<int> Increment()
    {
        State.Count++;
        await WriteStateAsync();
        return State.Count;
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
