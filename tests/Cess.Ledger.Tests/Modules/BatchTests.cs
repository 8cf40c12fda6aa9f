using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Ledger.Tests.Modules;

public sealed class BatchTests
{
    private readonly TestChain _chain = new();

    private TestAccount A => _chain.Accounts[1];

    private TestAccount B => _chain.Accounts[2];

    [Fact]
    public void All_calls_of_a_batch_take_effect_in_their_order_under_one_nonce()
    {
        AccountId stranger = new(Hash256.Sha256([1]));
        Receipt receipt = _chain.MustDo(A, All(
            new Transfer(B.Id, Balance.FromTokens(1)), new RegisterMiner(A.Id, "m", Balance.FromTokens(2)), new Transfer(stranger, new Balance(7))));

        AccountRecord a = _chain.State.Account(A.Id);
        Assert.Equal((Balance.FromTokens(997) - new Balance(7), Balance.FromTokens(2), 1ul), (a.Free, a.Reserved, a.Nonce));
        Assert.Equal(
            [typeof(Transferred), typeof(MinerRegistered), typeof(Transferred)], receipt.Events.Select(e => e.GetType()));
    }

    [Fact]
    public void One_failing_call_undoes_a_batch_that_is_all_or_nothing_and_its_error_is_the_batchs()
    {
        Receipt receipt = _chain.Do(A, All(
            new Transfer(B.Id, Balance.FromTokens(600)), new Transfer(B.Id, Balance.FromTokens(600)), new Transfer(B.Id, Balance.Zero)));

        Assert.Equal(BalancesError.FundsInsufficient, receipt.Error);
        Assert.Empty(receipt.Events);
        Assert.Equal(Balance.FromTokens(1_000), _chain.State.Account(A.Id).Free);
        Assert.Equal(1ul, _chain.State.Account(A.Id).Nonce);
    }

    [Fact]
    public void Calls_that_stand_each_on_its_own_fail_alone_and_are_listed()
    {
        Receipt receipt = _chain.MustDo(A, Each(
            new Transfer(B.Id, Balance.FromTokens(600)),
            new Transfer(B.Id, Balance.FromTokens(600)),
            new Transfer(B.Id, Balance.FromTokens(400)),
            new AddStake(new Balance(1))));

        Assert.Equal(Balance.Zero, _chain.State.Account(A.Id).Free);
        BatchCompleted completed = Assert.IsType<BatchCompleted>(receipt.Events[^1]);
        Assert.Equal((A.Id, 4u), (completed.Account, completed.Calls));
        Assert.Equal<FailedCall>(
            [new FailedCall(1, BalancesError.FundsInsufficient), new FailedCall(3, MinersError.NotRegistered)], completed.Failed);
        Assert.Equal(2, receipt.Events.OfType<Transferred>().Count());
    }

    [Fact]
    public void A_batch_may_declare_many_files_each_with_an_id_of_its_own()
    {
        FilesFixture files = new();
        SignedTransaction transaction = files.Chain.Queue(files.Owner, All(
            new DeclareFile(FilesFixture.Declaration("a", 100), default),
            new CreateBucket("second", new byte[1]),
            new DeclareFile(FilesFixture.Declaration("b", 100), default)));
        Assert.Null(files.Chain.Seal().Receipts[0].Error);

        FileId first = FileId.InBatch(transaction.Id, 0);
        FileId second = FileId.InBatch(transaction.Id, 2);
        Assert.Equal([first, second], files.Events<DealOpened>().Select(e => e.File));
        files.ReportAll(first);
        files.ReportAll(second);
        Assert.True(files.Chain.State.IsActive(first) && files.Chain.State.IsActive(second));
        Assert.NotEqual(first.Hash, transaction.Id);
    }

