namespace Orleans.InProcess;

/// <summary>
/// Copies a value that crosses from one grain to another, if values of its type must be: see <see cref="MessageRules"/>.
/// </summary>
internal static class MessageCopy<T>
{
    private static readonly Func<T, T>? s_copy = (Func<T, T>?)MessageCopy.For(typeof(T));

    internal static T Copy(T value) => s_copy is null || value is null ? value : s_copy(value);
}

internal static class MessageCopy
{
    /// <summary>The copying function of a type, or null if its values are shared.</summary>
    internal static Delegate? For(Type type)
    {
        if (type.IsSZArray)
        {
            return Make(nameof(OfArray), type, type.GetElementType()!);
        }

        if (!type.IsGenericType)
        {
            return null;
        }

        var definition = type.GetGenericTypeDefinition();
        var arguments = type.GetGenericArguments();
        string? name = definition switch
        {
            _ when definition == typeof(List<>) => nameof(OfList),
            _ when definition == typeof(Dictionary<,>) => nameof(OfDictionary),
            _ when definition == typeof(HashSet<>) => nameof(OfHashSet),
            _ when definition == typeof(Memory<>) => nameof(OfMemory),
            _ when definition == typeof(ReadOnlyMemory<>) => nameof(OfReadOnlyMemory),
            _ when definition == typeof(IReadOnlyList<>) => nameof(OfReadOnlyList),
            _ when definition == typeof(IReadOnlyCollection<>) => nameof(OfReadOnlyCollection),
            _ when definition == typeof(IEnumerable<>) => nameof(OfEnumerable),
            _ when definition == typeof(IReadOnlyDictionary<,>) => nameof(OfReadOnlyDictionary),
            _ => null,
        };
        return name is null ? null : Make(name, type, arguments);
    }

    private static Delegate Make(string name, Type type, params Type[] arguments) =>
        typeof(MessageCopy).GetMethod(name, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(arguments).CreateDelegate(typeof(Func<,>).MakeGenericType(type, type));

    private static T[] OfArray<T>(T[] value) => value.Length == 0 ? value : (T[])value.Clone();

    private static List<T> OfList<T>(List<T> value) => [.. value];

    private static Dictionary<TKey, TValue> OfDictionary<TKey, TValue>(Dictionary<TKey, TValue> value)
        where TKey : notnull => new(value, value.Comparer);

    private static HashSet<T> OfHashSet<T>(HashSet<T> value) => new(value, value.Comparer);

    private static Memory<T> OfMemory<T>(Memory<T> value) => value.ToArray();

    private static ReadOnlyMemory<T> OfReadOnlyMemory<T>(ReadOnlyMemory<T> value) => value.ToArray();

    // The return types are those of the delegates.
#pragma warning disable CA1859
    private static IReadOnlyList<T> OfReadOnlyList<T>(IReadOnlyList<T> value) => value.ToArray();

    private static IReadOnlyCollection<T> OfReadOnlyCollection<T>(IReadOnlyCollection<T> value) => value.ToArray();

    private static IEnumerable<T> OfEnumerable<T>(IEnumerable<T> value) => value.ToArray();

    private static IReadOnlyDictionary<TKey, TValue> OfReadOnlyDictionary<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> value)
        where TKey : notnull => new Dictionary<TKey, TValue>(value);
}
