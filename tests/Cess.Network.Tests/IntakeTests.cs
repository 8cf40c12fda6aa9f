using System.Collections.Concurrent;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Network.Tests;

/// <summary>What strangers send to a node.</summary>
public sealed class IntakeTests : IAsyncLifetime
{
    private readonly PrivateKey _key = PrivateKey.Generate();
    private readonly CountingLoop _loop = new();
    private TestNetwork _network = null!;

    private AccountId Account => _key.PublicKey.ToAccountId();

    private IEnumerable<Hash256> Verified => ((CountingKeys)_network.Get<PublicKeyCache>()).Verified;

    public async Task InitializeAsync()
    {
        _network = await TestNetwork.StartAsync(miners: 1, policy: "1+0", keys: new CountingKeys(), parallel: _loop);
    }

    public async Task DisposeAsync()
    {
        await _network.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Who_can_not_pay_for_a_transaction_is_refused_at_once_and_takes_no_room()
    {
        Assert.Equal(["Chain.FeeUnaffordable", "Chain.FeeUnaffordable"], await CodesAsync(Sign(0), Sign(1)));

        await FundAsync("0.0025");
        Assert.Equal(["Chain.FeeUnaffordable", null], await CodesAsync(Sign(1, tip: "0.001"), Sign(1, tip: "0.0005")));
        Assert.Equal(1, await PoolCountAsync());
    }

    [Fact]
    public async Task Who_can_not_pay_the_least_for_what_has_to_go_before_a_transaction_is_refused_at_once()
    {
        await FundAsync("0.003");
        Assert.Equal(
            ["Chain.FeeUnaffordable", "Chain.FeeUnaffordable", "Chain.FeeUnaffordable", null],
            await CodesAsync(Sign(ulong.MaxValue), Sign(3), Sign(2, tip: "0.0001"), Sign(2)));
        Assert.Equal(1, await PoolCountAsync());
    }

    [Fact]
    public async Task A_transaction_that_is_valid_for_longer_than_the_pool_lets_it_wait_is_refused()
    {
        await FundAsync("1");
        ulong last = _network.Head.Height + GrainLimits.PoolValidity;

        Assert.Equal([null, TransactionErrors.ValidTooLong], await CodesAsync(Sign(1, last), Sign(2, ulong.MaxValue)));
    }

    [Fact]
    public async Task A_transaction_of_another_chain_or_of_the_past_holds_up_nothing_of_its_account()
    {
        await FundAsync("1");
        SignedTransaction behind = Sign(1);
        Assert.Equal([null], await CodesAsync(behind));

        Assert.Equal(
            ["Chain.GenesisWrong", "Chain.Expired"],
            await CodesAsync(Sign(0, genesis: Hash256.Sha256("another"u8)), Sign(0, _network.Head.Height)));
        Assert.Equal([null], await CodesAsync(Sign(0)));

        TransactionOutcome outcome = (await SubmitAsync(SubmissionGoal.Final, behind))[0];
        Assert.True(outcome.Succeeded || outcome.ErrorCode == TransactionErrors.NonceUsed, outcome.ErrorMessage);
        await TestNetwork.UntilAsync(() => _network.Head.Account(Account).Nonce == 2, "both to be final");
    }

    [Fact]
    public async Task What_follows_a_refused_transaction_waits_for_another_with_its_nonce()
    {
        await FundAsync("0.0035");
        SignedTransaction refused = Sign(1);
        SignedTransaction behind = Sign(2);
        await SubmitAsync(SubmissionGoal.Accepted, Sign(0, amount: "0.0024"), refused, behind);
        await TestNetwork.UntilAsync(() => _network.Head.Account(Account).Nonce == 1, "the first to be final");

        Assert.Equal("Chain.FeeUnaffordable", (await FindAsync(refused))?.ErrorCode);
        Assert.Equal(TransactionStatus.Pending, (await FindAsync(behind))?.Status);

        await FundAsync("1");
        Assert.Equal([null], await CodesAsync(Sign(1, _network.Head.Height + 50)));
        await TestNetwork.UntilAsync(() => _network.Head.Account(Account).Nonce == 3, "all to be final");
    }

    [Fact]
    public async Task A_large_submission_is_verified_on_all_cores_and_answered_in_its_order()
    {
        await FundAsync("1");
        using PrivateKey stranger = PrivateKey.Generate();
        SignedTransaction[] sent = [.. Enumerable.Range(1, 100).Select(nonce => Sign((ulong)nonce))];
        foreach (int i in (int[])[3, 50, 98])
            sent[i] = SignedTransaction.Assemble(sent[i].Unsigned, stranger.Sign(sent[i].Id), _key.PublicKey);

        IReadOnlyList<TransactionOutcome> outcomes = await SubmitAsync(SubmissionGoal.Accepted, sent);

        Assert.Equal(sent.Select(transaction => transaction.Id.ToString()), outcomes.Select(outcome => outcome.Id));
        Assert.Equal([3, 50, 98], Enumerable.Range(0, 100).Where(i => outcomes[i].ErrorCode == "Chain.SignatureInvalid"));
        Assert.Contains(100, _loop.Counts);
    }

    [Fact]
    public async Task A_transaction_in_a_block_that_is_not_final_is_included_and_verified_only_once()
    {
        await FundAsync("1");
        SignedTransaction first = Sign(0);
        SignedTransaction second = Sign(1);
        await SubmitAsync(SubmissionGoal.Accepted, second);
        Assert.Equal(TransactionStatus.Pending, (await FindAsync(second))?.Status);
        LedgerState head = _network.Head;

        Assert.Equal(BlockCheck.Valid, await CheckAsync(head, 1, first, second));
        Assert.Equal((TransactionStatus.Included, head.Height + 1), await FindAsync(second) is { } found ? (found.Status, found.Height) : default);
        Assert.Equal(BlockCheck.Valid, await CheckAsync(head, 2, first, second));

        Assert.Equal(1, Verified.Count(digest => digest == first.Id));
        Assert.Equal(1, Verified.Count(digest => digest == second.Id));
    }

    /// <summary>Has the node check a block of somebody else's.</summary>
    private async Task<BlockCheck> CheckAsync(LedgerState parent, ulong later, params SignedTransaction[] transactions)
    {
        ExecutedBlock executed = BlockExecutor.Execute(
            parent, new BlockContext(parent.Header.TimeMs + 4_000 + later, Account), transactions);
        Hash256 hash = executed.Block.Header.ComputeHash();
        _network.Get<CandidateBlocks>().Offer(hash, executed.Block);
        return await _network.Grains.GetGrain<IChainGrain>(StreamNames.ChainKey).CheckAsync(new BlockName(hash.ToArray()));
    }

    private Task<TransactionOutcome?> FindAsync(SignedTransaction transaction) =>
        _network.Grains.GetGrain<IChainGrain>(StreamNames.ChainKey).FindAsync(transaction.Id.ToString());

    private async Task FundAsync(string tokens)
    {
        TransactionOutcome outcome = await _network.Grains.GetGrain<IAccountGrain>(_network.Owner.Account.ToString())
            .ExecuteAsync(new CustodyCall(Scale.Encode<Call>(new Transfer(Account, Balance.Parse(tokens)))));
        Assert.True(outcome.Succeeded, outcome.ErrorMessage);
    }

    private SignedTransaction Sign(
        ulong nonce, ulong? validUntil = null, string tip = "0", Hash256? genesis = null, string? amount = null) => SignedTransaction.Sign(
        new UnsignedTransaction(
            genesis ?? _network.Head.Genesis, Account, nonce, validUntil ?? _network.Head.Height + 100, Balance.Parse(tip),
            new Transfer(_network.Owner.Account, amount is null ? new Balance(1) : Balance.Parse(amount))),
        _key, SignatureKind.RevealedKey);

    private Task<IReadOnlyList<TransactionOutcome>> SubmitAsync(SubmissionGoal until, params SignedTransaction[] transactions) =>
        _network.Grains.GetGrain<IIntakeGrain>(0)
            .SubmitAsync(new TransactionBatch([.. transactions.Select(transaction => transaction.Bytes)], until));

    private async Task<IEnumerable<string?>> CodesAsync(params SignedTransaction[] transactions) =>
        (await SubmitAsync(SubmissionGoal.Accepted, transactions)).Select(outcome => outcome.ErrorCode);

    private sealed class CountingKeys : PublicKeyCache
    {
        public ConcurrentQueue<Hash256> Verified { get; } = [];

        public override bool Verify(PublicKey publicKey, Hash256 digest, Signature signature)
        {
            Verified.Enqueue(digest);
            return base.Verify(publicKey, digest, signature);
        }
    }

    private sealed class CountingLoop : IParallelFor
    {
        public ConcurrentQueue<int> Counts { get; } = [];

        public void For(int count, Action<int> body)
        {
            Counts.Enqueue(count);
            Parallel.For(0, count, body);
        }
    }

    private async Task<int> PoolCountAsync() => (await _network.Grains.GetGrain<IChainGrain>(StreamNames.ChainKey).GetStatusAsync()).PoolCount;
}
