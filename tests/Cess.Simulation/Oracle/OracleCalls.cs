using Cess.Ledger;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>Executes the calls of one transaction; one that fails changes nothing.</summary>
/// <param name="ledger">The records.</param>
/// <param name="transaction">Id of the transaction.</param>
internal sealed class OracleCalls(OracleLedger ledger, Hash256 transaction)
{
    /// <summary>What single calls have taken from the account for which a delegate acts; null while none does.</summary>
    private Balance? _taken;

    public OracleLedger Ledger => ledger;

    /// <summary>Executes a call of a delegate, and adds up what each single call in it takes from the account.</summary>
    public LedgerError? ExecuteCounting(AccountId account, Call call, int? placeInBatch, out Balance taken)
    {
        _taken = Balance.Zero;
        LedgerError? error = Execute(account, call, placeInBatch);
        taken = _taken.Value;
        _taken = null;
        return error;
    }

    public LedgerError? Execute(AccountId sender, Call call, int? placeInBatch)
    {
        bool counts = _taken is not null && call is not Batch;
        AccountRecord before = ledger.Account(sender);
        int changes = ledger.Undo.Count;
        int events = ledger.Events.Count;
        LedgerError? error = Apply(sender, call, placeInBatch);
        if (error is not null)
        {
            ledger.Undo.TakeBackTo(changes);
            ledger.Events.RemoveRange(events, ledger.Events.Count - events);
        }
        else if (counts)
        {
            _taken += AccountRules.Taken(before, ledger.Account(sender));
        }

        return error;
    }

    private LedgerError? Apply(AccountId sender, Call call, int? placeInBatch) => call switch
    {
        Transfer transfer => Transfer(sender, transfer),
        Batch { Mode: BatchMode.AllOrNothing } batch => ExecuteAll(sender, batch),
        Batch batch => ExecuteEach(sender, batch),
        RotateKey rotate => AccountRules.RotateKey(ledger, sender, rotate),
        SetDelegate set => AccountRules.SetDelegate(ledger, sender, set),
        RemoveDelegate remove => AccountRules.RemoveDelegate(ledger, sender, remove),
        ActAs act => AccountRules.ActAs(this, sender, act, placeInBatch),
        RegisterMiner register => MinerRules.Register(ledger, sender, register),
        DeclareSpace declare => MinerRules.DeclareSpace(ledger, sender, declare),
        UpdateEndpoint update => MinerRules.UpdateEndpoint(ledger, sender, update),
        UpdateBeneficiary update => MinerRules.UpdateBeneficiary(ledger, sender, update),
        AddStake add => MinerRules.AddStake(ledger, sender, add),
        CreateBucket create => FileRules.CreateBucket(ledger, sender, create),
        DeleteBucket delete => FileRules.DeleteBucket(ledger, sender, delete),
        DeclareFile declare => FileRules.Declare(ledger, sender, declare, NewFile(placeInBatch)),
        ReportTransfer report => FileRules.Report(ledger, sender, report),
        ReassignFragments reassign => FileRules.Reassign(ledger, sender, reassign),
        CancelDeal cancel => FileRules.Cancel(ledger, sender, cancel),
        DeleteFiles delete => FileRules.Delete(ledger, sender, delete),
        Bond bond => StakingRules.Bond(ledger, sender, bond),
        Unbond unbond => StakingRules.Unbond(ledger, sender, unbond),
        Withdraw => StakingRules.Withdraw(ledger, sender),
        Validate validate => StakingRules.Validate(ledger, sender, validate),
        Chill => StakingRules.Chill(ledger, sender),
        Unjail => StakingRules.Unjail(ledger, sender),
        Nominate nominate => NominationRules.Nominate(ledger, sender, nominate),
        LeaveNomination leave => NominationRules.Leave(ledger, sender, leave),
        WithdrawNomination withdraw => NominationRules.Withdraw(ledger, sender, withdraw),
        Reveal reveal => StakingRules.Reveal(ledger, sender, reveal),
        ReportEquivocation report => SlashRules.Report(ledger, report.Evidence),
        GovernanceCall governance => GovernanceRules.Execute(ledger, sender, governance),
        _ => throw new NotSupportedException($"The oracle has no rule for {call}."),
    };

    private LedgerError? Transfer(AccountId sender, Transfer call)
    {
        if (call.Amount.IsZero)
            return BalancesError.AmountZero;
        if (ledger.Account(sender).Free < call.Amount)
            return BalancesError.FundsInsufficient;
        ledger.Take(sender, call.Amount);
        ledger.Give(call.To, call.Amount);
        ledger.Events.Add(new Transferred(sender, call.To, call.Amount));
        return null;
    }

    private LedgerError? ExecuteAll(AccountId sender, Batch batch)
    {
        for (int place = 0; place < batch.Calls.Length; place++)
        {
            if (Execute(sender, batch.Calls[place], place) is { } error)
                return error;
        }

        return null;
    }

    private LedgerError? ExecuteEach(AccountId sender, Batch batch)
    {
        List<FailedCall> failed = [];
        for (int place = 0; place < batch.Calls.Length; place++)
        {
            if (Execute(sender, batch.Calls[place], place) is { } error)
                failed.Add(new FailedCall((uint)place, error));
        }

        ledger.Events.Add(new BatchCompleted(sender, (uint)batch.Calls.Length, [.. failed]));
        return null;
    }

    /// <summary>Names the file that the call declares.</summary>
    private FileId NewFile(int? placeInBatch) => new(placeInBatch is { } place ? Hashing.FileInBatch(transaction, place) : transaction);
}
