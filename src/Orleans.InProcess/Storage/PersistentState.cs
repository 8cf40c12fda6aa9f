using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.InProcess;

/// <summary>One state of one activation, between the grain and its storage.</summary>
internal sealed class PersistentState<TState> : IPersistentState<TState>, ILifecycleObserver
{
    private readonly IGrainContext _context;
    private readonly IGrainStorage _storage;
    private readonly string _name;
    private readonly GrainState<TState> _state = new(NewState.Of<TState>());

    internal PersistentState(IGrainContext context, IGrainStorage storage, string name)
    {
        _context = context;
        _storage = storage;
        _name = name;
        context.ObservableLifecycle.Subscribe(name, GrainLifecycleStage.SetupState, this);
    }

    public TState State
    {
        get => _state.State;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task ReadStateAsync() => Run("read", static (storage, name, id, state) => storage.ReadStateAsync(name, id, state));

    public Task WriteStateAsync() =>
        Run("written", static (storage, name, id, state) => storage.WriteStateAsync(name, id, state));

    public Task ClearStateAsync() =>
        Run("cleared", static (storage, name, id, state) => storage.ClearStateAsync(name, id, state));

    Task ILifecycleObserver.OnStart(CancellationToken cancellationToken) => ReadStateAsync();

    Task ILifecycleObserver.OnStop(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Run(string verb, Func<IGrainStorage, string, GrainId, IGrainState<TState>, Task> operation)
    {
        if (!ReferenceEquals(RuntimeContext.Current, _context))
        {
            throw new InvalidOperationException($"The state \"{_name}\" of {_context.GrainId} is used outside of the grain's turns.");
        }

        try
        {
            await operation(_storage, _name, _context.GrainId, _state);
        }
        catch (Exception e) when (e is not OrleansException)
        {
            throw new OrleansException($"The state \"{_name}\" of {_context.GrainId} could not be {verb}: {e.Message}", e);
        }
    }
}

internal sealed class PersistentStateFactory : IPersistentStateFactory
{
    public IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config)
    {
        string provider = config.StorageName ?? Providers.ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME;
        var storage = ((Activation)context).Catalog.Services.GetKeyedService<IGrainStorage>(provider)
            ?? throw new OrleansException(
                $"No storage provider named \"{provider}\" is registered;"
                + $" the state \"{config.StateName}\" of {context.GrainId} needs it.");
        return new PersistentState<TState>(context, storage, config.StateName);
    }
}

/// <summary>The state of a grain of which nothing is stored.</summary>
internal static class NewState
{
    // As in Orleans: by the parameterless constructor, or without one if there is none; null for a string or an array.
    internal static T Of<T>()
    {
        var type = typeof(T);
        if (type.IsValueType || type == typeof(string) || type.IsArray || type.IsInterface || type.IsAbstract)
        {
            return default!;
        }

        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        return type.GetConstructor(Any, Type.EmptyTypes) is { } constructor
            ? (T)constructor.Invoke(null)
            : (T)RuntimeHelpers.GetUninitializedObject(type);
    }
}
