using System.Collections;
using System.Globalization;
using System.Reflection;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>Values in words, lists within them included, which a record's own text does not show.</summary>
internal static class Words
{
    public static string Of(object? value) => value switch
    {
        null => "none",
        string text => text,
        Balance balance => balance.Units.ToString(CultureInfo.InvariantCulture),
        ReadOnlyMemory<byte> bytes => Convert.ToHexStringLower(bytes.Span),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Of))}]",
        _ when IsRecord(value.GetType()) => OfRecord(value),
        _ => value.ToString() ?? "",
    };

    private static bool IsRecord(Type type) =>
        type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null
        && type.GetMethod(nameof(ToString), Type.EmptyTypes)!.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute));

    private static string OfRecord(object value)
    {
        IEnumerable<PropertyInfo> fields = value.GetType().GetProperties().Where(property => property.CanWrite && property.GetIndexParameters().Length == 0);
        return $"{value.GetType().Name.Split('`')[0]} {{ {string.Join(", ", fields.Select(field => $"{field.Name} = {Of(field.GetValue(value))}"))} }}";
    }
}
