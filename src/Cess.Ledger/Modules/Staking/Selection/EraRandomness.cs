using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking.Selection;

/// <summary>
/// Collects what proposers reveal (after Ethereum's RANDAO). Nobody can choose what goes in, only leave it out: whoever
/// proposes last can keep back one reveal, which costs the block, and so pick between two outcomes.
/// </summary>
/// <param name="Value">All reveals so far, mixed.</param>
public readonly record struct EraRandomness(Hash256 Value) : IScaleValue<EraRandomness>
{
    private static ReadOnlySpan<byte> MixDomain => "cess/randomness/1"u8;

    private static ReadOnlySpan<byte> SeedDomain => "cess/era-seed/1"u8;

    /// <summary>Before any reveal: the hash of the genesis.</summary>
    public static EraRandomness Initial(Hash256 genesis) => new(genesis);

    /// <summary>After one more: SHA-256 of <c>"cess/randomness/1" ‖ value ‖ reveal</c>.</summary>
    public EraRandomness Mix(Hash256 reveal)
    {
        using ScaleWriter writer = new();
        writer.WriteFixed(MixDomain);
        writer.Write(Value);
        writer.Write(reveal);
        return new EraRandomness(Hash256.Sha256(writer.WrittenSpan));
    }

    /// <summary>What an era is drawn with: SHA-256 of <c>"cess/era-seed/1" ‖ value ‖ compact(era)</c>.</summary>
    public Hash256 SeedOf(ulong era)
    {
        using ScaleWriter writer = new();
        writer.WriteFixed(SeedDomain);
        writer.Write(Value);
        writer.WriteCompact(era);
        return Hash256.Sha256(writer.WrittenSpan);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void Encode(ScaleWriter writer) => writer.Write(Value);

    /// <summary>Reads 32 bytes.</summary>
    public static EraRandomness Decode(ref ScaleReader reader) => new(Hash256.Decode(ref reader));
}
