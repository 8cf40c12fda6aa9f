using Cess.Grains.Chain;
using Cess.Ledger;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
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
                Assert.Equal(PoolRefusal.None, Add(pool, Make("a", (ulong)nonce), nextNonce: 0));
            Assert.Equal(Enumerable.Range(0, 8).Select(n => (ulong)n), pool.Take(100, int.MaxValue).Select(t => t.Unsigned.Nonce));
            Assert.Equal(0, pool.Count);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_transaction_behind_a_gap_waits_until_the_gap_closes()
    {
        Add(_pool, Make("a", 1), nextNonce: 0);
        Assert.Equal(0, _pool.ReadyCount);

        Add(_pool, Make("a", 0), nextNonce: 0);

        Assert.Equal([0UL, 1UL], _pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Nonce));
    }

    [Fact]
    public void Used_taken_and_known_nonces_are_told_apart()
    {
        SignedTransaction waiting = Make("a", 7);
        Add(_pool, waiting, nextNonce: 5);

        Assert.Equal(PoolRefusal.StaleNonce, Add(_pool, Make("a", 4), nextNonce: 5));
        Assert.Equal(PoolRefusal.Known, Add(_pool, waiting, nextNonce: 5));
        Assert.Equal(PoolRefusal.NonceTaken, Add(_pool, Make("a", 7, validUntil: 99), nextNonce: 5));
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(100, 110, true)]
    [InlineData(100, 109, false)]
    [InlineData(100, 100, false)]
    [InlineData(5, 6, true)]
    public void A_tip_higher_by_a_tenth_takes_the_place_of_one_that_waits(ulong tip, ulong offered, bool isEnough)
    {
        foreach (ulong nonce in (ulong[])[0, 3])
        {
            SignedTransaction former = Make("a", nonce, tip);
            Add(_pool, former, nextNonce: 0);
            SignedTransaction better = Make("a", nonce, offered, validUntil: 101);

            List<SignedTransaction> replaced = [];
            Assert.Equal(isEnough ? PoolRefusal.None : PoolRefusal.NonceTaken, _pool.Add(better, 0, replaced));

            Assert.Equal(isEnough ? [former] : [], replaced);
        }
        Assert.Equal(2, _pool.Count);
        Assert.Equal(isEnough ? offered : tip, (ulong)Assert.Single(_pool.Take(10, int.MaxValue)).Unsigned.Tip.Units);
        Assert.Single(_pool.Drop(AccountOf("a")));
    }

    [Fact]
    public void Nothing_takes_the_place_of_what_is_in_a_block()
    {
        Add(_pool, Make("a", 0), 0);
        Add(_pool, Make("a", 1), 0);
        _pool.Take(1, int.MaxValue);

        Assert.Equal(PoolRefusal.StaleNonce, Add(_pool, Make("a", 0, tip: 50), 1));
    }

    [Fact]
    public void A_block_takes_no_more_transactions_and_bytes_than_it_may_but_at_least_one()
    {
        for (ulong nonce = 0; nonce < 5; nonce++)
            Add(_pool, Make("a", nonce), nextNonce: 0);
        int size = Make("a", 0).Bytes.Length;

        Assert.Single(_pool.Take(10, bytesMax: 1));
        Assert.Equal(2, _pool.Take(2, int.MaxValue).Count);
        Assert.Single(_pool.Take(10, bytesMax: (2 * size) - 1));
        Assert.Equal(1, _pool.Count);
    }

    [Fact]
    public void Dropping_an_account_takes_out_all_of_it_and_nothing_else()
    {
        Add(_pool, Make("a", 0), 0);
        Add(_pool, Make("b", 0), 0);
        Add(_pool, Make("a", 1), 0);
        Add(_pool, Make("a", 5), 0);

        Assert.Equal(3, _pool.Drop(AccountOf("a")).Count);

        Assert.Equal([AccountOf("b")], _pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Account));
        Assert.Equal(PoolRefusal.None, Add(_pool, Make("a", 0, tip: 1), 0));
    }

    [Fact]
    public void What_waits_behind_a_gap_leaves_when_it_expires()
    {
        Add(_pool, Make("a", 1, validUntil: 10), 0);

        Assert.Empty(_pool.DropExpired(10, []));
        Assert.Single(_pool.DropExpired(11, []));
        Assert.Equal(0, _pool.Count);
    }

    [Fact]
    public void What_is_ready_and_expires_leaves_its_nonce_to_another_and_what_follows_waits_for_that()
    {
        Add(_pool, Make("a", 0, validUntil: 50), 0);
        Add(_pool, Make("a", 1, validUntil: 10), 0);
        Add(_pool, Make("a", 2, validUntil: 50), 0);
        Add(_pool, Make("b", 0, validUntil: 10), 0);

        Assert.Equal([1UL, 0UL], _pool.DropExpired(11, []).Select(t => t.Unsigned.Nonce));
        Assert.Equal(1, _pool.ReadyCount);
        Assert.Equal(PoolRefusal.None, Add(_pool, Make("a", 1, validUntil: 60), 0));

        Assert.Equal([0UL, 1UL, 2UL], _pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Nonce));
        Assert.Equal(0, _pool.Count);
    }

    [Fact]
    public void One_account_cannot_fill_the_pool()
    {
        for (ulong nonce = 0; nonce < GrainLimits.PoolTransactionsPerAccount; nonce++)
            Assert.Equal(PoolRefusal.None, Add(_pool, Make("a", nonce), 0));

        Assert.Equal(PoolRefusal.AccountFull, Add(_pool, Make("a", GrainLimits.PoolTransactionsPerAccount), 0));
        Assert.Equal(PoolRefusal.None, Add(_pool, Make("b", 0), 0));
    }

    [Theory]
    [InlineData(2, 100)]
    [InlineData(100, 2)]
    public void What_all_others_of_its_account_wait_for_finds_room_in_a_full_pool(int transactionsMax, int perAccountMax)
    {
        var pool = new TransactionPool(transactionsMax, perAccountMax, gapPart: 1);
        SignedTransaction last = Make("a", 2);
        Add(pool, last, 0);
        Add(pool, Make("a", 1), 0);

        Assert.NotEqual(PoolRefusal.None, Add(pool, Make("a", 3), 0));
        List<SignedTransaction> displaced = [];
        Assert.Equal(PoolRefusal.None, pool.Add(Make("a", 0), 0, displaced));

        Assert.Equal([last], displaced);
        Assert.Equal([0UL, 1UL], pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Nonce));
        Assert.Equal(0, pool.Count);
    }

    [Fact]
    public void What_comes_back_into_a_full_pool_says_whose_place_it_took()
    {
        var pool = new TransactionPool(2, 2, gapPart: 1);
        SignedTransaction last = Make("a", 2);
        Add(pool, Make("a", 1), 0);
        Add(pool, last, 0);

        Assert.Equal([last], pool.Return([Make("a", 0)], _ => 0));
        Assert.Equal([0UL, 1UL], pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Nonce));
    }

    [Fact]
    public void What_comes_back_and_still_waits_is_not_refused()
    {
        SignedTransaction waiting = Make("a", 0);
        Add(_pool, waiting, 0);

        Assert.Empty(_pool.Return([waiting], _ => 0));
        Assert.Equal(1, _pool.Count);
    }

    [Fact]
    public void What_is_ready_gives_its_place_to_none()
    {
        var pool = new TransactionPool(2, 2);
        Add(pool, Make("a", 0), 0);
        Add(pool, Make("a", 1), 0);

        List<SignedTransaction> displaced = [];
        Assert.Equal(PoolRefusal.AccountFull, pool.Add(Make("a", 2), 0, displaced));
        Assert.Empty(displaced);
        Assert.Equal(2, pool.Count);
    }

    [Fact]
    public void What_waits_behind_gaps_has_a_part_of_the_pool_at_most()
    {
        var pool = new TransactionPool(16, 8, gapPart: 4);
        foreach (string account in (string[])["a", "b"])
        {
            for (ulong nonce = 1; nonce <= 3; nonce++)
                Assert.Equal(nonce <= 2 ? PoolRefusal.None : PoolRefusal.AccountFull, Add(pool, Make(account, nonce), 0));
        }

        Assert.Equal(PoolRefusal.None, Add(pool, Make("c", 1), 0));
        Assert.Equal(PoolRefusal.Full, Add(pool, Make("c", 2), 0));
        Assert.Equal(4, pool.Count);
    }

    [Fact]
    public void Nobody_keeps_others_from_waiting_behind_gaps()
    {
        var pool = new TransactionPool(16, 16, gapPart: 4);
        for (ulong nonce = 1; nonce <= 4; nonce++)
            Add(pool, Make("a", nonce), 0);

        List<SignedTransaction> displaced = [];
        Assert.Equal(PoolRefusal.None, pool.Add(Make("b", 1), 0, displaced));
        Assert.Equal(PoolRefusal.None, pool.Add(Make("b", 2), 0, displaced));
        Assert.Equal(PoolRefusal.Full, pool.Add(Make("b", 3), 0, displaced));

        Assert.Equal([(AccountOf("a"), 4UL), (AccountOf("a"), 3UL)], displaced.Select(t => (t.Unsigned.Account, t.Unsigned.Nonce)));
    }

    [Fact]
    public void What_waits_behind_gaps_gives_its_place_to_what_is_ready()
    {
        var pool = new TransactionPool(4, 4, gapPart: 2);
        Add(pool, Make("a", 1), 0);
        Add(pool, Make("a", 2), 0);
        List<SignedTransaction> displaced = [];

        Assert.All(Enumerable.Range(0, 4), n => Assert.Equal(PoolRefusal.None, pool.Add(Make("b", (ulong)n), 0, displaced)));
        Assert.Equal(PoolRefusal.Full, pool.Add(Make("c", 0), 0, displaced));

        Assert.Equal([2UL, 1UL], displaced.Select(t => t.Unsigned.Nonce));
        Assert.Equal(4, pool.ReadyCount);
    }

    [Fact]
    public void A_pool_that_is_full_for_others_has_room_for_its_own_accounts()
    {
        var pool = new TransactionPool(20, 20, isOwn: account => account == AccountOf("own"));
        Assert.Equal(18, Enumerable.Range(0, 20).Count(n => Add(pool, Make("a", (ulong)n), 0) == PoolRefusal.None));

        Assert.Equal([PoolRefusal.None, PoolRefusal.None, PoolRefusal.Full], Enumerable.Range(0, 3).Select(n => Add(pool, Make("own", (ulong)n), 0)));
        Assert.Equal(PoolRefusal.Full, Add(pool, Make("b", 0), 0));
    }

    [Fact]
    public void Accounts_take_turns_by_what_their_next_transaction_tips_and_then_as_it_came()
    {
        Add(_pool, Make("a", 0), 0);
        Add(_pool, Make("b", 0, Tip(2)), 0);
        Add(_pool, Make("b", 1), 0);
        Add(_pool, Make("c", 0, Tip(1)), 0);
        Add(_pool, Make("c", 1, Tip(9)), 0);
        Add(_pool, Make("a", 1), 0);
        Add(_pool, Make("d", 0, Tip(2)), 0);

        Assert.Equal(
            [("b", 0UL), ("d", 0UL), ("c", 0UL), ("c", 1UL), ("a", 0UL), ("b", 1UL), ("a", 1UL)],
            _pool.Take(10, int.MaxValue).Select(t => ("abcd".First(name => AccountOf($"{name}") == t.Unsigned.Account).ToString(), t.Unsigned.Nonce)));
    }

    [Fact]
    public void A_transaction_that_is_replaced_by_one_with_a_higher_tip_goes_earlier()
    {
        Add(_pool, Make("a", 0), 0);
        Add(_pool, Make("b", 0), 0);
        Add(_pool, Make("b", 0, Tip(1)), 0);

        Assert.Equal([AccountOf("b"), AccountOf("a")], _pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Account));
    }

    [Fact]
    public void A_nodes_own_accounts_go_first_whatever_others_tip()
    {
        var pool = new TransactionPool(20, 20, isOwn: account => account == AccountOf("own"));
        Add(pool, Make("a", 0, Tip(1_000)), 0);
        Add(pool, Make("own", 0), 0);

        Assert.Equal([AccountOf("own"), AccountOf("a")], pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Account));
    }

    [Fact]
    public void In_a_full_pool_a_tip_takes_the_place_of_what_would_be_last()
    {
        var pool = new TransactionPool(4, 4);
        Add(pool, Make("a", 0, Tip(3)), 0);
        Add(pool, Make("b", 0), 0);
        Add(pool, Make("c", 0), 0);
        SignedTransaction last = Make("c", 1, Tip(8));
        Add(pool, last, 0);
        List<SignedTransaction> displaced = [];

        Assert.Equal(PoolRefusal.Full, pool.Add(Make("d", 0), 0, displaced));
        Assert.Equal(PoolRefusal.Full, pool.Add(Make("b", 1, Tip(9)), 0, displaced));
        Assert.Empty(displaced);

        // The tip of what waits for one without does not help it.
        Assert.Equal(PoolRefusal.None, pool.Add(Make("d", 0, Tip(1)), 0, displaced));
        Assert.Equal([last], displaced);
        Assert.Equal(PoolRefusal.None, Add(pool, Make("d", 1, Tip(1)), 0));
        Assert.Equal(PoolRefusal.None, Add(pool, Make("a", 1, Tip(3)), 0));
        Assert.Equal(PoolRefusal.None, Add(pool, Make("a", 2, Tip(3)), 0));
        Assert.Equal(PoolRefusal.Full, Add(pool, Make("d", 1, Tip(1)), 0));

        Assert.Equal(
            [(AccountOf("a"), 0UL), (AccountOf("a"), 1UL), (AccountOf("a"), 2UL), (AccountOf("d"), 0UL)],
            pool.Take(10, int.MaxValue).Select(t => (t.Unsigned.Account, t.Unsigned.Nonce)));
        Assert.Equal(0, pool.Count);
    }

    [Fact]
    public void What_has_lost_its_turn_and_has_it_again_is_outbid_once()
    {
        const int Most = 8_192;
        var pool = new TransactionPool(Most, Most);
        SignedTransaction cheap = Make("a", 2);
        Add(pool, cheap, 2);
        for (ulong nonce = 0; nonce < Most - 2; nonce++)
            Add(pool, Make("b", nonce, Tip(1)), 0);
        SignedTransaction cheapest = Make("z", 0);
        Add(pool, cheapest, 0);
        List<SignedTransaction> displaced = [];
        SignedTransaction last = Make("c", 0, Tip(1));
        Assert.Equal(PoolRefusal.None, pool.Add(last, 0, displaced));
        Assert.Empty(pool.Return([], _ => 1, new HashSet<AccountId> { AccountOf("a") }));
        Assert.Empty(pool.Claim([Make("a", 1)]));

        // As long as two places.
        Call[] transfers = [.. Enumerable.Repeat(new Transfer(AccountOf("z"), new Balance(1)), LedgerLimits.BatchCallsMax)];
        SignedTransaction large = Make("d", 0, ulong.MaxValue, call: new Batch(BatchMode.AllOrNothing, [.. transfers]));
        Assert.InRange(large.Bytes.Length, (GrainLimits.PoolBytes / Most) + 1, 2 * GrainLimits.PoolBytes / Most);
        Assert.Equal(PoolRefusal.None, pool.Add(large, 0, displaced));

        Assert.Equal([cheapest, cheap, last], displaced);
        Assert.Equal(Most - 1, pool.Count);
        Assert.Equal(large, pool.Take(1, int.MaxValue).Single());
    }

    [Fact]
    public void Who_loses_its_place_may_have_it_again()
    {
        var pool = new TransactionPool(1, 1);
        SignedTransaction poor = Make("a", 0);
        Add(pool, poor, 0);
        Add(pool, Make("b", 0, Tip(1)), 0);
        Assert.Single(pool.Take(1, int.MaxValue));

        Assert.Equal(PoolRefusal.None, Add(pool, poor, 0));
        Assert.Equal([poor], pool.Take(1, int.MaxValue));
    }

    [Fact]
    public void What_gaps_leave_no_room_for_when_something_expires_is_given_back()
    {
        var pool = new TransactionPool(16, 8, gapPart: 4);
        Add(pool, Make("a", 0, validUntil: 10), 0);
        for (ulong nonce = 1; nonce < 5; nonce++)
            Add(pool, Make("a", nonce), 0);

        List<SignedTransaction> displaced = [];
        Assert.Single(pool.DropExpired(11, displaced));

        Assert.Equal([4UL, 3UL], displaced.Select(t => t.Unsigned.Nonce));
        Assert.Equal(PoolRefusal.None, Add(pool, Make("a", 0), 0));
        Assert.Equal([0UL, 1UL, 2UL], pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Nonce));
    }

    /// <summary>Whatever comes and goes, each transaction is waiting, taken or given back, and the bounds hold.</summary>
    [Fact]
    public void No_order_of_things_loses_a_transaction_or_exceeds_a_bound()
    {
        const int Most = 40;
        Gen<(int Kind, int Account, ulong Nonce)> steps =
            from kind in Gen.Choose(0, 9)
            from account in Gen.Choose(0, 3)
            from nonce in Gen.Choose(0, 30)
            select (kind, account, (ulong)nonce);
        Prop.ForAll(steps.ArrayOf().Resize(300).ToArbitrary(), all =>
        {
            var pool = new TransactionPool(Most, 16, isOwn: account => account == AccountOf("0"));
            HashSet<SignedTransaction> waiting = [];
            ulong[] next = new ulong[4];
            List<SignedTransaction> gone = [];
            foreach ((int kind, int account, ulong nonce) in all)
            {
                gone.Clear();
                if (kind < 7)
                {
                    SignedTransaction transaction = Make($"{account}", nonce, Tip((kind * 3) % 5), validUntil: nonce % 7 == 0 ? 10UL : 100);
                    if (pool.Add(transaction, next[account], gone) == PoolRefusal.None)
                        Assert.True(waiting.Add(transaction));
                }
                else if (kind == 7)
                {
                    List<SignedTransaction> expected = FirstOf([.. pool.Ready], 3);
                    gone.AddRange(pool.Take(3, int.MaxValue));
                    Assert.Equal(expected, gone);
                    foreach (SignedTransaction taken in gone)
                        next[IndexOf(taken.Unsigned.Account)]++;
                }
                else if (kind == 8)
                {
                    gone.AddRange(pool.DropExpired(11, gone));
                }
                else
                {
                    next[account] = nonce / 2;
                    HashSet<AccountId> only = [AccountOf($"{account}")];
                    gone.AddRange(pool.Return([], id => next[IndexOf(id)], nonce % 2 == 0 ? null : only));
                }
                Assert.All(gone, transaction => Assert.True(waiting.Remove(transaction)));
                Assert.Equal(waiting.Count, pool.Count);
                Assert.True(pool.Count <= Most);
                Assert.True(pool.Count - pool.ReadyCount <= Most / GrainLimits.PoolGapPart);
                Assert.Equal(pool.ReadyCount, pool.Ready.Count());
            }
        }).QuickCheckThrowOnFailure();

        // Of the account that is first, what is first; own ones before others, then by price, then as they came.
        static List<SignedTransaction> FirstOf(List<SignedTransaction> ready, int count)
        {
            List<SignedTransaction> first = [];
            while (first.Count < count && ready.Count > 0)
            {
                SignedTransaction next = ready
                    .GroupBy(t => t.Unsigned.Account, (_, lane) => lane.MinBy(t => t.Unsigned.Nonce)!)
                    .OrderByDescending(t => t.Unsigned.Account == AccountOf("0"))
                    .ThenByDescending(t => t.Unsigned.Account == AccountOf("0") ? 0 : t.Unsigned.Tip.Units / t.Weight)
                    .ThenBy(ready.IndexOf)
                    .First();
                ready.Remove(next);
                first.Add(next);
            }

            return first;
        }

        static int IndexOf(AccountId account) => Enumerable.Range(0, 4).First(i => AccountOf($"{i}") == account);
    }

    [Fact]
    public void What_is_in_anothers_block_waits_no_longer_and_what_follows_it_is_ready()
    {
        SignedTransaction first = Make("a", 0);
        Add(_pool, first, 0);
        Add(_pool, Make("a", 2), 0);
        Add(_pool, Make("b", 0), 0);

        Assert.Empty(_pool.Claim([first, Make("a", 1), Make("c", 0)]));

        Assert.Equal([(AccountOf("a"), 2UL), (AccountOf("b"), 0UL)], _pool.Take(10, int.MaxValue).Select(t => (t.Unsigned.Account, t.Unsigned.Nonce)));
        Assert.Equal(0, _pool.Count);
    }

    [Fact]
    public void Another_transaction_whose_nonce_a_block_has_used_is_given_back()
    {
        SignedTransaction mine = Make("a", 0);
        Add(_pool, mine, 0);

        Assert.Equal([mine], _pool.Claim([Make("a", 0, tip: 9)]));

        Assert.Equal(0, _pool.ReadyCount);
        Assert.Equal(0, _pool.Count);
    }

    [Fact]
    public void What_was_in_a_block_that_died_is_ready_again_before_what_follows_it()
    {
        Add(_pool, Make("a", 0), 0);
        Add(_pool, Make("a", 1), 0);
        List<SignedTransaction> dead = _pool.Take(2, int.MaxValue);
        Add(_pool, Make("a", 2), 2);
        SignedTransaction used = Make("b", 4);

        Assert.Equal([used], _pool.Return([.. dead, used], account => account == AccountOf("a") ? 0UL : 5UL));

        Assert.Equal([0UL, 1UL, 2UL], _pool.Take(10, int.MaxValue).Select(t => t.Unsigned.Nonce));
    }

    [Fact]
    public void Only_the_very_same_bytes_count_as_verified()
    {
        SignedTransaction waiting = Make("a", 0);
        Add(_pool, waiting, 0);
        SignedTransaction forged = SignedTransaction.Assemble(waiting.Unsigned, Signature.FromBytes([.. Enumerable.Repeat((byte)7, Signature.Size)]), null);

        Assert.Equal(waiting.Id, forged.Id);
        Assert.Same(waiting, _pool.Find(Make("a", 0)));
        Assert.Null(_pool.Find(forged));
    }

    private static PoolRefusal Add(TransactionPool pool, SignedTransaction transaction, ulong nextNonce) => pool.Add(transaction, nextNonce, []);

    /// <summary>So much for each unit of a transfer's weight.</summary>
    private static ulong Tip(int price) => (ulong)price * Make("a", 0).Weight;

    private static AccountId AccountOf(string name) => new(Hash256.Sha256(System.Text.Encoding.UTF8.GetBytes(name)));

    /// <summary>The pool takes signatures as checked, so these have none to speak of.</summary>
    private static SignedTransaction Make(string account, ulong nonce, ulong tip = 0, ulong validUntil = 100, Call? call = null) => SignedTransaction.Assemble(
        new UnsignedTransaction(
            Hash256.Zero, AccountOf(account), nonce, validUntil, new Balance(tip), call ?? new Transfer(AccountOf("z"), new Balance(1))),
        Signature.FromBytes(new byte[Signature.Size]), null);
}
