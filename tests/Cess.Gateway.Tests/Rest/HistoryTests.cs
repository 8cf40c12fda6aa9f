using Cess.Gateway.Rest;
using Cess.Gateway.Rest.Chain;
using Cess.Gateway.Rest.Chain.History;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cess.Gateway.Tests.Rest;

/// <summary>Old transactions, found behind the newest ones that memory holds.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cess-history-").FullName;
    private RestHost _host = null!;
    private RestTester _tester = null!;

    private TestChain Chain => _host.Chain;

    private AccountId Owner => Chain.Owner.PublicKey.ToAccountId();

    private AccountId Other => Chain.Other.PublicKey.ToAccountId();

    private TransactionHistory? History => _host.Services.GetRequiredService<HistoryFollower>().History;

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

    [Fact]
    public async Task An_account_is_the_sender_of_its_transactions_and_party_to_those_that_name_it()
    {
        // The owner pays the payee, alone and in a batch; the other account pays it for the owner; and the payee's own call fails.
        PrivateKey payee = PrivateKey.Generate();
        AccountId to = payee.PublicKey.ToAccountId();
        Hash256 paid = Execute(Chain.Owner, new Transfer(to, Balance.FromTokens(3)));
        Hash256 batch = Execute(Chain.Owner, new Batch(BatchMode.AllOrNothing, [new Transfer(to, Balance.FromTokens(1)), new Transfer(to, Balance.FromTokens(1)), new Transfer(Other, Balance.FromTokens(5))]));
        Hash256 allowed = Execute(Chain.Owner, new SetDelegate(Other, [CallScope.AllOf(ModuleId.Balances)], Balance.FromTokens(9), 1_000));
        Hash256 acted = Execute(Chain.Other, new ActAs(Owner, new Transfer(to, Balance.FromTokens(4))));
        Hash256 failed = Execute(payee, new Transfer(Owner, Balance.FromTokens(1_000)), succeeds: false);
        Hash256 back = Execute(payee, new Batch(BatchMode.AllOrNothing, [new Transfer(Owner, Balance.FromTokens(2)), new Transfer(to, Balance.FromTokens(6))]));

        for (int run = 0; run < 2; run++)
        {
            await AssertPageAsync(to, "?role=party", (acted, "party", "4", null), (batch, "party", "2", null), (paid, "party", "3", null));
            await AssertPageAsync(to, "?role=sender", (back, "sender", null, "2"), (failed, "sender", null, null));
            await AssertPageAsync(to, "?role=any", (back, "sender", null, "2"), (failed, "sender", null, null), (acted, "party", "4", null), (batch, "party", "2", null), (paid, "party", "3", null));
            await AssertPageAsync(Owner, "?role=party", (back, "party", "2", null), (acted, "party", null, "4"));
            await AssertPageAsync(Owner, "", (allowed, "sender", null, null), (batch, "sender", null, "7"), (paid, "sender", null, "3"));
            await AssertPageAsync(Other, "?role=any&limit=3", (acted, "sender", null, null), (allowed, "party", null, null), (batch, "party", "5", null));
            await WriteRunAsync();
        }
    }

    [Theory]
    [InlineData("sender")]
    [InlineData("party")]
    [InlineData("any")]
    public async Task Pages_of_a_role_give_each_transaction_once_also_where_a_file_of_the_history_ends(string role)
    {
        var sent = new List<(Hash256 Id, bool IsOwners)>();
        for (int i = 0; i < 24; i++)
        {
            bool isOwners = i % 3 != 0;
            sent.Add((isOwners ? Transfer() : Execute(Chain.Other, new Transfer(Owner, Balance.OneToken)), isOwners));
            if (i % 7 == 0)
                await WriteRunAsync();
        }
        var found = new List<Hash256>();
        string? next = null;
        do
        {
            TransactionPage page = await _tester.GetAsync($"{Path}?role={role}&limit=4{(next is null ? "" : $"&before={next}")}", WireJson.Default.TransactionPage);
            found.AddRange(page.Transactions.Select(transaction => transaction.Id));
            next = page.Next;
        }
        while (next is not null);
        Assert.Equal(4, History!.Runs);
        Assert.Equal(
            sent.AsEnumerable().Reverse().Where(one => role == "any" || one.IsOwners == (role == "sender")).Select(one => one.Id), found);
    }

    [Theory]
    [InlineData("role=")]
    [InlineData("role=recipient")]
    [InlineData("role=Sender")]
    [InlineData("role=any&role=party")]
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
    public async Task After_a_restart_blocks_that_the_history_covers_are_not_read_to_find_a_transaction()
    {
        Hash256 old = Transfer();
        for (int i = 0; i < 5; i++)
            Transfer();
        using HistoryFollower follower = await FollowAsync(System.IO.Path.Combine(_folder, "another"));
        Chain.HasForgotten = true;
        using var index = new ChainIndex(Chain, Chain, Chain, blocksMax: 100, transactionsMax: 100);
        var transactions = new FinalTransactions(index, follower, Chain, Chain, Chain);
        int before = Chain.BlocksRead;
        Assert.Equal(old, (await transactions.FindAsync(old))?.Transaction.Id);
        Assert.Null(await transactions.FindAsync(Hash256.Zero));
        Assert.Equal(before + 1, Chain.BlocksRead);
        await follower.StopAsync(default);
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

    /// <summary>Nothing is added meanwhile, for the history knows all blocks that there are.</summary>
    private async Task WriteRunAsync()
    {
        while (History?.Height != Chain.Head.Height)
            await Task.Yield();
        History.WriteRun();
    }

    private Hash256 Transfer() => Execute(Chain.Owner, new Transfer(Other, Balance.OneToken));

    private Hash256 Execute(PrivateKey key, Call call, bool succeeds = true)
    {
        SignedTransaction transaction = Chain.Sign(key, call);
        Assert.Equal(succeeds, Chain.Execute(transaction).Succeeded);
        return transaction.Id;
    }

    private async Task AssertPageAsync(
        AccountId account, string query, params (Hash256 Id, string? Role, string? Received, string? Paid)[] expected)
    {
        await UntilIndexedAsync();
        TransactionPage page = await _tester.GetAsync($"/v1/accounts/{account}/transactions{query}", WireJson.Default.TransactionPage);
        Assert.Equal(expected, page.Transactions.Select(one => (one.Id, one.Role, one.Received, one.Paid)));
    }
}
