using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.State;
using Cess.Ledger.Tests.Modules;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Blocks;

public sealed class BlockExecutorTests
{
    private readonly TestChain _chain = new(new ChainParameters { TransactionFee = new Balance(100) });

    private TestAccount A => _chain.Accounts[1];

    private TestAccount B => _chain.Accounts[2];

    [Fact]
    public void A_transaction_that_may_not_be_in_the_block_is_rejected_and_charged_nothing()
    {
        UnsignedTransaction good = Transfer(A, 1);
        Rejects(ChainError.GenesisWrong, good with { Genesis = Hash256.Zero });
        Rejects(ChainError.Expired, good with { ValidUntil = _chain.State.Height });
        Rejects(ChainError.NonceAhead, good with { Nonce = 1 });
        Rejects(ChainError.FeeUnaffordable, good with { Tip = Balance.FromTokens(1_000) });
        Rejects(ChainError.FeeUnaffordable, good with { Tip = Balance.MaxValue });
        Rejects(ChainError.KeyUnknown, good with { Account = new AccountId(Hash256.Sha256([1])) });
        Accepts(good with { ValidUntil = _chain.State.Height + 1 });
        Accepts(good with { Tip = Balance.FromTokens(1_000) - new Balance(101) });

        _chain.MustDo(A, new Transfer(B.Id, new Balance(1)));
        Rejects(ChainError.NonceUsed, good);
    }

    [Fact]
    public void Transactions_of_one_account_follow_each_other_in_one_block()
    {
        SignedTransaction[] three = [Sign(Transfer(A, 1)), Sign(Transfer(A, 2) with { Nonce = 1 }), Sign(Transfer(A, 3) with { Nonce = 2 })];
        Assert.Empty(Execute(three).Rejected);

        ExecutedBlock gap = Execute(three[0], three[2]);
        Assert.Equal(new RejectedTransaction(three[2], ChainError.NonceAhead), Assert.Single(gap.Rejected));
        ExecutedBlock twice = Execute(three[0], three[0]);
        Assert.Equal(new RejectedTransaction(three[0], ChainError.NonceUsed), Assert.Single(twice.Rejected));
        Assert.Single(twice.Block.Transactions);
    }

    [Fact]
    public void A_revealed_key_is_known_from_then_on_even_within_the_block()
    {
        TestAccount fresh = new(40);
        _chain.MustDo(A, new Transfer(fresh.Id, Balance.OneToken));
        Assert.Null(_chain.State.Account(fresh.Id).Key);

        UnsignedTransaction unsigned = Transfer(fresh, 1);
        SignedTransaction revealing = SignedTransaction.Sign(unsigned, fresh.Key, SignatureKind.RevealedKey);
        SignedTransaction next = Sign(unsigned with { Nonce = 1 });
        Assert.Equal(ChainError.KeyUnknown, Assert.Single(Execute(Sign(unsigned)).Rejected).Error);
        ExecutedBlock block = Execute(revealing, next);
        Assert.Empty(block.Rejected);
        Assert.Equal(fresh.Key.PublicKey, block.State.Account(fresh.Id).Key);
    }

    [Fact]
    public void A_failed_call_changes_nothing_but_nonce_and_fee()
    {
        ExecutedBlock block = Execute(Sign(Transfer(A, 1) with { Call = new Transfer(B.Id, Balance.FromTokens(2_000)) }));
        Assert.False(block.Receipts[0].IsSuccess);

        AccountRecord before = _chain.State.Account(A.Id);
        StateTree expected = _chain.State.Tree
            .Set(LedgerKeys.Account(A.Id), Scale.Encode(before with { Free = before.Free - new Balance(100), Nonce = 1 }))
            .Set(LedgerKeys.Account(TestChain.Treasury), Scale.Encode(AccountRecord.Empty with { Free = new Balance(100) }));
        Assert.Equal(expected.Root, block.State.Tree.Root);
    }

