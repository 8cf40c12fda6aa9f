using System.Collections.Immutable;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>
/// The whole ledger once more, by docs/ledger.md and docs/format, written to be read: every record in a dictionary, every rule a plain
/// method. It shares with the product what bytes mean (calls, records, their SCALE), and nothing of what executes them.
/// </summary>
internal sealed class LedgerOracle(Genesis genesis)
{
    private const int ReceiptEventsMax = 65_536;
    private const int ReceiptBytesMax = 8 << 20;
    private const int BlockReceiptBytesMax = 32 << 20;
    private const int BlockTransactionsMax = 65_536;
    private const int BlockTransactionBytesMax = 16 << 20;
    private readonly OracleLedger _ledger = new(genesis);
    private AccountId _proposer;
    private Balance _fees;
    private Balance _tips;
    private int _transactions;
    private long _transactionBytes;
    private long _receiptBytes;
    private ulong _weight;

    public ulong Height => _ledger.Height;

    public OracleLedger Ledger => _ledger;

    /// <summary>Turns to the next block; gives what its start changes, before any transaction.</summary>
    public ImmutableArray<LedgerEvent> BeginBlock(ulong timeMs, AccountId proposer)
    {
        _ledger.Height++;
        _ledger.TimeMs = timeMs;
        _ledger.Parameters = _ledger.ParametersTable.Find(default)!;
        _ledger.Events.Clear();
        _proposer = proposer;
        (_fees, _tips) = (Balance.Zero, Balance.Zero);
        (_transactions, _transactionBytes, _receiptBytes, _weight) = (0, 0, 0, 0);

        DealRules.BeginBlock(_ledger);
        GovernanceRules.BeginBlock(_ledger);
        EraRules.BeginBlock(_ledger, proposer);
        _ledger.Undo.Forget();
        return [.. _ledger.Events];
    }

    /// <summary>Executes a transaction; null if it may not be in the block.</summary>
    public Receipt? Include(SignedTransaction transaction, out LedgerError? rejection)
    {
        ulong weight = OracleWeights.Of(transaction);
        Balance fee = FeeOf(transaction, weight);
        rejection = Admit(transaction, weight, fee);
        if (rejection is not null)
            return null;

        UnsignedTransaction unsigned = transaction.Unsigned;
        AccountRecord sender = _ledger.Account(unsigned.Account);
        _ledger.Accounts.Set(unsigned.Account, sender with
        {
            Free = sender.Free - fee - unsigned.Tip,
            Nonce = sender.Nonce + 1,
            Key = sender.Key ?? transaction.RevealedKey,
        });
        int charged = _ledger.Undo.Count;
        _ledger.Events.Clear();
        LedgerError? error = new OracleCalls(_ledger, transaction.Id).Execute(unsigned.Account, unsigned.Call, placeInBatch: null);
        var receipt = new Receipt(transaction.Id, error, fee, [.. _ledger.Events]);
        int bytes = Scale.Encode(receipt).Length;
        if (receipt.Events.Length > ReceiptEventsMax || bytes > ReceiptBytesMax)
        {
            _ledger.Undo.TakeBackTo(charged);
            receipt = new Receipt(transaction.Id, ChainError.ReceiptTooLarge, fee, []);
            bytes = Scale.Encode(receipt).Length;
        }

        if (_receiptBytes + bytes > BlockReceiptBytesMax)
        {
            _ledger.Undo.TakeBackTo(0);
            rejection = ChainError.BlockFull;
            return null;
        }

        _ledger.Undo.Forget();
        _fees += fee;
        _tips += unsigned.Tip;
        _transactions++;
        _transactionBytes += transaction.Bytes.Length;
        _receiptBytes += bytes;
        _weight += weight;
        return receipt;
    }

    /// <summary>Fees and tips are credited when the block ends.</summary>
    public void EndBlock()
    {
        _ledger.Give(_ledger.Parameters.Treasury, _fees);
        _ledger.Give(_proposer, _tips);
        _ledger.Undo.Forget();
    }

    private Balance FeeOf(SignedTransaction transaction, ulong weight)
    {
        ChainParameters parameters = _ledger.Parameters;
        return new Balance(
            parameters.TransactionFee.Units + (parameters.FeePerByte.Units * (uint)transaction.Bytes.Length) + (parameters.FeePerWeight.Units * weight));
    }

    private LedgerError? Admit(SignedTransaction transaction, ulong weight, Balance fee)
    {
        UnsignedTransaction unsigned = transaction.Unsigned;
        AccountRecord sender = _ledger.Account(unsigned.Account);
        if (weight > _ledger.Parameters.BlockWeight)
            return ChainError.TransactionTooHeavy;
        if (unsigned.Genesis != _ledger.Genesis)
            return ChainError.GenesisWrong;
        if (unsigned.ValidUntil < _ledger.Height)
            return ChainError.Expired;
        if (unsigned.Nonce < sender.Nonce)
            return ChainError.NonceUsed;
        if (unsigned.Nonce > sender.Nonce)
            return ChainError.NonceAhead;
        if (CheckKey(transaction, sender.Key) is { } wrong)
            return wrong;
        if (!fee.TryAdd(unsigned.Tip, out Balance price) || sender.Free < price)
            return ChainError.FeeUnaffordable;
        bool isFull = _transactions == BlockTransactionsMax
            || _transactionBytes + transaction.Bytes.Length > BlockTransactionBytesMax
            || _weight + weight > _ledger.Parameters.BlockWeight;
        return isFull ? ChainError.BlockFull : null;
    }

    /// <summary>The form of a transaction says under which key it was signed: docs/ledger.md, Keys. Is that the account's?</summary>
    private static ChainError? CheckKey(SignedTransaction transaction, PublicKey? known)
    {
        AccountId account = transaction.Unsigned.Account;
        if (transaction.Multisig is { } multisig)
        {
            if (known is not null)
                return ChainError.KeyReplaced;
            return Hashing.Multisig(multisig.Policy) == account ? null : ChainError.KeyOfOtherAccount;
        }

        if (transaction.RevealedKey is { } stated)
        {
            if (known == stated)
                return null;
            if (stated.ToAccountId() != account)
                return ChainError.KeyOfOtherAccount;
            return known is null ? null : ChainError.KeyReplaced;
        }

        if (known is not { } key)
            return ChainError.KeyUnknown;
        return key.ToAccountId() == account ? null : ChainError.KeyReplaced;
    }
}
