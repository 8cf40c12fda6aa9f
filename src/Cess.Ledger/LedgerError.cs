using System.Collections.Frozen;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Ledger;

/// <summary>Whose fault an error is, which decides what to do about it.</summary>
public enum Fault : byte
{
    /// <summary>The sender asked for what is never right. The same transaction fails again.</summary>
    Sender = 0,

    /// <summary>It was right, or may become right: somebody was faster, or something is not there yet. Look again and retry.</summary>
    Timing = 1,

    /// <summary>The block's proposer broke a rule.</summary>
    Proposer = 2,
}

/// <summary>What an error means.</summary>
/// <param name="Name">Its name, stable and unique within its module.</param>
/// <param name="Text">One sentence for people.</param>
/// <param name="Fault">Whose fault it is.</param>
public sealed record ErrorInfo(string Name, string Text, Fault Fault);

/// <summary>
/// An error of the rules, as receipts and answers carry it: a module and a code of that module's catalogue.
/// </summary>
/// <param name="Module">Whose catalogue.</param>
/// <param name="Code">Which entry of it.</param>
public readonly record struct LedgerError(ModuleId Module, ushort Code) : IScaleValue<LedgerError>
{
    private static readonly FrozenDictionary<LedgerError, ErrorInfo> s_catalogue =
        new[]
        {
            ChainErrors.All, BalancesErrors.All, MinersErrors.All, FilesErrors.All,
            AccountsErrors.All, StakingErrors.All, GovernanceErrors.All,
        }
            .SelectMany(catalogue => catalogue)
            .ToFrozenDictionary();

    /// <summary>All errors that there are.</summary>
    public static IReadOnlyDictionary<LedgerError, ErrorInfo> Catalogue => s_catalogue;

    /// <summary>What it means. A code that this version doesn't know is described as such.</summary>
    public ErrorInfo Info => s_catalogue.TryGetValue(this, out ErrorInfo? info)
        ? info
        : new ErrorInfo("Unknown", "This version does not know the error.", Fault.Sender);

    /// <summary>Whose fault it is.</summary>
    public Fault Fault => Info.Fault;

    /// <summary>Writes module and code.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Module);
        writer.WriteU16(Code);
    }

    /// <summary>Reads module and code; the code need not be known.</summary>
    public static LedgerError Decode(ref ScaleReader reader) => new(reader.ReadEnum<ModuleId>(), reader.ReadU16());

    /// <summary>Module, name, and what is wrong.</summary>
    public override string ToString() => $"{Module}.{Info.Name} ({(byte)Module}:{Code}): {Info.Text}";

    /// <summary>The error of the chain itself.</summary>
    public static implicit operator LedgerError(ChainError error) => new(ModuleId.Chain, (ushort)error);

    /// <summary>The error of the balances module.</summary>
    public static implicit operator LedgerError(BalancesError error) => new(ModuleId.Balances, (ushort)error);

    /// <summary>The error of the miners module.</summary>
    public static implicit operator LedgerError(MinersError error) => new(ModuleId.Miners, (ushort)error);

    /// <summary>The error of the accounts module.</summary>
    public static implicit operator LedgerError(AccountsError error) => new(ModuleId.Accounts, (ushort)error);

    /// <summary>The error of the staking module.</summary>
    public static implicit operator LedgerError(StakingError error) => new(ModuleId.Staking, (ushort)error);

    /// <summary>The error of the governance module.</summary>
    public static implicit operator LedgerError(GovernanceError error) => new(ModuleId.Governance, (ushort)error);

    /// <summary>The error of the files module.</summary>
    public static implicit operator LedgerError(FilesError error) => new(ModuleId.Files, (ushort)error);
}
