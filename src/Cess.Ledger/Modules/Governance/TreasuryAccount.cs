using Cess.Primitives;

namespace Cess.Ledger.Modules.Governance;

/// <summary>An account for a chain's treasury that nobody has a key to: only votes spend from it.</summary>
public static class TreasuryAccount
{
    /// <summary>SHA-256 of <c>"cess/treasury/1"</c>.</summary>
    public static AccountId Id { get; } = new(Hash256.Sha256("cess/treasury/1"u8));
}
