using System.Reflection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>The grain classes of all assemblies that use the runtime.</summary>
internal sealed class GrainClasses
{
    private readonly Dictionary<GrainType, GrainClass> _byName = [];
    private readonly Dictionary<Type, List<GrainClass>> _byInterface = [];

    internal GrainClasses(GrainTypeOptions types, GrainCollectionOptions collection)
    {
        foreach (var type in types.Classes.OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            var found = new GrainClass(type, collection);
            if (!_byName.TryAdd(found.Name, found))
            {
                throw new OrleansConfigurationException(
                    $"{type} and {_byName[found.Name].Type} are both grains of type \"{found.Name}\"; give one a [GrainType].");
            }

            foreach (var implemented in found.Interfaces)
            {
                if (!_byInterface.TryGetValue(implemented, out var classes))
                {
                    _byInterface[implemented] = classes = [];
                }

                classes.Add(found);
            }
        }
    }

    internal IEnumerable<GrainClass> All => _byName.Values;

    /// <summary>Every interface that some class implements.</summary>
    internal IEnumerable<Type> Interfaces => _byInterface.Keys;

    internal GrainClass Get(GrainType name) =>
        _byName.TryGetValue(name, out var found)
            ? found
            : throw new ArgumentException($"There is no grain class of type \"{name}\".");

    internal GrainClass DefaultFor(Type interfaceType)
    {
        var classes = Implementing(interfaceType);
        if (interfaceType.GetCustomAttribute<Metadata.DefaultGrainTypeAttribute>() is { } named)
        {
            return Get(GrainType.Create(named.GrainType));
        }

        if (classes.Count == 1)
        {
            return classes[0];
        }

        // As in Orleans: the class that is named as the interface is.
        string plain = interfaceType.Name.StartsWith('I') ? interfaceType.Name[1..] : interfaceType.Name;
        return classes.Find(candidate => candidate.Type.Name == plain)
            ?? throw new ArgumentException(
                $"Unable to identify a single appropriate grain type for interface {interfaceType}. Candidates: {Names(classes)}");
    }

    internal GrainClass ByPrefix(Type interfaceType, string prefix)
    {
        var matching = Implementing(interfaceType).FindAll(
            candidate => candidate.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal));
        return matching.Find(candidate => candidate.Type.FullName == prefix) ?? matching.Count switch
        {
            1 => matching[0],
            0 => throw new ArgumentException(
                $"Could not find an implementation matching prefix \"{prefix}\" for interface {interfaceType}."),
            _ => throw new ArgumentException(
                $"Unable to identify a single appropriate grain type for interface {interfaceType} with prefix \"{prefix}\"."
                + $" Candidates: {Names(matching)}"),
        };
    }

    /// <summary>
    /// All concrete grain classes in the loaded assemblies and in those that they refer to, as far as they use this runtime.
    /// </summary>
    internal static IEnumerable<Type> Scan()
    {
        string runtime = typeof(GrainClasses).Assembly.GetName().Name!;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic));
        while (pending.TryDequeue(out var assembly))
        {
            string name = assembly.GetName().Name!;
            if (IsFramework(name) || !seen.Add(name))
            {
                continue;
            }

            var references = assembly.GetReferencedAssemblies();
            foreach (var reference in references.Where(reference => !IsFramework(reference.Name!) && !seen.Contains(reference.Name!)))
            {
                if (TryLoad(reference) is { } loaded)
                {
                    pending.Enqueue(loaded);
                }
            }

            if (Array.Exists(references, reference => reference.Name == runtime))
            {
                foreach (var type in assembly.GetTypes().Where(IsGrainClass))
                {
                    yield return type;
                }
            }
        }
    }

    private static bool IsGrainClass(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
        && typeof(IGrainBase).IsAssignableFrom(type) && type.GetInterfaces().Any(GrainClass.IsGrainInterface);

    private static bool IsFramework(string assembly) =>
        assembly.StartsWith("System.", StringComparison.Ordinal) || assembly.StartsWith("Microsoft.", StringComparison.Ordinal)
        || assembly is "System" or "mscorlib" or "netstandard" || assembly.StartsWith("xunit", StringComparison.Ordinal);

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            // An optional reference that is not deployed can hold no grains.
            return null;
        }
    }

    private static string Names(List<GrainClass> classes) =>
        string.Join(", ", classes.Select(candidate => candidate.Type.FullName));

    private List<GrainClass> Implementing(Type interfaceType) =>
        _byInterface.TryGetValue(interfaceType, out var classes)
            ? classes
            : throw new ArgumentException($"Could not find an implementation for interface {interfaceType}");
}

/// <summary>Fills the grain classes in, unless the host gave its own.</summary>
internal sealed class ScanForGrainClasses : IConfigureOptions<GrainTypeOptions>
{
    public void Configure(GrainTypeOptions options)
    {
        foreach (var type in GrainClasses.Scan())
        {
            options.Classes.Add(type);
        }
    }
}
