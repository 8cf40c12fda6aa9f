using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Cess.Ledger.Modules;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest.Chain;

/// <summary>Events of the ledger as the feed shows them: every field of the record, under its own name.</summary>
internal static class EventMessages
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> s_fields = new();

    public static EventMessage Of(ulong height, Hash256? transaction, LedgerEvent happened)
    {
        var fields = new JsonObject();
        foreach (PropertyInfo field in s_fields.GetOrAdd(happened.GetType(), FieldsOf))
            fields.Add(char.ToLowerInvariant(field.Name[0]) + field.Name[1..], ValueOf(field.GetValue(happened)));
        return new EventMessage(height, $"{happened.Module}.{happened.GetType().Name}", fields, transaction);
    }

    /// <summary>What the record and those of its module have; what all events have is said otherwise.</summary>
    private static PropertyInfo[] FieldsOf(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.Name is not (nameof(LedgerEvent.Accounts) or nameof(LedgerEvent.Subjects) or nameof(LedgerEvent.Module)))];

    private static JsonNode? ValueOf(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag,
        IEnumerable several => new JsonArray([.. several.Cast<object?>().Select(ValueOf)]),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