    [Fact]
    public void A_call_that_fails_late_takes_back_what_it_wrote()
    {
        FilesFixture files = new();
        // The third miner has no space left: two reservations have been written by then.
        files.Chain.MustDo(files.Miners[2], new Ledger.Modules.Miners.DeclareSpace(0));
        Hash256 before = files.Chain.State.Tree.Root;
        ulong nonce = files.Chain.State.Account(files.Owner.Id).Nonce;
        Receipt receipt = files.Chain.Do(files.Owner, new DeclareFile(FilesFixture.Declaration("x", 100), default));
        Assert.NotNull(receipt.Error);
        Assert.Empty(receipt.Events);

        AccountRecord owner = files.Chain.State.Account(files.Owner.Id);
        Assert.Equal(nonce + 1, owner.Nonce);
        Assert.Equal(
            before,
            files.Chain.State.Tree.Set(LedgerKeys.Account(files.Owner.Id), Scale.Encode(owner with { Nonce = nonce })).Root);
    }

    [Fact]
    public void A_block_without_transactions_leaves_the_state_as_it_is()
    {
        Hash256 root = _chain.State.Tree.Root;
        ExecutedBlock block = _chain.Seal();
        Assert.Equal(root, block.State.Tree.Root);
        Assert.Equal(1ul, block.State.Height);
    }

    [Fact]
    public void A_block_takes_no_more_weight_than_it_may()
    {
        ulong weight = Sign(Transfer(A, 1)).Weight;
        TestChain chain = new(new ChainParameters { BlockWeight = (2 * weight) + 1 });
        SignedTransaction[] three = [.. Enumerable.Range(0, 3).Select(i => Sign(chain.Unsigned(A, new Transfer(B.Id, new Balance(1))) with { Nonce = (ulong)i }))];
        SignedTransaction heavy = Sign(chain.Unsigned(B, new DeleteFiles([.. Enumerable.Repeat(new FileId(Hash256.Zero), 1_000)])));

        ExecutedBlock block = BlockExecutor.Execute(chain.State, new BlockContext(0, A.Id), [heavy, .. three]);
        Assert.Equal<RejectedTransaction>(
            [new RejectedTransaction(heavy, ChainError.TransactionTooHeavy), new RejectedTransaction(three[2], ChainError.BlockFull)],
            block.Rejected);
        Block overfull = block.Block with { Transactions = [.. three] };
        Assert.Equal(ChainError.BlockTooLarge, BlockExecutor.Verify(chain.State, overfull, out _));
        overfull = block.Block with { Transactions = [heavy] };
        Assert.Equal(ChainError.TransactionNotAllowed, BlockExecutor.Verify(chain.State, overfull, out _));
    }

    [Fact]
    public void A_blocks_time_is_never_before_its_parents()
    {
        ExecutedBlock block = BlockExecutor.Execute(_chain.State, new BlockContext(0, A.Id), []);
        Assert.Equal(_chain.State.Header.TimeMs, block.Block.Header.TimeMs);
    }

    [Fact]
    public void Where_the_tree_is_hashed_does_not_matter()
    {
        SignedTransaction transaction = Sign(Transfer(A, 1));
        ExecutedBlock plain = Execute(transaction);
        ExecutedBlock spread = BlockExecutor.Execute(
            _chain.State, new BlockContext(1_700_000_000_001, A.Id), [transaction], new ThreadPoolFor());
        Assert.Equal(plain.Block.Header, spread.Block.Header);
    }

    [Fact]
    public void A_block_whose_header_says_anything_else_is_refused()
    {
        Block block = Execute(Sign(Transfer(A, 1)), Sign(Transfer(B, 1))).Block;
        Assert.Null(Verify(block.Header));

        BlockHeader header = block.Header;
        Assert.Equal(ChainError.BlockVersionUnknown, Verify(header with { Version = 2 }));
        Assert.Equal(ChainError.HeightWrong, Verify(header with { Height = 2 }));
        Assert.Equal(ChainError.ParentWrong, Verify(header with { Parent = Hash256.Zero }));
        Assert.Equal(ChainError.TimeBeforeParent, Verify(header with { TimeMs = _chain.State.Header.TimeMs - 1 }));
        Assert.Equal(ChainError.TransactionsRootWrong, Verify(header with { TransactionsRoot = Hash256.Zero }));
        Assert.Equal(ChainError.ReceiptsRootWrong, Verify(header with { ReceiptsRoot = Hash256.Zero }));
        Assert.Equal(ChainError.StateRootWrong, Verify(header with { StateRoot = Hash256.Zero }));

        LedgerError? Verify(BlockHeader changed) => this.Verify(block with { Header = changed });
    }

