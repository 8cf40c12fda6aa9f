namespace Cess.Ledger.Modules;

/// <summary>
/// The modules of the ledger. The number is the first byte of a module's calls, events and state keys, and never changes.
/// </summary>
public enum ModuleId : byte
{
    /// <summary>What belongs to no call: parameters, validators, the rules of transactions and blocks.</summary>
    Chain = 0,

    /// <summary>Accounts and transfers.</summary>
    Balances = 1,

    /// <summary>Storage miners and their space.</summary>
    Miners = 2,

    /// <summary>Buckets, files and deals.</summary>
    Files = 3,

    /// <summary>Several calls in one transaction.</summary>
    Batches = 4,

    /// <summary>Keys and delegates of accounts.</summary>
    Accounts = 5,

    /// <summary>Stakes, validators, nominators and eras.</summary>
    Staking = 6,

    /// <summary>Parameters and the treasury.</summary>
    Governance = 7,
}
