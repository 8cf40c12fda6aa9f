using System.Numerics;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Simulation.World;

namespace Cess.Simulation.Checks;

/// <summary>
/// The ledger's payments once more, written to be read: who has how much after which block. Knows transfers and batches of them; once a
/// block holds any other call, it has nothing more to say.
/// </summary>
internal sealed class BalanceModel
{
    private readonly Genesis _genesis;
    private readonly Dictionary<AccountId, BigInteger> _free;
    private readonly Dictionary<AccountId, ulong> _nonces = [];
    private bool _isLost;

    public BalanceModel(Genesis genesis)
    {
        _genesis = genesis;
        _free = genesis.Accounts.ToDictionary(account => account.Account, account => (BigInteger)account.Free.Units);
    }

    public ulong Height { get; private set; }

    public void Apply(BlockRecord record)
    {
        Height = record.Block.Header.Height;
        for (int i = 0; i < record.Receipts.Length; i++)
            Apply(record.Block.Transactions[i], record.Receipts[i], record.Block.Header);
        _isLost |= !record.StartEvents.IsEmpty;
    }

    public void CheckAgainst(LedgerState state, IEnumerable<AccountId> accounts)
    {
        if (_isLost)
            return;
        foreach (AccountId account in accounts)
        {
            AccountRecord record = state.Account(account);
            if (record.Free.Units != (UInt128)_free.GetValueOrDefault(account) || record.Nonce != _nonces.GetValueOrDefault(account))
            {
                throw new BrokenPromiseException(
                    "the ledger does what its rules say",
                    $"at {Height} {account} has {record.Free.Units} with nonce {record.Nonce}, not {_free.GetValueOrDefault(account)} with {_nonces.GetValueOrDefault(account)}");
            }
        }
    }

    private void Apply(SignedTransaction transaction, Receipt receipt, BlockHeader header)
    {
        UnsignedTransaction unsigned = transaction.Unsigned;
        AccountId sender = unsigned.Account;
        if (unsigned.Nonce != _nonces.GetValueOrDefault(sender) || unsigned.ValidUntil < header.Height || unsigned.Genesis != _genesis.ComputeHash())
            throw new BrokenPromiseException("no replay", $"{transaction.Id} with nonce {unsigned.Nonce}, valid until {unsigned.ValidUntil}, is in block {header.Height}");
        _nonces[sender] = unsigned.Nonce + 1;
        BigInteger fee = _genesis.Parameters.TransactionFee.Units + (_genesis.Parameters.FeePerByte.Units * (UInt128)transaction.Bytes.Length);
        Move(sender, _genesis.Parameters.Treasury, fee);
        Move(sender, header.Proposer, unsigned.Tip.Units);
        if (_free[sender] < 0)
            throw new BrokenPromiseException("nobody spends what is not there", $"{sender} in {transaction.Id}");
        bool succeeds = unsigned.Call switch
        {
            Transfer transfer => TryPay(sender, transfer),
            Batch { Mode: BatchMode.AllOrNothing } batch => TryPayAll(sender, batch),
            Batch batch => PayEach(sender, batch),
            _ => !(_isLost = true),
        };
        if (!_isLost && succeeds != receipt.IsSuccess)
            throw new BrokenPromiseException("the ledger does what its rules say", $"{transaction.Id} {(receipt.IsSuccess ? "succeeds" : "fails")}");
    }

    private bool TryPay(AccountId from, Transfer transfer)
    {
        BigInteger amount = transfer.Amount.Units;
        if (amount.IsZero || _free[from] < amount)
            return false;
        Move(from, transfer.To, amount);
        return true;
    }

    private bool TryPayAll(AccountId from, Batch batch)
    {
        var before = new Dictionary<AccountId, BigInteger>(_free);
        foreach (Call call in batch.Calls)
        {
            if (TryPay(from, (Transfer)call))
                continue;
            _free.Clear();
            foreach ((AccountId account, BigInteger free) in before)
                _free.Add(account, free);
            return false;
        }

        return true;
    }

    private bool PayEach(AccountId from, Batch batch)
    {
        foreach (Call call in batch.Calls)
            TryPay(from, (Transfer)call);
        return true;
    }

    private void Move(AccountId from, AccountId to, BigInteger amount)
    {
        _free[from] = _free.GetValueOrDefault(from) - amount;
        _free[to] = _free.GetValueOrDefault(to) + amount;
    }
}
