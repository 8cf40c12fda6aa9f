using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cess.Primitives;

namespace Cess.Ledger;

/// <summary>The ledger's habits in SCALE: amounts compact, vectors immutable.</summary>
internal static class LedgerScale
{
    public static void WriteAmount(this ScaleWriter writer, Balance amount) => writer.WriteCompact(amount.Units);

    public static Balance ReadAmount(this ref ScaleReader reader) => new(reader.ReadCompactU128());

    public static void WriteVector<T>(this ScaleWriter writer, ImmutableArray<T> values)
        where T : IScaleValue<T> => writer.WriteVector(values.AsSpan());

    public static ImmutableArray<T> ReadImmutable<T>(this ref ScaleReader reader, int countMax, int elementBytesMin = 1)
        where T : IScaleValue<T> => ImmutableCollectionsMarshal.AsImmutableArray(reader.ReadVector<T>(countMax, elementBytesMin));
}