    [Fact]
    public void A_block_with_other_transactions_than_its_headers_is_refused()
    {
        SignedTransaction[] two = [Sign(Transfer(A, 1)), Sign(Transfer(B, 1))];
        Block block = Execute(two).Block;
        Assert.Equal(ChainError.TransactionsRootWrong, Verify(block with { Transactions = [two[1], two[0]] }));
        Assert.Equal(ChainError.TransactionsRootWrong, Verify(block with { Transactions = [two[0]] }));
        Assert.Equal(ChainError.TransactionNotAllowed, Verify(block with { Transactions = [two[0], two[1], two[1]] }));

        SignedTransaction otherSignature = SignedTransaction.Assemble(two[0].Unsigned, Samples.FixedSignature, null);
        Assert.Equal(ChainError.TransactionsRootWrong, Verify(block with { Transactions = [otherSignature, two[1]] }));
    }

    [Fact]
    public void A_block_takes_no_more_transactions_than_it_may() =>
        FillsAt(4, BlockBounds.Protocol with { Transactions = 4 });

    [Fact]
    public void A_block_takes_no_more_bytes_than_it_may()
    {
        int size = Sign(Transfer(A, 1)).Bytes.Length;
        FillsAt(5, BlockBounds.Protocol with { TransactionBytes = (5 * size) + 1 });
        FillsAt(5, BlockBounds.Protocol with { TransactionBytes = 5 * size });
        FillsAt(4, BlockBounds.Protocol with { TransactionBytes = (5 * size) - 1 });
    }

    [Fact]
    public void A_block_takes_no_more_bytes_of_receipts_than_it_may()
    {
        int size = Scale.Encode(Execute(Sign(Transfer(A, 1))).Receipts[0]).Length;
        FillsAt(5, BlockBounds.Protocol with { ReceiptBytes = 5 * size });
        FillsAt(4, BlockBounds.Protocol with { ReceiptBytes = (5 * size) - 1 });
    }

    [Fact]
    public void A_call_that_would_leave_too_large_a_receipt_fails_and_pays()
    {
        SignedTransaction transaction = Sign(Transfer(A, 1));
        int size = Scale.Encode(Execute(transaction).Receipts[0]).Length;
        ExecutedBlock block = BlockExecutor.Execute(
            _chain.State, new BlockContext(0, A.Id), [transaction], BlockBounds.Protocol with { ReceiptBytesEach = size - 1 }, null);
        Receipt receipt = Assert.Single(block.Receipts);
        Assert.Equal(ChainError.ReceiptTooLarge, receipt.Error);
        Assert.Empty(receipt.Events);
        Assert.Equal(Balance.FromTokens(1_000), block.State.Account(B.Id).Free);
        AccountRecord sender = block.State.Account(A.Id);
        Assert.Equal((Balance.FromTokens(1_000) - new Balance(100), 1ul), (sender.Free, sender.Nonce));
    }

    [Fact]
    public void A_stored_block_is_never_larger_than_the_bound_of_its_record() =>
        Assert.InRange(
            LedgerLimits.BlockTransactionBytesMax + (5 * LedgerLimits.BlockTransactionsMax)
                + LedgerLimits.BlockReceiptBytesMax
                + (LedgerLimits.DeadlineWorkPerBlockMax * (200 + (5 * LedgerLimits.DeadlineSharesPerWork)))
                + (5 * LedgerLimits.TransactionBytesMax / 33)
                + (LedgerLimits.ValidatorsMax * 66) + 1_000,
            0,
            LedgerLimits.BlockRecordBytesMax);

    [Fact]
    public void The_receipts_root_is_over_start_events_and_receipts()
    {
        ExecutedBlock block = Execute(Sign(Transfer(A, 1)), Sign(Transfer(B, 1)));
        Assert.Equal(Receipt.RootOf(block.StartEvents, block.Receipts.AsSpan()), block.Block.Header.ReceiptsRoot);
    }

