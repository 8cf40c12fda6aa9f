using System.Collections.Immutable;
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
/// What a call, or the start of a block, has changed: one of a closed set of records. In SCALE: module byte, the event's
/// byte within the module, then its fields.
/// </summary>
public abstract record LedgerEvent : IScaleValue<LedgerEvent>
{
    private protected LedgerEvent()
    {
    }

    /// <summary>Which module it comes from.</summary>
    public abstract ModuleId Module { get; }

    private protected abstract byte Index { get; }

    /// <summary>
    /// All accounts that it names, so those that are party to the transaction that it is of. None twice; the order is of no meaning.
    /// </summary>
    public abstract ImmutableArray<AccountId> Accounts { get; }

    /// <summary>Whom it concerns, for routing: its accounts, and more. No subject twice; the order is of no meaning.</summary>
    public IEnumerable<Subject> Subjects
    {
        get
        {
            foreach (AccountId account in Accounts)
                yield return Subject.Of(account);
            foreach (Subject other in OtherSubjects)
                yield return other;
        }
    }

    private protected virtual IEnumerable<Subject> OtherSubjects => [];

    /// <summary>Writes module, index and fields.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Module);
        writer.WriteU8(Index);
        EncodeFields(writer);
    }

    /// <summary>Reads any event.</summary>
    public static LedgerEvent Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<ModuleId>() switch
        {
            ModuleId.Balances => BalancesEvent.DecodeFields(ref reader),
            ModuleId.Miners => MinersEvent.DecodeFields(ref reader),
            ModuleId.Files => FilesEvent.DecodeFields(ref reader),
            ModuleId.Batches => BatchCompleted.DecodeFields(ref reader),
            ModuleId.Accounts => AccountsEvent.DecodeFields(ref reader),
            ModuleId.Staking => StakingEvent.DecodeFields(ref reader),
            ModuleId.Governance => GovernanceEvent.DecodeFields(ref reader),
            ModuleId module => throw new ScaleException(ScaleError.UnknownVariant, start, $"{module} has no events."),
        };
    }

    private protected abstract void EncodeFields(ScaleWriter writer);
}
