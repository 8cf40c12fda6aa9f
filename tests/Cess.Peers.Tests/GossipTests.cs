using System.Net;
using System.Net.Sockets;
using Cess.Primitives;

namespace Cess.Peers.Tests;

public sealed class GossipTests
{
    private readonly TestChain _chain = new();

    [Fact]
    public async Task Records_spread_over_all_nodes_from_one_url_to_join()
    {
        TestValidator[] validators = _chain.Validators(5);
        await using TestNode a = await TestNode.StartAsync(_chain, validators[..1]);
        await using TestNode b = await TestNode.StartAsync(_chain, validators[1..2], [a.Url]);
        await using TestNode c = await TestNode.StartAsync(_chain, validators[2..4], [a.Url]);
        await using TestNode d = await TestNode.StartAsync(_chain, validators[4..], [a.Url]);

        await TestNode.AreLinkedAsync(a, b, c, d);

        IEnumerable<AccountId> all = validators.Select(validator => validator.Account).Order();
        Assert.All(new[] { a, b, c, d }, node => Assert.Equal(all, node.Book.Records.Select(record => record.Validator)));
    }

    [Fact]
    public async Task A_node_joins_once_the_one_that_it_is_told_of_is_there()
    {
        TestValidator[] validators = _chain.Validators(2);
        int port;
        await using (TestNode early = await TestNode.StartAsync(_chain, validators[..1]))
            port = early.Port;
        await using TestNode b = await TestNode.StartAsync(_chain, validators[1..], [$"https://127.0.0.1:{port}"]);
        await using TestNode a = await TestNode.StartAsync(_chain, validators[..1], port: port);

        await TestNode.AreLinkedAsync(a, b);
    }

    [Fact]
    public async Task A_url_to_join_where_nobody_answers_keeps_no_node_from_joining_through_another()
    {
        TestValidator[] validators = _chain.Validators(2);
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        string nowhere = $"https://{silent.LocalEndpoint}";
        await using TestNode a = await TestNode.StartAsync(_chain, validators[..1]);
        await using TestNode b = await TestNode.StartAsync(_chain, validators[1..], [nowhere, a.Url]);

        await TestNode.AreLinkedAsync(a, b);
    }

    [Fact]
    public async Task A_node_without_validators_learns_the_others_and_can_send_transactions()
    {
        await using LinkedPair pair = await LinkedPair.StartAsync(_chain);
        var (a, b) = pair;
        await using TestNode observer = await TestNode.StartAsync(_chain, [], [a.Url]);
        await Eventually.IsSoAsync("links to both", () => observer.Links.Peers.Count(peer => peer.IsUp) == 2);

        observer.Links.SendTransactions([new byte[] { 1 }, new byte[] { 2, 3 }]);

        foreach (TestNode node in new[] { a, b })
        {
            await Eventually.IsSoAsync("the transactions", () => !node.Inbox.Transactions.IsEmpty);
            var (from, transactions) = Assert.Single(node.Inbox.Transactions);
            Assert.Equal(observer.Key, from.Node);
            Assert.Equal(["01", "0203"], transactions.Select(Convert.ToHexString));
        }
    }

    [Fact]
    public async Task Transactions_go_to_all_but_the_node_that_they_came_from()
    {
        TestValidator[] validators = _chain.Validators(3);
        await using TestNode a = await TestNode.StartAsync(_chain, validators[..1]);
        await using TestNode b = await TestNode.StartAsync(_chain, validators[1..2], [a.Url]);
        await using TestNode c = await TestNode.StartAsync(_chain, validators[2..], [a.Url]);
        await TestNode.AreLinkedAsync(a, b, c);

        a.Links.SendTransactions([new byte[] { 7 }], except: b.Key);
        a.Links.SendTransactions([new byte[] { 8 }]);

        await Eventually.IsSoAsync("all transactions", () => c.Inbox.Transactions.Count == 2 && !b.Inbox.Transactions.IsEmpty);
        Assert.Equal([8], Assert.Single(b.Inbox.Transactions).Transactions[0]);
    }

    [Fact]
    public async Task A_restarted_node_outbids_what_others_say_of_its_validators()
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode a = await TestNode.StartAsync(_chain, validators[..1]);
        // As if the clock had been wrong by a century before.
        ulong future = (ulong)DateTimeOffset.UnixEpoch.AddYears(200).ToUnixTimeMilliseconds();
        a.Book.Add(validators[1].Record(_chain.Genesis, new PeerEndpoint(TestNode.NewCertificate().Node, "https://127.0.0.1:1"), future));

        await using TestNode b = await TestNode.StartAsync(_chain, validators[1..], [a.Url]);

        await TestNode.AreLinkedAsync(a, b);
        Assert.True(a.Book.TryFind(b.Validator, out PeerRecord? record));
        Assert.Equal(b.Endpoint, record.Endpoint);
        Assert.Equal(future + 1, record.Sequence);
    }

    [Fact]
    public async Task What_was_kept_and_is_damaged_keeps_no_node_from_starting()
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode a = await TestNode.StartAsync(_chain, validators[..1]);
        MemoryStore damaged = new() { Bytes = [0xff, 1, 2, 3] };

        await using TestNode b = await TestNode.StartAsync(_chain, validators[1..], [a.Url], store: damaged);

        await TestNode.AreLinkedAsync(a, b);
        await Eventually.IsSoAsync("a whole book", () =>
            Scale.TryDecode<PeerRecords>(damaged.Bytes, out PeerRecords? kept, out _) && kept.Records.Length == 2);
    }

    [Fact]
    public void A_file_keeps_records_for_its_owner_only()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string path = Path.Combine(folder.FullName, "peers.scale");
            PeerFile file = new(path);
            Assert.Null(file.Load());

            file.Save([1, 2, 3]);
            file.Save([4, 5]);

            Assert.Equal([4, 5], new PeerFile(path).Load());
            Assert.Single(folder.GetFiles());
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
