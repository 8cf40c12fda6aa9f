using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.InProcess;

/// <summary>What the runtime knows of one grain class, and its activations.</summary>
internal sealed class GrainClass
{
    private readonly ObjectFactory _factory;
    private readonly Func<Activation, object>[] _facets;
    private readonly bool _hasParameters;

    internal GrainClass(Type type, GrainCollectionOptions options)
    {
        Type = type;
        Name = NameOf(type);
        Interfaces = [.. type.GetInterfaces().Where(IsGrainInterface)];
        MainInterface = Interfaces.FirstOrDefault(one => !Interfaces.Any(other => other != one && one.IsAssignableFrom(other)))
            ?? throw new OrleansConfigurationException($"{type} implements no grain interface.");
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        FiltersItself = typeof(IIncomingGrainCallFilter).IsAssignableFrom(type);
        MayInterleave = InterleavingPredicate(type);
        CollectionAge = AgeOf(type, options);
        if (type.GetCustomAttribute<StatelessWorkerAttribute>() is { } worker)
        {
            MaxWorkers = worker.MaxLocalWorkers > 0 ? worker.MaxLocalWorkers : Environment.ProcessorCount;
        }

        (_factory, _facets, _hasParameters) = Construction(type);
    }

    internal Type Type { get; }

    internal GrainType Name { get; }

    internal Type[] Interfaces { get; }

    /// <summary>The most derived interface: that of references which the runtime makes by itself.</summary>
    internal Type MainInterface { get; }

    internal bool IsReentrant { get; }

    internal bool FiltersItself { get; }

    internal Func<object, IInvokable, bool>? MayInterleave { get; }

    internal TimeSpan CollectionAge { get; }

    /// <summary>Activations of one identity: zero for all but stateless workers.</summary>
    internal int MaxWorkers { get; }

    internal bool IsStatelessWorker => MaxWorkers > 0;

    internal ConcurrentDictionary<IdSpan, CallTarget> Directory { get; } = new();

    internal object CreateInstance(Activation activation)
    {
        object[] facets = new object[_facets.Length];
        for (int i = 0; i < facets.Length; i++)
        {
            facets[i] = _facets[i](activation);
        }

        // Most grains ask for no services, and then need no scope of their own.
        var services = _hasParameters ? activation.ActivationServices : activation.Catalog.Services;
        object instance = _factory(services, facets);
        (instance as ILifecycleParticipant<IGrainLifecycle>)?.Participate(activation.ObservableLifecycle);
        return instance;
    }

    internal static ValueTask DisposeInstance(object? instance)
    {
        switch (instance)
        {
            case IAsyncDisposable disposable:
                return disposable.DisposeAsync();
            case IDisposable disposable:
                disposable.Dispose();
                return ValueTask.CompletedTask;
            default:
                return ValueTask.CompletedTask;
        }
    }

    internal static bool IsGrainInterface(Type type) =>
        type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)
        && type != typeof(IAddressable) && type != typeof(IGrain) && type != typeof(IGrainObserver)
        && type != typeof(IGrainWithGuidKey) && type != typeof(IGrainWithIntegerKey) && type != typeof(IGrainWithStringKey)
        && type != typeof(IGrainWithGuidCompoundKey) && type != typeof(IGrainWithIntegerCompoundKey);

    // The same names as Orleans gives, because they are part of what is stored.
    private static GrainType NameOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>() is { } named)
        {
            return GrainType.Create(named.Name);
        }

        const string Suffix = "grain";
        string name = type.Name.ToLowerInvariant();
        bool hasSuffix = name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal);
        return GrainType.Create(hasSuffix ? name[..^Suffix.Length] : name);
    }

    private static TimeSpan AgeOf(Type type, GrainCollectionOptions options)
    {
        if (options.ClassSpecificCollectionAge.TryGetValue(type.FullName!, out var age))
        {
            return age;
        }

        if (type.IsDefined(typeof(KeepAliveAttribute)))
        {
            return TimeSpan.MaxValue;
        }

        return type.GetCustomAttribute<CollectionAgeLimitAttribute>()?.AgeLimit ?? options.CollectionAge;
    }

    private static Func<object, IInvokable, bool>? InterleavingPredicate(Type type)
    {
        if (type.GetCustomAttribute<MayInterleaveAttribute>() is not { } attribute)
        {
            return null;
        }

        var method = type.GetMethod(
            attribute.CallbackMethodName,
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy);
        if (method is null || method.ReturnType != typeof(bool)
            || method.GetParameters() is not [{ ParameterType: var parameter }] || parameter != typeof(IInvokable))
        {
            throw new OrleansConfigurationException(
                $"{type} has no method bool {attribute.CallbackMethodName}(IInvokable) for its [MayInterleave].");
        }

        if (method.IsStatic)
        {
            var predicate = method.CreateDelegate<Func<IInvokable, bool>>();
            return (_, call) => predicate(call);
        }

        return (grain, call) => (bool)method.Invoke(grain, BindingFlags.DoNotWrapExceptions, null, [call], null)!;
    }

    private static (ObjectFactory, Func<Activation, object>[], bool) Construction(Type type)
    {
        var constructors = type.GetConstructors();
        var constructor = constructors.Length == 1
            ? constructors[0]
            : constructors.SingleOrDefault(candidate => candidate.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
                ?? constructors.MaxBy(candidate => candidate.GetParameters().Length)
                ?? throw new OrleansConfigurationException($"{type} has no public constructor.");
        var parameters = constructor.GetParameters();
        var facets = parameters.Where(parameter => FacetOf(parameter) is not null).ToArray();
        return (
            ActivatorUtilities.CreateFactory(type, [.. facets.Select(facet => facet.ParameterType)]),
            [.. facets.Select(FacetFactory)],
            parameters.Length != 0);
    }

    private static IFacetMetadata? FacetOf(ParameterInfo parameter) =>
        parameter.GetCustomAttributes().OfType<IFacetMetadata>().FirstOrDefault();

    private static Func<Activation, object> FacetFactory(ParameterInfo parameter)
    {
        if (FacetOf(parameter) is IPersistentStateConfiguration configuration
            && parameter.ParameterType.IsGenericType
            && parameter.ParameterType.GetGenericTypeDefinition() == typeof(IPersistentState<>))
        {
            var create = typeof(IPersistentStateFactory).GetMethod(nameof(IPersistentStateFactory.Create))!
                .MakeGenericMethod(parameter.ParameterType.GetGenericArguments());
            return activation => create.Invoke(
                activation.Catalog.Services.GetRequiredService<IPersistentStateFactory>(), BindingFlags.DoNotWrapExceptions, null,
                [activation, configuration], null)!;
        }

        throw new OrleansConfigurationException(
            $"{parameter.Member.DeclaringType} has a parameter {parameter.Name} to be filled in by the runtime; it can fill in"
            + " [PersistentState] IPersistentState<T>.");
    }
}
