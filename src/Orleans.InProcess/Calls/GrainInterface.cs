using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>A grain or observer interface: its methods and the emitted class of its references.</summary>
internal sealed class GrainInterface
{
    private readonly Func<GrainInterface, GrainId, GrainReference> _create;
    private GrainClass? _class;

    internal GrainInterface(Catalog catalog, Type type)
    {
        Catalog = catalog;
        Type = type;
        Name = GrainInterfaceType.Create(type.FullName ?? type.Name);
        (Methods, _create) = ProxyEmitter.Emit(type);
    }

    internal Catalog Catalog { get; }

    internal Type Type { get; }

    internal GrainInterfaceType Name { get; }

    internal GrainMethod[] Methods { get; }

    /// <summary>The class that answers when no prefix picks one.</summary>
    internal GrainClass DefaultClass => _class ??= Catalog.Classes.DefaultFor(Type);

    internal GrainReference CreateReference(GrainId grainId) => _create(this, grainId);
}

/// <summary>The interfaces that references were made of.</summary>
internal sealed class GrainInterfaces(Catalog catalog)
{
    private readonly ConcurrentDictionary<Type, GrainInterface> _interfaces = new();

    internal GrainInterface Get(Type type) =>
        _interfaces.TryGetValue(type, out var found) ? found : _interfaces.GetOrAdd(type, Create);

    internal GrainInterface Get(GrainInterfaceType name) =>
        _interfaces.Values.FirstOrDefault(candidate => candidate.Name == name)
        ?? throw new ArgumentException($"No reference of interface {name} was made yet.");

    private GrainInterface Create(Type type)
    {
        if (!type.IsInterface || !typeof(IAddressable).IsAssignableFrom(type))
        {
            throw new ArgumentException(
                $"{type} is no grain interface: it must be an interface that derives from IGrain or IGrainObserver.", nameof(type));
        }

        MessageRules.Check(type);
        return new GrainInterface(catalog, type);
    }
}
