using System.Globalization;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Miners;

/// <summary>A storage miner's number: given out in the order of registration, from 0, and never again.</summary>
/// <param name="Value">The number.</param>
public readonly record struct MinerId(uint Value) : IComparable<MinerId>, IScaleValue<MinerId>
{
    /// <inheritdoc/>
    public int CompareTo(MinerId other) => Value.CompareTo(other.Value);

    /// <summary>Writes a compact integer.</summary>
    public void Encode(ScaleWriter writer) => writer.WriteCompact(Value);

    /// <summary>Reads a compact integer below 2^32.</summary>
    public static MinerId Decode(ref ScaleReader reader) => new(reader.ReadCompactU32());

    /// <summary>The decimal number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Order as numbers.</summary>
    public static bool operator <(MinerId left, MinerId right) => left.Value < right.Value;

    /// <summary>Order as numbers.</summary>
    public static bool operator >(MinerId left, MinerId right) => left.Value > right.Value;

    /// <summary>Order as numbers.</summary>
    public static bool operator <=(MinerId left, MinerId right) => left.Value <= right.Value;

    /// <summary>Order as numbers.</summary>
    public static bool operator >=(MinerId left, MinerId right) => left.Value >= right.Value;
}
