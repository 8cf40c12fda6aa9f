using System.Collections.Immutable;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>One block in the making.</summary>
internal sealed class BlockExecution
{
    private readonly LedgerState _parent;
    private readonly AccountId _proposer;
    private readonly StateOverlay _overlay;
    private readonly CallContext _context;
    private readonly ImmutableArray<LedgerEvent> _startEvents;
    private readonly ImmutableArray<Receipt>.Builder _receipts = ImmutableArray.CreateBuilder<Receipt>();
    private Balance _fees;
    private Balance _tips;
    private int _bytes;

    public BlockExecution(LedgerState parent, ulong timeMs, AccountId proposer)
    {
        _parent = parent;
        _proposer = proposer;
        _overlay = new StateOverlay(parent.Tree);
        _context = new CallContext(_overlay, parent.Parameters, parent.Height + 1, timeMs);

        FilesModule.BeginBlock(_context);
        _overlay.Commit();
        _startEvents = [.. _context.Events];
    }

    /// <summary>Executes a transaction and adds its receipt; or says why it may not be in the block, and does nothing.</summary>
    public LedgerError? Include(SignedTransaction transaction)
    {
        Balance fee = _parent.Parameters.FeeOf(transaction.Bytes.Length);
        if (Admit(transaction, fee) is { } rejection)
            return rejection;

        UnsignedTransaction unsigned = transaction.Unsigned;
        AccountRecord account = _context.Balances.Account(unsigned.Account);
        _context.Balances.Set(unsigned.Account, account with
        {
            Free = account.Free - fee - unsigned.Tip,
            Nonce = account.Nonce + 1,
            Key = account.Key ?? transaction.RevealedKey,
        });
        _fees += fee;
        _tips += unsigned.Tip;
        _bytes += transaction.Bytes.Length;
        // The fee is final before the call starts: a failed call must not take it back.
        _overlay.Commit();

        _context.Begin(unsigned.Account, transaction.Id);
        LedgerError? error = _context.Execute(unsigned.Call);
        _overlay.Commit();
        _receipts.Add(new Receipt(transaction.Id, error, fee, [.. _context.Events]));
        return null;
    }

    /// <summary>Pays out fees and tips, and puts the block together.</summary>
    public ExecutedBlock Finish(
        ImmutableArray<SignedTransaction> transactions, ImmutableArray<RejectedTransaction> rejected, IParallelFor? parallel)
    {
        // Once a block and not once a transaction: two accounts fewer to write each time.
        _context.Balances.Credit(_parent.Parameters.Treasury, _fees);
        _context.Balances.Credit(_proposer, _tips);

        ImmutableArray<Receipt> receipts = _receipts.DrainToImmutable();
        StateTree tree = _overlay.ToTree(parallel);
        BlockHeader header = new(
            _context.Height,
            _parent.BlockHash,
            _context.TimeMs,
            _proposer,
            Block.TransactionsRootOf(transactions.AsSpan()),
            Receipt.RootOf(_startEvents, receipts.AsSpan()),
            tree.Root);
        return new ExecutedBlock(
            new Block(header, transactions),
            _startEvents,
            receipts,
            new LedgerState(_parent.Genesis, header, tree),
            rejected);
    }

    private LedgerError? Admit(SignedTransaction transaction, Balance fee)
    {
        UnsignedTransaction unsigned = transaction.Unsigned;
        if (unsigned.Genesis != _parent.Genesis)
            return ChainError.GenesisWrong;
        if (unsigned.ValidUntil < _context.Height)
            return ChainError.Expired;

        AccountRecord account = _context.Balances.Account(unsigned.Account);
        if (unsigned.Nonce != account.Nonce)
            return unsigned.Nonce < account.Nonce ? ChainError.NonceUsed : ChainError.NonceAhead;
        if (account.Key is null && transaction.RevealedKey is null)
            return ChainError.KeyUnknown;
        if (!fee.TryAdd(unsigned.Tip, out Balance price) || account.Free < price)
            return ChainError.FeeUnaffordable;

        bool isFull = _receipts.Count == LedgerLimits.BlockTransactionsMax
            || _bytes + transaction.Bytes.Length > LedgerLimits.BlockTransactionBytesMax;
        return isFull ? ChainError.BlockFull : null;
    }
}
