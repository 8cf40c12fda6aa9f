using Cess.Grains.Chain;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Grains.Tests.Chain;

public sealed class TransactionPoolTests
{
    private readonly TransactionPool _pool = new();

    [Fact]
    public void Transactions_of_an_account_leave_in_the_order_of_their_nonces_however_they_came()
    {
        Gen<int[]> orders = Gen.Shuffle(Enumerable.Range(0, 8));
        Prop.ForAll(orders.ToArbitrary(), order =>
        {
            var pool = new TransactionPool();
            foreach (int nonce in order)
                Assert.Equal(PoolRefusal.None, pool.Add(Make("a", (ulong)nonce), nextNonce: 0));
            Assert.Equal(Enumerable.Range(0, 8).Select(n => (ulong)n), pool.Take(100, int.MaxValue).Select(t => t.Unsigned.Nonce));
            Assert.Equal(0, pool.Count);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_transaction_behind_a_gap_waits_until_the_gap_closes()
    {
        _pool.Add(Make("a", 1), nextNonce: 0);
        Assert.Equal(0, _pool.ReadyCount);

        _pool.Add(Make("a", 0), nextNonce: 0);

        Assert.Equal([0UL, 1UL], _pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Nonce));
    }

    [Fact]
    public void Used_taken_and_known_nonces_are_told_apart()
    {
        SignedTransaction waiting = Make("a", 7);
        _pool.Add(waiting, nextNonce: 5);

        Assert.Equal(PoolRefusal.StaleNonce, _pool.Add(Make("a", 4), nextNonce: 5));
        Assert.Equal(PoolRefusal.Known, _pool.Add(waiting, nextNonce: 5));
        Assert.Equal(PoolRefusal.NonceTaken, _pool.Add(Make("a", 7, tip: 1), nextNonce: 5));
    }

    [Fact]
    public void A_block_takes_no_more_transactions_and_bytes_than_it_may_but_at_least_one()
    {
        for (ulong nonce = 0; nonce < 5; nonce++)
            _pool.Add(Make("a", nonce), nextNonce: 0);
        int size = Make("a", 0).Bytes.Length;

        Assert.Single(_pool.Take(10, bytesMax: 1));
        Assert.Equal(2, _pool.Take(2, int.MaxValue).Count);
        Assert.Single(_pool.Take(10, bytesMax: (2 * size) - 1));
        Assert.Equal(1, _pool.Count);
    }

    [Fact]
    public void Dropping_an_account_takes_out_all_of_it_and_nothing_else()
    {
        _pool.Add(Make("a", 0), 0);
        _pool.Add(Make("b", 0), 0);
        _pool.Add(Make("a", 1), 0);
        _pool.Add(Make("a", 5), 0);

        Assert.Equal(3, _pool.Drop(AccountOf("a")).Count);

        Assert.Equal([AccountOf("b")], _pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Account));
        Assert.Equal(PoolRefusal.None, _pool.Add(Make("a", 0, tip: 1), 0));
    }

    [Fact]
    public void What_waits_behind_a_gap_leaves_when_it_expires()
    {
        _pool.Add(Make("a", 1, validUntil: 10), 0);

        Assert.Empty(_pool.DropExpired(10));
        Assert.Single(_pool.DropExpired(11));
        Assert.Equal(0, _pool.Count);
    }

    [Fact]
    public void One_account_cannot_fill_the_pool()
    {
        for (ulong nonce = 0; nonce < GrainLimits.PoolTransactionsPerAccount; nonce++)
            Assert.Equal(PoolRefusal.None, _pool.Add(Make("a", nonce), 0));

        Assert.Equal(PoolRefusal.AccountFull, _pool.Add(Make("a", GrainLimits.PoolTransactionsPerAccount), 0));
        Assert.Equal(PoolRefusal.None, _pool.Add(Make("b", 0), 0));
    }

    private static AccountId AccountOf(string name) => new(Hash256.Sha256(System.Text.Encoding.UTF8.GetBytes(name)));

    /// <summary>The pool takes signatures as checked, so these have none to speak of.</summary>
    private static SignedTransaction Make(string account, ulong nonce, ulong tip = 0, ulong validUntil = 100) => SignedTransaction.Assemble(
        new UnsignedTransaction(
            Hash256.Zero, AccountOf(account), nonce, validUntil, new Balance(tip), new Transfer(AccountOf("z"), new Balance(1))),
        Signature.FromBytes(new byte[Signature.Size]), null);
}
