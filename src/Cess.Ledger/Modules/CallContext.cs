using System.Diagnostics;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Modules;

/// <summary>
/// What a call sees: the modules' records as the block has them so far, the block's own facts, and who sent it. One context
/// serves a whole block; the executor sets the sender anew for each transaction.
/// </summary>
internal sealed class CallContext(StateOverlay overlay, LedgerState parent, ulong timeMs)
{
    private readonly List<LedgerEvent> _events = [];
    private int? _batchIndex;
    private Balance? _taken;

    /// <summary>Hash of the chain's genesis.</summary>
    public Hash256 Genesis { get; } = parent.Genesis;

    public ChainParameters Parameters { get; } = parent.Parameters;

    /// <summary>Height of the block being executed.</summary>
    public ulong Height { get; } = parent.Height + 1;

    /// <summary>Time of the block being executed, in milliseconds since 1970.</summary>
    public ulong TimeMs { get; } = timeMs;

    public BalancesState Balances { get; } = new(overlay);

    public AccountsState Accounts { get; } = new(overlay);

    public StakingState Staking { get; } = new(overlay);

    public GovernanceState Governance { get; } = new(overlay);

    public MinersState Miners { get; } = new(overlay);

    public FilesState Files { get; } = new(overlay);

    public AccountId Sender { get; private set; }

    public Hash256 TransactionId { get; private set; }

    /// <summary>The id of a file that the current call declares: no other call, ever, gives the same.</summary>
    public FileId NewFileId =>
        _batchIndex is { } index ? FileId.InBatch(TransactionId, index) : new FileId(TransactionId);

    /// <summary>Events emitted so far, by this transaction or by the start of the block.</summary>
    public IReadOnlyList<LedgerEvent> Events => _events;

    public void Emit(LedgerEvent ledgerEvent) => _events.Add(ledgerEvent);

    /// <summary>Turns to the next transaction.</summary>
    public void Begin(AccountId sender, Hash256 transactionId)
    {
        Sender = sender;
        TransactionId = transactionId;
        _batchIndex = null;
        _events.Clear();
    }

    /// <summary>Executes a call; if it fails, everything that it wrote and emitted is taken back.</summary>
    public LedgerError? Execute(Call call)
    {
        int mark = overlay.Mark;
        int eventCount = _events.Count;
        AccountRecord? before = _taken is null || call is Batch ? null : Balances.Account(Sender);
        LedgerError? error = call switch
        {
            BalancesCall balances => BalancesModule.Apply(this, balances),
            MinersCall miners => MinersModule.Apply(this, miners),
            FilesCall files => FilesModule.Apply(this, files),
            Batch batch => BatchesModule.Apply(this, batch),
            AccountsCall accounts => AccountsModule.Apply(this, accounts),
            StakingCall staking => StakingModule.Apply(this, staking),
            GovernanceCall governance => GovernanceModule.Apply(this, governance),
            _ => throw new UnreachableException(),
        };

        if (error is not null)
        {
            overlay.RollBack(mark);
            _events.RemoveRange(eventCount, _events.Count - eventCount);
        }
        else if (before is not null)
        {
            _taken += before.TakenUntil(Balances.Account(Sender));
        }

        return error;
    }

    /// <summary>As <see cref="Execute"/>, as if another account had sent the call.</summary>
    /// <param name="account">Which account.</param>
    /// <param name="call">The call.</param>
    /// <param name="taken">
    /// What it has taken from the account: of a batch, what each of its calls has, so that what one brings in makes up for nothing.
    /// </param>
    public LedgerError? ExecuteAs(AccountId account, Call call, out Balance taken)
    {
        (AccountId sender, Balance? outer) = (Sender, _taken);
        (Sender, _taken) = (account, Balance.Zero);
        LedgerError? error = Execute(call);
        taken = _taken.Value;
        (Sender, _taken) = (sender, outer);
        return error;
    }

    /// <summary>As <see cref="Execute"/>, for the call at a place in the transaction's batch.</summary>
    public LedgerError? ExecuteInBatch(Call call, int index)
    {
        _batchIndex = index;
        LedgerError? error = Execute(call);
        _batchIndex = null;
        return error;
    }
}
