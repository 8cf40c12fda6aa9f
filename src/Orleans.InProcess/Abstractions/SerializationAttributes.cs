namespace Orleans;

// In one process nothing is serialized between grains: these say what Orleans' code generator needs, and are otherwise inert,
// but for Immutable, which the rules for messages read.

/// <summary>Orleans generates a serializer for the type.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
public sealed class GenerateSerializerAttribute : Attribute
{
    /// <summary>Whether members get numbers by themselves.</summary>
    public GenerateFieldIds GenerateFieldIds { get; init; }

    /// <summary>Whether the parameters of the primary constructor are serialized.</summary>
    public bool IncludePrimaryConstructorParameters { get; init; }
}

/// <summary>Which members get numbers by themselves.</summary>
public enum GenerateFieldIds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Public properties.</summary>
    PublicProperties = 1,
}

/// <summary>A member's number in the serialized form.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method
    | AttributeTargets.Property | AttributeTargets.Field)]
public sealed class IdAttribute : Attribute
{
    /// <summary>Sets the number.</summary>
    public IdAttribute(uint id) => Id = id;

    /// <summary>The number.</summary>
    public uint Id { get; }
}

/// <summary>A name for a type, interface or method that stays when the code is renamed.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method
    | AttributeTargets.Interface, AllowMultiple = true)]
public sealed class AliasAttribute : Attribute
{
    /// <summary>Sets the name.</summary>
    public AliasAttribute(string alias) => Alias = alias;

    /// <summary>The name.</summary>
    public string Alias { get; }
}

/// <summary>A promise that values are never changed once made: they cross grains without a copy.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Property | AttributeTargets.Field
    | AttributeTargets.Parameter | AttributeTargets.ReturnValue, Inherited = false)]
public sealed class ImmutableAttribute : Attribute;

/// <summary>How long a caller of the method waits, instead of the silo's <c>ResponseTimeout</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ResponseTimeoutAttribute : Attribute
{
    /// <summary>Reads the time as <see cref="TimeSpan.Parse(string, IFormatProvider)"/> does in the invariant culture.</summary>
    public ResponseTimeoutAttribute(string timeout) =>
        Timeout = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The time.</summary>
    public TimeSpan? Timeout { get; init; }
}
