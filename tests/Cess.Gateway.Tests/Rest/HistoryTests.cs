using Cess.Gateway.Rest;
using Cess.Gateway.Rest.Chain;
using Cess.Gateway.Rest.Chain.History;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cess.Gateway.Tests.Rest;

/// <summary>Old transactions, found behind the newest ones that memory holds.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cess-history-").FullName;
    private RestHost _host = null!;
    private RestTester _tester = null!;

    private TestChain Chain => _host.Chain;

    private string Path => $"/v1/accounts/{Chain.Owner.PublicKey.ToAccountId()}/transactions";

    public async Task InitializeAsync()
    {
        _host = await RestHost.StartAsync(miners: 3, historyFolder: _folder);
        _tester = new RestTester(_host);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_of_an_account_go_back_to_its_first_transaction(bool fromTheArchive)
    {
        Chain.HasForgotten = fromTheArchive;
        Hash256[] sent = [.. Enumerable.Range(0, 7).Select(_ => Transfer())];
        await UntilIndexedAsync();
        var found = new List<TransactionMessage>();
        string query = "?limit=3";
        for (int pages = 0; pages < 3; pages++)
        {
            TransactionPage page = await _tester.GetAsync(Path + query, WireJson.Default.TransactionPage);
            Assert.Equal(Chain.Head.Height, page.Height);
            Assert.Equal(pages < 2, page.Next is not null);
            found.AddRange(page.Transactions);
            query = $"?limit=3&before={page.Next}";
        }
        Assert.Equal(sent.Reverse(), found.Select(transaction => transaction.Id));
        Assert.All(found, transaction => Assert.Equal("finalised", transaction.Status));
    }

    [Fact]
    public async Task What_has_just_become_final_stands_on_the_first_page()
    {
        await UntilIndexedAsync();
        for (int i = 0; i < 20; i++)
        {
            Hash256 id = Transfer();
            TransactionPage page = await _tester.GetAsync(Path + "?limit=1", WireJson.Default.TransactionPage);
            Assert.Equal(id, Assert.Single(page.Transactions).Id);
        }
    }

    [Fact]
    public async Task An_account_that_sent_nothing_has_an_empty_page()
    {
        await UntilIndexedAsync();
        string other = Chain.Other.PublicKey.ToAccountId().ToString();
        TransactionPage page = await _tester.GetAsync($"/v1/accounts/{other}/transactions", WireJson.Default.TransactionPage);
        Assert.Empty(page.Transactions);
        Assert.Null(page.Next);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=21")]
    [InlineData("before=1")]
    [InlineData("before=1.65536")]
    [InlineData("before=281474976710656.0")]
    [InlineData("before=1.-1")]
    [InlineData("before=1.1.1")]
    public async Task A_page_that_can_not_be_is_malformed(string query) =>
        await _tester.RefusedAsync(WireErrors.Malformed, $"{Path}?{query}");

    [Fact]
    public async Task A_door_without_a_folder_says_that_it_has_no_history()
    {
        await using RestHost host = await RestHost.StartAsync(miners: 3);
        await new RestTester(host).RefusedAsync(WireErrors.Unavailable, Path);
    }

    [Fact]
    public async Task A_transaction_that_memory_no_longer_knows_is_found_by_its_id_also_after_a_restart_that_lost_blocks()
    {
        Hash256 old = Transfer();
        ulong height = Chain.Head.Height;
        string folder = System.IO.Path.Combine(_folder, "another");
        for (int run = 0; run < 2; run++)
        {
            for (int i = 0; i < 5; i++)
                Transfer();
            // What was indexed before the restart is in no memory now.
            Chain.HasForgotten = run == 1;
            using HistoryFollower follower = await FollowAsync(folder);
            using var index = new ChainIndex(Chain, Chain, Chain, blocksMax: 2, transactionsMax: 100);
            var transactions = new FinalTransactions(index, follower, Chain, Chain, Chain);
            FinalTransaction? found = await transactions.FindAsync(old);
            Assert.Equal(old, found?.Transaction.Id);
            Assert.Equal(new TransactionPlace(height, 0), found?.Place);
            Assert.Null(await transactions.FindAsync(Hash256.Zero));
            follower.History!.WriteRun();
            await follower.StopAsync(default);
        }
    }

    [Fact]
    public async Task Of_pruned_blocks_nothing_is_found_and_pages_end_there()
    {
        Hash256[] sent = [.. Enumerable.Range(0, 6).Select(_ => Transfer())];
        await UntilIndexedAsync();
        Chain.PrunedBelow = Chain.Head.Height - 2;
        TransactionPage page = await _tester.GetAsync(Path + "?limit=3", WireJson.Default.TransactionPage);
        Assert.Equal(sent[3..].Reverse(), page.Transactions.Select(transaction => transaction.Id));
        Assert.Null(page.Next);

        using HistoryFollower follower = await FollowAsync(System.IO.Path.Combine(_folder, "another"));
        using var index = new ChainIndex(Chain, Chain, Chain, blocksMax: 1, transactionsMax: 1);
        var transactions = new FinalTransactions(index, follower, Chain, Chain, Chain);
        Assert.NotNull(await transactions.FindAsync(sent[4]));
        Assert.Null(await transactions.FindAsync(sent[1]));
        await follower.StopAsync(default);
    }

    [Fact]
    public async Task A_folder_that_can_not_be_one_costs_the_history_and_nothing_else()
    {
        string file = System.IO.Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "in the way");
        using var follower = new HistoryFollower(Options(file), Chain, Chain, NullLogger<HistoryFollower>.Instance);
        await follower.StartAsync(default);
        await follower.ExecuteTask!;
        Assert.Null(follower.History);
    }

    private static RestOptions Options(string folder) =>
        new() { ChainName = "test", DefaultPolicy = "4+8", Genesis = "genesis"u8.ToArray(), HistoryFolder = folder };

    private async Task<HistoryFollower> FollowAsync(string folder)
    {
        var follower = new HistoryFollower(Options(folder), Chain, Chain, NullLogger<HistoryFollower>.Instance);
        await follower.StartAsync(default);
        while (follower.History?.Height != Chain.Head.Height)
            await Task.Yield();
        return follower;
    }

    private async Task UntilIndexedAsync()
    {
        while (true)
        {
            using HttpResponseMessage answer = await _tester.GetAsync(Path);
            if (answer.IsSuccessStatusCode && (await RestTester.ReadAsync(answer, WireJson.Default.TransactionPage)).Height == Chain.Head.Height)
                return;
        }
    }

    private Hash256 Transfer()
    {
        SignedTransaction transaction = Chain.Sign(Chain.Owner, new Transfer(Chain.Other.PublicKey.ToAccountId(), Balance.OneToken));
        Assert.True(Chain.Execute(transaction).Succeeded);
        return transaction.Id;
    }
}
