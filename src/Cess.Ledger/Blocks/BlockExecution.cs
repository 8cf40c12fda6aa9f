using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>One block in the making.</summary>
internal sealed class BlockExecution : IDisposable
{
    private readonly LedgerState _parent;
    private readonly AccountId _proposer;
    private readonly BlockBounds _bounds;
    private readonly StateOverlay _overlay;
    private readonly CallContext _context;
    private readonly ImmutableArray<LedgerEvent> _startEvents;
    private readonly ImmutableArray<Receipt>.Builder _receipts = ImmutableArray.CreateBuilder<Receipt>();
    private readonly List<Hash256> _receiptLeaves = [];
    private readonly ScaleWriter _writer = new();
    private Balance _fees;
    private Balance _tips;
    private int _transactionBytes;
    private int _receiptBytes;
    private ulong _weight;

    public BlockExecution(LedgerState parent, ulong timeMs, AccountId proposer, BlockBounds bounds)
    {
        _parent = parent;
        _proposer = proposer;
        _bounds = bounds;
        _overlay = new StateOverlay(parent.Tree);
        _context = new CallContext(_overlay, parent, timeMs);

        FilesModule.BeginBlock(_context);
        GovernanceModule.BeginBlock(_context);
        Eras.BeginBlock(_context, proposer);
        _overlay.Commit();
        _startEvents = [.. _context.Events];
        _writer.WriteVector(_startEvents);
        _receiptLeaves.Add(MerkleTree.LeafHash(_writer.WrittenSpan));
    }

    /// <summary>Executes a transaction and adds its receipt; or says why it may not be in the block, and does nothing.</summary>
    public LedgerError? Include(SignedTransaction transaction)
    {
        ChainParameters parameters = _parent.Parameters;
        // First, for it bounds the fee.
        if (transaction.Weight > parameters.BlockWeight)
            return ChainError.TransactionTooHeavy;

        Balance fee = parameters.FeeOf(transaction.Bytes.Length, transaction.Weight);
        if (Admit(transaction, fee) is { } rejection)
            return rejection;

        Charge(transaction, fee);
        Receipt receipt = Execute(transaction, fee);
        if (_receiptBytes + _writer.Length > _bounds.ReceiptBytes)
        {
            _overlay.RollBack(0);
            return ChainError.BlockFull;
        }

        _overlay.Commit();
        _receipts.Add(receipt);
        _receiptLeaves.Add(MerkleTree.LeafHash(_writer.WrittenSpan));
        _receiptBytes += _writer.Length;
        _transactionBytes += transaction.Bytes.Length;
        _weight += transaction.Weight;
        _fees += fee;
        _tips += transaction.Unsigned.Tip;
        return null;
    }

    /// <summary>Pays out fees and tips, and puts the block together.</summary>
    public ExecutedBlock Finish(
        ImmutableArray<SignedTransaction> transactions, ImmutableArray<RejectedTransaction> rejected, IParallelFor? parallel)
    {
        // Once a block and not once a transaction: two accounts fewer to write each time.
        _context.Balances.Credit(_parent.Parameters.Treasury, _fees);
        _context.Balances.Credit(_proposer, _tips);

        StateTree tree = _overlay.ToTree(parallel);
        BlockHeader header = new(
            _context.Height,
            _parent.BlockHash,
            _context.TimeMs,
            _proposer,
            Block.TransactionsRootOf(transactions.AsSpan()),
            MerkleTree.RootOfLeafHashes(CollectionsMarshal.AsSpan(_receiptLeaves)),
            tree.Root);
        return new ExecutedBlock(
            new Block(header, transactions),
            _startEvents,
            _receipts.DrainToImmutable(),
            new LedgerState(_parent.Genesis, header, tree),
            rejected);
    }

    public void Dispose() => _writer.Dispose();

    private void Charge(SignedTransaction transaction, Balance fee)
    {
        UnsignedTransaction unsigned = transaction.Unsigned;
        AccountRecord account = _context.Balances.Account(unsigned.Account);
        _context.Balances.Set(unsigned.Account, account with
        {
            Free = account.Free - fee - unsigned.Tip,
            Nonce = account.Nonce + 1,
            Key = account.Key ?? transaction.RevealedKey,
        });
    }

    /// <summary>Executes the call; leaves the receipt's encoding in the writer.</summary>
    private Receipt Execute(SignedTransaction transaction, Balance fee)
    {
        int mark = _overlay.Mark;
        _context.Begin(transaction.Unsigned.Account, transaction.Id);
        LedgerError? error = _context.Execute(transaction.Unsigned.Call);
        if (_context.Events.Count <= LedgerLimits.EventsMax)
        {
            Receipt whole = new(transaction.Id, error, fee, [.. _context.Events]);
            Write(whole);
            if (_writer.Length <= _bounds.ReceiptBytesEach)
                return whole;
        }

        _overlay.RollBack(mark);
        Receipt receipt = new(transaction.Id, ChainError.ReceiptTooLarge, fee, []);
        Write(receipt);
        return receipt;
    }

    private void Write(Receipt receipt)
    {
        _writer.Clear();
        receipt.Encode(_writer);
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
        if (TransactionVerifier.CheckKey(transaction, account.Key) is { } wrongKey)
            return wrongKey;
        if (!fee.TryAdd(unsigned.Tip, out Balance price) || account.Free < price)
            return ChainError.FeeUnaffordable;

        bool isFull = _receipts.Count == _bounds.Transactions
            || _transactionBytes + transaction.Bytes.Length > _bounds.TransactionBytes
            || _weight + transaction.Weight > _parent.Parameters.BlockWeight;
        return isFull ? ChainError.BlockFull : null;
    }
}
