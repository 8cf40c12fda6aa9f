using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Ledger.Modules;

/// <summary>
/// What a transaction asks for: one of a closed set of records, each of one module. In SCALE: module byte, the call's byte
/// within the module, then its fields.
/// </summary>
public abstract record Call : IScaleValue<Call>
{
    private protected Call()
    {
    }

    /// <summary>Which module executes it.</summary>
    public abstract ModuleId Module { get; }

    /// <summary>
    /// What executing it costs, calls within it included, in units of about a nanosecond of one core; the fee and the
    /// block's limit count it.
    /// </summary>
    public abstract ulong Weight { get; }

    private protected abstract byte Index { get; }

    /// <summary>Its byte within the module.</summary>
    internal byte Number => Index;

    /// <summary>True if it is a batch, or a call that carries one.</summary>
    internal virtual bool HoldsBatch => false;

    /// <summary>Writes module, index and fields.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Module);
        writer.WriteU8(Index);
        EncodeFields(writer);
    }

    /// <summary>Reads any call.</summary>
    public static Call Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<ModuleId>() switch
        {
            ModuleId.Balances => BalancesCall.DecodeFields(ref reader),
            ModuleId.Miners => MinersCall.DecodeFields(ref reader),
            ModuleId.Files => FilesCall.DecodeFields(ref reader),
            ModuleId.Batches => Batch.DecodeFields(ref reader),
            ModuleId.Accounts => AccountsCall.DecodeFields(ref reader),
            ModuleId.Staking => StakingCall.DecodeFields(ref reader),
            ModuleId.Governance => GovernanceCall.DecodeFields(ref reader),
            ModuleId module => throw new ScaleException(ScaleError.UnknownVariant, start, $"{module} has no calls."),
        };
    }

    private protected abstract void EncodeFields(ScaleWriter writer);
}
