using Cess.Ledger.Blocks;

namespace Cess.Node.Network;

/// <summary>What the operator knows of the chain from somebody else than its nodes.</summary>
/// <param name="Start">What the chain has to agree with; null for nothing.</param>
internal sealed record ChainTrust(TrustedStart? Start)
{
    /// <summary>Why a node stops whose chain is another than the trusted one.</summary>
    public static string Contradiction(ulong era) =>
        $"era {era} of this chain is not the one that --trust names: whoever gave these blocks, or the name of the era, is wrong. "
        + "To begin again, remove blocks/ and state.db* from the data folder.";

    /// <summary>True if a state is of the era that is trusted, and is not that era.</summary>
    public bool IsContradictedBy(LedgerState state) => Start?.IsContradictedBy(state) == true;
}
