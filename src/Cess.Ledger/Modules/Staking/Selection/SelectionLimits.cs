namespace Cess.Ledger.Modules.Staking.Selection;

/// <summary>The bounds of selecting validators and leaders. All are protocol.</summary>
public static class SelectionLimits
{
    /// <summary>Most candidates that one era's validators are drawn from.</summary>
    public const int CandidatesMax = 65_536;

    /// <summary>
    /// Most steps of a hash chain between two reveals, and so most hashes that checking one takes: some 2 ms. A validator that
    /// was silent for longer commits to a new chain.
    /// </summary>
    public const int RevealStepsMax = 8192;

    /// <summary>Most steps of one hash chain.</summary>
    public const int HashChainLengthMax = 1 << 24;
}
