using Orleans.Runtime;

namespace Orleans;

/// <summary>What can be asked of a grain or of a reference to one.</summary>
public static class GrainExtensions
{
    /// <summary>A reference to the same grain through another interface.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) =>
        (TGrainInterface)grain.AsReference(typeof(TGrainInterface));

    /// <summary>A reference to the same grain through another interface.</summary>
    public static object AsReference(this IAddressable grain, Type interfaceType) =>
        (grain as GrainReference ?? Context(grain).GrainReference).CastTo(interfaceType);

    /// <summary>A reference to the same grain through another interface.</summary>
    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    /// <summary>A reference to the same grain through another interface.</summary>
    public static object Cast(this IAddressable grain, Type interfaceType) => grain.AsReference(interfaceType);

    /// <summary>The grain's identity.</summary>
    public static GrainId GetGrainId(this IAddressable grain) =>
        grain is GrainReference reference ? reference.GrainId : Context(grain).GrainId;

    /// <summary>The key of a grain named by a GUID.</summary>
    /// <exception cref="ArgumentException">The grain's key is of another kind.</exception>
    public static Guid GetPrimaryKey(this IAddressable grain) => grain.GetGrainId().GetGuidKey();

    /// <summary>The key of a grain named by a GUID and a string.</summary>
    /// <exception cref="ArgumentException">The grain's key is of another kind.</exception>
    public static Guid GetPrimaryKey(this IAddressable grain, out string? keyExt) => grain.GetGrainId().GetGuidKey(out keyExt);

    /// <summary>The key of a grain named by an integer.</summary>
    /// <exception cref="ArgumentException">The grain's key is of another kind.</exception>
    public static long GetPrimaryKeyLong(this IAddressable grain) => grain.GetGrainId().GetIntegerKey();

    /// <summary>The key of a grain named by an integer and a string.</summary>
    /// <exception cref="ArgumentException">The grain's key is of another kind.</exception>
    public static long GetPrimaryKeyLong(this IAddressable grain, out string? keyExt) =>
        grain.GetGrainId().GetIntegerKey(out keyExt);

    /// <summary>The key of a grain named by a string.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    private static IGrainContext Context(IAddressable grain) => grain switch
    {
        IGrainBase { GrainContext: { } context } => context,
        null => throw new ArgumentNullException(nameof(grain)),
        _ => throw new ArgumentException($"{grain.GetType()} is neither a grain nor a reference to one.", nameof(grain)),
    };
}