    [Fact]
    public void Batches_in_batches_empty_ones_and_too_large_ones_are_no_transactions()
    {
        Transfer transfer = new(B.Id, new Balance(1));
        Assert.NotNull(Scale.Decode<Call>(Scale.Encode<Call>(All([.. Enumerable.Repeat(transfer, LedgerLimits.BatchCallsMax)]))));
        Refused(ScaleError.InvalidValue, All());
        Refused(ScaleError.InvalidValue, All(All(transfer)));
        Refused(ScaleError.InvalidValue, Each(transfer, All(transfer)));
        Refused(ScaleError.TooMany, All([.. Enumerable.Repeat(transfer, LedgerLimits.BatchCallsMax + 1)]));

        // However deep: the reader's own bound on nesting stops it before the stack does.
        Call deep = transfer;
        for (int i = 0; i < 10_000; i++)
            deep = new Batch(BatchMode.AllOrNothing, [deep]);
        Refused(ScaleError.TooDeep, deep);

        static void Refused(ScaleError expected, Call call)
        {
            Assert.False(Scale.TryDecode<Call>(Scale.Encode(call), out _, out ScaleError error));
            Assert.Equal(expected, error);
        }
    }

    [Fact]
    public void A_batch_pays_for_every_call_in_it()
    {
        Transfer transfer = new(B.Id, new Balance(1));
        Assert.Equal(All(transfer).Weight + (99 * transfer.Weight), All([.. Enumerable.Repeat(transfer, 100)]).Weight);

        TestChain chain = new(new ChainParameters { TransactionFee = new Balance(5), FeePerByte = new Balance(2), FeePerWeight = new Balance(3) });
        SignedTransaction transaction = chain.Queue(chain.Accounts[1], Each(transfer, transfer));
        Receipt receipt = chain.Seal().Receipts.Single();
        Balance expected = new(5 + (2 * (UInt128)transaction.Bytes.Length) + (3 * (UInt128)transaction.Weight));
        Assert.Equal(expected, receipt.Fee);
        Assert.Equal(expected, chain.State.Account(TestChain.Treasury).Free);
        Assert.Equal(chain.Genesis.Parameters.FeeOf(transaction.Bytes.Length, transaction.Weight), receipt.Fee);
    }

    /// <summary>The rule of both modes, for any calls: nothing or all, and each as if the failing ones were not there.</summary>
    [Fact]
    public void A_batch_gives_what_its_calls_give()
    {
        Gen<Call[]> batches = Gen.ArrayOf(
            from kind in Gen.Choose(0, 3)
            from amount in Gen.Choose(0, 700)
            from to in Gen.Choose(0, 5)
            select (Call)(kind switch
            {
                0 => new RegisterMiner(_chain.Accounts[to].Id, "m", Balance.FromTokens((ulong)amount)),
                1 => new AddStake(Balance.FromTokens((ulong)amount)),
                _ => new Transfer(_chain.Accounts[to].Id, Balance.FromTokens((ulong)amount)),
            })).Where(b => b.Length > 0);

        Prop.ForAll(batches.ToArbitrary(), calls =>
        {
            (Receipt Receipt, LedgerState State) each = Execute(Each(calls));
            ImmutableArray<FailedCall> failed = ((BatchCompleted)each.Receipt.Events[^1]).Failed;
            (Receipt Receipt, LedgerState State) all = Execute(All(calls));
            Assert.Equal(failed.IsEmpty, all.Receipt.IsSuccess);
            if (!failed.IsEmpty)
                Assert.Equal(failed[0].Error, all.Receipt.Error);

            Call[] good = [.. calls.Where((_, i) => failed.All(f => f.Index != i))];
            (Receipt Receipt, LedgerState State) expected = good.Length == 0 ? Execute(All(new AddStake(Balance.Zero))) : Execute(All(good));
            Assert.Equal(expected.State.Tree.Root, each.State.Tree.Root);
            if (!all.Receipt.IsSuccess)
                Assert.Equal(Execute(All(new AddStake(Balance.Zero))).State.Tree.Root, all.State.Tree.Root);
        }).QuickCheckThrowOnFailure();
    }

    private static Batch All(params Call[] calls) => new(BatchMode.AllOrNothing, [.. calls]);

    private static Batch Each(params Call[] calls) => new(BatchMode.EachOnItsOwn, [.. calls]);

    private (Receipt Receipt, LedgerState State) Execute(Call call)
    {
        TestChain fresh = new();
        Receipt receipt = fresh.Do(A, call);
        Assert.Equal(Balance.FromTokens(6_000), fresh.Supply());
        return (receipt, fresh.State);
    }
}
