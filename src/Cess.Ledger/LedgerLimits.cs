namespace Cess.Ledger;

/// <summary>
/// The bounds of the ledger. Those that decide whether bytes are a valid transaction or block are part of the protocol: all
/// validators must have the same ones.
/// </summary>
public static class LedgerLimits
{
    /// <summary>Most keys that one state proof is made for.</summary>
    public const int StateProofKeysMax = 1024;

    /// <summary>Most nodes that a state proof may have when read.</summary>
    public const int StateProofNodesMax = 256 * 1024;
}
