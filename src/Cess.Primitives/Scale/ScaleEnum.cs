using System.Runtime.CompilerServices;

namespace Cess.Primitives;

/// <summary>What the codec knows of one enumeration: SCALE discriminants are bytes.</summary>
internal static class ScaleEnum<T>
    where T : unmanaged, Enum
{
    private static readonly bool[] s_isDefined = FindDefined();

    public static bool IsDefined(byte discriminant) => s_isDefined[discriminant];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EnsureByteSized()
    {
        if (Unsafe.SizeOf<T>() != sizeof(byte))
            throw new NotSupportedException($"{typeof(T)} must be an enumeration over byte to be a SCALE discriminant.");
    }

    private static bool[] FindDefined()
    {
        bool[] isDefined = new bool[byte.MaxValue + 1];
        foreach (T value in Enum.GetValues<T>())
            isDefined[Unsafe.BitCast<T, byte>(value)] = true;
        return isDefined;
    }
}
