using Cess.Gateway.Rest.Chain;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.TestHost;

namespace Cess.Gateway.Tests.Rest;

public sealed class ChainIndexTests : IDisposable
{
    private readonly TestChain _chain = new(new ManualTime(DateTimeOffset.UnixEpoch), miners: 3);

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task Blocks_and_transactions_from_before_the_first_look_up_are_found()
    {
        (Hash256 id, Hash256 block) = Transfer();
        using ChainIndex index = new(_chain, _chain, _chain, blocksMax: 100, transactionsMax: 100);
        Assert.Equal(_chain.Head.Height, await index.FindBlockAsync(block));
        Assert.Equal(new TransactionPlace(_chain.Head.Height, 0), await index.FindTransactionAsync(id));
    }

    [Fact]
    public async Task What_became_final_since_the_last_look_up_is_found()
    {
        using ChainIndex index = new(_chain, _chain, _chain, blocksMax: 100, transactionsMax: 100);
        Assert.Null(await index.FindBlockAsync(Hash256.Zero));
        (Hash256 id, Hash256 block) = Transfer();
        Assert.Equal(_chain.Head.Height, await index.FindBlockAsync(block));
        Assert.NotNull(await index.FindTransactionAsync(id));
    }

    [Fact]
    public async Task Only_the_newest_blocks_are_kept()
    {
        using ChainIndex index = new(_chain, _chain, _chain, blocksMax: 2, transactionsMax: 100);
        (Hash256 Id, Hash256 Block)[] all = [Transfer(), Transfer(), Transfer()];
        Assert.Null(await index.FindBlockAsync(all[0].Block));
        Assert.Null(await index.FindTransactionAsync(all[0].Id));
        Assert.NotNull(await index.FindBlockAsync(all[1].Block));
        Assert.NotNull(await index.FindTransactionAsync(all[2].Id));
    }

    [Fact]
    public async Task At_the_bound_of_transactions_the_oldest_blocks_go_but_the_newest_stays()
    {
        using ChainIndex index = new(_chain, _chain, _chain, blocksMax: 100, transactionsMax: 0);
        (Hash256 Id, Hash256 Block)[] all = [Transfer(), Transfer()];
        Assert.Null(await index.FindTransactionAsync(all[0].Id));
        Assert.NotNull(await index.FindTransactionAsync(all[1].Id));
    }

    [Fact]
    public async Task A_gap_that_memory_cannot_fill_is_read_from_the_store()
    {
        using ChainIndex index = new(_chain, _chain, _chain, blocksMax: 100, transactionsMax: 100);
        (Hash256 before, _) = Transfer();
        Assert.NotNull(await index.FindTransactionAsync(before));
        _chain.HasForgotten = true;
        (Hash256 id, Hash256 block) = Transfer();
        Assert.Equal(_chain.Head.Height, await index.FindBlockAsync(block));
        Assert.NotNull(await index.FindTransactionAsync(id));
    }

    [Fact]
    public async Task Old_blocks_are_read_from_the_newest_back_and_no_further_than_need_be()
    {
        (Hash256 Id, Hash256 Block)[] all = [Transfer(), Transfer(), Transfer(), Transfer()];
        _chain.HasForgotten = true;
        using ChainIndex index = new(_chain, _chain, _chain, blocksMax: 100, transactionsMax: 3);
        Assert.NotNull(await index.FindTransactionAsync(all[2].Id));
        Assert.Equal(2, _chain.BlocksRead);
        Assert.Null(await index.FindTransactionAsync(all[0].Id, above: _chain.Head.Height - 3));
        Assert.Equal(3, _chain.BlocksRead);

        // The fourth has no room any more, and is not read again for everyone who asks.
        Assert.Null(await index.FindTransactionAsync(all[0].Id));
        Assert.Null(await index.FindBlockAsync(all[0].Block));
        Assert.Equal(4, _chain.BlocksRead);
        Assert.NotNull(await index.FindBlockAsync(all[1].Block));
    }

    private (Hash256 Id, Hash256 Block) Transfer()
    {
        SignedTransaction transaction = _chain.Sign(_chain.Owner, new Transfer(_chain.Other.PublicKey.ToAccountId(), Balance.OneToken));
        Assert.True(_chain.Execute(transaction).Succeeded);
        return (transaction.Id, _chain.Head.BlockHash);
    }
}