    [Fact]
    public void A_transaction_is_proven_to_be_in_its_block()
    {
        SignedTransaction[] transactions = [.. Enumerable.Range(0, 5).Select(i => Sign(Transfer(A, 1) with { Nonce = (ulong)i }))];
        BlockHeader header = Execute(transactions).Block.Header;
        MerkleTree tree = MerkleTree.FromLeafHashes([.. transactions.Select(t => MerkleTree.LeafHash(t.Bytes.Span))]);
        for (int i = 0; i < transactions.Length; i++)
        {
            Hash256[] path = tree.ProveInclusion(i);
            Assert.True(LightClient.ProvesTransaction(header, transactions[i].Bytes.Span, i, transactions.Length, path));
            Assert.False(LightClient.ProvesTransaction(header, transactions[(i + 1) % 5].Bytes.Span, i, transactions.Length, path));
        }
    }

    [Fact]
    public void Receipts_and_start_events_are_committed_to()
    {
        ImmutableArray<Receipt> receipts = [Samples.Success, Samples.Failure];
        Hash256 root = Receipt.RootOf([], receipts.AsSpan());
        Assert.NotEqual(root, Receipt.RootOf([Samples.Events[12].Event], receipts.AsSpan()));
        Assert.NotEqual(root, Receipt.RootOf([], [Samples.Success]));
        Assert.NotEqual(root, Receipt.RootOf([], [Samples.Failure, Samples.Success]));
        Assert.NotEqual(root, Receipt.RootOf([], [Samples.Success with { Fee = Balance.Zero }, Samples.Failure]));
    }

    /// <summary>Of eight transfers, the first so many are in the block, and the others may be in the next.</summary>
    private void FillsAt(int count, BlockBounds bounds)
    {
        SignedTransaction[] transactions = [.. Enumerable.Range(0, 8).Select(i => Sign(Transfer(A, 1) with { Nonce = (ulong)i }))];
        ExecutedBlock block = BlockExecutor.Execute(_chain.State, new BlockContext(0, A.Id), transactions, bounds, null);
        Assert.Equal(transactions[..count], block.Block.Transactions.ToArray());
        Assert.Equal(ChainError.BlockFull, block.Rejected[0].Error);
        Assert.Equal(8, count + block.Rejected.Length);
        Assert.Equal((ulong)count, block.State.Account(A.Id).Nonce);
        Assert.Equal(block.Block.Header.StateRoot, Execute(transactions[..count]).Block.Header.StateRoot);

        Block over = block.Block with { Transactions = [.. transactions] };
        Assert.Equal(ChainError.BlockTooLarge, BlockExecutor.Verify(_chain.State, over, bounds, out _, null));
    }

    private UnsignedTransaction Transfer(TestAccount from, ulong units) =>
        _chain.Unsigned(from, new Transfer(B.Id, new Balance(units)));

    private static SignedTransaction Sign(UnsignedTransaction unsigned) => TestSigning.SignUnchecked(unsigned);

    private ExecutedBlock Execute(params SignedTransaction[] transactions) =>
        BlockExecutor.Execute(_chain.State, new BlockContext(1_700_000_000_001, A.Id), transactions);

    private LedgerError? Verify(Block block) => BlockExecutor.Verify(_chain.State, block, out _);

    private void Rejects(LedgerError error, UnsignedTransaction unsigned)
    {
        ExecutedBlock block = Execute(Sign(unsigned));
        Assert.Equal(error, Assert.Single(block.Rejected).Error);
        Assert.Empty(block.Block.Transactions);
        Assert.Empty(block.Receipts);
        Assert.Equal(_chain.State.Tree.Root, block.State.Tree.Root);

        Block forced = block.Block with { Transactions = [Sign(unsigned)] };
        Assert.Equal(ChainError.TransactionNotAllowed, Verify(forced));
    }

    private void Accepts(UnsignedTransaction unsigned) => Assert.Empty(Execute(Sign(unsigned)).Rejected);

    private sealed class ThreadPoolFor : IParallelFor
    {
        public void For(int count, Action<int> body) => Parallel.For(0, count, body);
    }
}
