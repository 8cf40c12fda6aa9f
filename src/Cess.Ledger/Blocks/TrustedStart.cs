using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>
/// What somebody who trusts no node begins with, from somebody whom they do trust: the hash of a chain's genesis, and, to begin
/// later than there, an era. Its text is "genesis", or "genesis@index:hash", with 64 hexadecimal digits a hash.
/// </summary>
/// <param name="Genesis">SHA-256 of the chain's genesis.</param>
/// <param name="Era">An era of that chain; null for the first. Blocks before it can't be verified.</param>
public sealed record TrustedStart(Hash256 Genesis, TrustedEra? Era = null)
{
    /// <summary>Reads the text form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TrustedStart? start)
    {
        start = null;
        string[] halves = text.Split('@');
        if (halves.Length > 2 || !Hash256.TryParse(halves[0], out Hash256 genesis))
            return false;
        if (halves.Length == 1)
        {
            start = new TrustedStart(genesis);
            return true;
        }

        string[] era = halves[1].Split(':');
        if (era.Length != 2 || !ulong.TryParse(era[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong index) || !Hash256.TryParse(era[1], out Hash256 hash))
            return false;
        start = new TrustedStart(genesis, new TrustedEra(index, hash));
        return true;
    }

    /// <summary>True if a state is of the era that is trusted, and names other validators or bounds for it.</summary>
    public bool IsContradictedBy(LedgerState state) =>
        Era is not null && state.Era.Index == Era.Index && TrustedEra.Of(state.Era, state.Validators) != Era;

    /// <summary>Writes the text form.</summary>
    public override string ToString() => Era is null ? $"{Genesis}" : string.Create(CultureInfo.InvariantCulture, $"{Genesis}@{Era.Index}:{Era.Hash}");
}

/// <summary>An era, and who certifies its blocks.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Hash">SHA-256 of the era's record and its validators' record, as the state holds them, one after the other.</param>
public sealed record TrustedEra(ulong Index, Hash256 Hash)
{
    /// <summary>Names an era.</summary>
    public static TrustedEra Of(EraRecord era, ValidatorSet validators)
    {
        using ScaleWriter writer = new();
        writer.Write(era);
        writer.Write(validators);
        return new TrustedEra(era.Index, Hash256.Sha256(writer.ToArray()));
    }
}
