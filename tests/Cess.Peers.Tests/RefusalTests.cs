using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Cess.Ledger;
using Cess.Primitives;
using Cess.TestHost;

namespace Cess.Peers.Tests;

public sealed class RefusalTests
{
    private readonly TestChain _chain = new();

    [Fact]
    public async Task A_node_that_shows_another_key_than_its_record_gets_nothing()
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode impostor = await TestNode.StartAsync(_chain, []);
        await using TestNode node = await TestNode.StartAsync(_chain, validators[..1]);
        PeerEndpoint claimed = new(TestNode.NewCertificate().Node, impostor.Url);

        Assert.Equal(PeerError.None, node.Book.Add(validators[1].Record(_chain.Genesis, claimed, 1)));
        node.Links.Send(node.Validator, validators[1].Account, "a secret of two"u8.ToArray());

        await Eventually.IsSoAsync("a refusal", () => node.Counts.Refused(PeerError.WrongNodeKey) > 0);
        Assert.False(Assert.Single(node.Links.Peers).IsUp);
        Assert.Empty(impostor.Inbox.Messages);
        Assert.Equal(0, impostor.Counts.Of("cess.peers.messages"));
    }

    [Fact]
    public async Task A_node_that_no_record_names_cannot_speak_for_a_validator()
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode node = await TestNode.StartAsync(_chain, validators[..1]);
        Assert.Equal(PeerError.None, node.Book.Add(validators[1].Record(_chain.Genesis, Elsewhere(), 1)));
        using NodeCertificate stranger = TestNode.NewCertificate();

        await using RawLink link = await RawLink.OpenAsync(stranger, node.Url);
        await link.SendAsync(validators[1].Account, node.Validator, "I am the other"u8.ToArray());

        await link.IsCutAsync();
        Assert.Equal(1, node.Counts.Refused(PeerError.SenderWrong));
        Assert.Empty(node.Inbox.Messages);
    }

    [Fact]
    public async Task A_validator_that_speaks_through_a_node_that_its_record_does_not_name_is_refused()
    {
        TestValidator[] validators = _chain.Validators(3);
        await using TestNode node = await TestNode.StartAsync(_chain, validators[..1]);
        using NodeCertificate other = TestNode.NewCertificate();
        node.Book.Add(validators[1].Record(_chain.Genesis, new PeerEndpoint(other.Node, "https://127.0.0.1:1"), 1));
        node.Book.Add(validators[2].Record(_chain.Genesis, Elsewhere(), 1));

        await using RawLink link = await RawLink.OpenAsync(other, node.Url);
        await link.SendAsync(validators[2].Account, node.Validator, "not mine"u8.ToArray());
        await link.SendAsync(validators[1].Account, validators[2].Account, "not yours"u8.ToArray());
        await link.SendAsync(validators[1].Account, node.Validator, "mine"u8.ToArray());

        await Eventually.IsSoAsync("the right message", () => !node.Inbox.Messages.IsEmpty);
        Assert.Equal("mine"u8.ToArray(), Assert.Single(node.Inbox.Messages).Message);
        Assert.Equal(1, node.Counts.Refused(PeerError.SenderWrong));
        Assert.Equal(1, node.Counts.Refused(PeerError.ReceiverNotHere));
    }

    [Fact]
    public async Task Messages_that_the_receiver_refuses_are_counted_and_the_link_goes_on()
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode node = await TestNode.StartAsync(_chain, validators[..1]);
        using NodeCertificate other = TestNode.NewCertificate();
        node.Book.Add(validators[1].Record(_chain.Genesis, new PeerEndpoint(other.Node, "https://127.0.0.1:1"), 1));
        node.Inbox.Answer = PeerError.Malformed;

        await using RawLink link = await RawLink.OpenAsync(other, node.Url);
        for (int i = 0; i < 3; i++)
            await link.SendAsync(validators[1].Account, node.Validator, "no message"u8.ToArray());

        await Eventually.IsSoAsync("all refusals", () => node.Counts.Refused(PeerError.Malformed) == 3);
        Assert.Equal(3, node.Inbox.Messages.Count);
    }

    [Fact]
    public async Task Transactions_that_find_no_share_are_refused_and_counted_and_their_sender_is_known_by_its_record_when_they_come()
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode node = await TestNode.StartAsync(_chain, validators[..1]);
        using NodeCertificate other = TestNode.NewCertificate();
        using PeerChainClient client = new(other, TimeProvider.System);
        byte[] list = Assert.Single(TransactionList.Encode([new byte[] { 1 }]));
        byte[] frame = [(byte)FrameKind.Transactions, .. BitConverter.GetBytes(list.Length), .. list];
        node.Inbox.Answer = PeerError.Busy;

        PeerException refusal = await Assert.ThrowsAsync<PeerException>(() => client.SendTransactionsAsync(node.Url, [new byte[] { 1 }]));
        await using RawLink link = await RawLink.OpenAsync(other, node.Url);
        await link.WriteAsync(frame);
        await Eventually.IsSoAsync("transactions of a stranger", () => node.Inbox.Transactions.Count == 2);
        node.Book.Add(validators[1].Record(_chain.Genesis, new PeerEndpoint(other.Node, "https://127.0.0.1:1"), 1));
        await link.WriteAsync(frame);
        await Eventually.IsSoAsync("transactions of a known node", () => node.Counts.Refused(PeerError.Busy) == 3);

        Assert.Equal(PeerError.Busy, refusal.Error);
        Assert.Equal([true, true, false], node.Inbox.Transactions.Select(sent => sent.Sender.IsStranger));
    }

    [Theory]
    [InlineData((byte)FrameKind.Consensus, PeerLimits.ConsensusFrameBytesMax + 1, PeerError.TooLong)]
    [InlineData((byte)FrameKind.Transactions, PeerLimits.TransactionsFrameBytesMax + 1, PeerError.TooLong)]
    [InlineData((byte)FrameKind.Consensus, -1, PeerError.TooLong)]
    [InlineData((byte)FrameKind.Consensus, 63, PeerError.Malformed)]
    [InlineData((byte)FrameKind.Transactions, 0, PeerError.Malformed)]
    [InlineData((byte)2, 0, PeerError.FrameUnknown)]
    public async Task A_frame_that_cannot_be_cuts_the_link_before_its_bytes_come(byte kind, int length, PeerError error)
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode node = await TestNode.StartAsync(_chain, validators[..1]);
        using NodeCertificate other = TestNode.NewCertificate();
        node.Book.Add(validators[1].Record(_chain.Genesis, new PeerEndpoint(other.Node, "https://127.0.0.1:1"), 1));
        byte[] header = [kind, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(1), length);

        await using RawLink link = await RawLink.OpenAsync(other, node.Url);
        await link.WriteAsync(header);

        await link.IsCutAsync();
        Assert.Equal(1, node.Counts.Refused(error));
    }

    [Fact]
    public async Task A_node_with_too_many_links_loses_its_oldest()
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode node = await TestNode.StartAsync(_chain, validators[..1]);
        using NodeCertificate other = TestNode.NewCertificate();
        node.Book.Add(validators[1].Record(_chain.Genesis, new PeerEndpoint(other.Node, "https://127.0.0.1:1"), 1));
        await using RawLink first = await RawLink.OpenAsync(other, node.Url);
        List<RawLink> others = [];
        for (int i = 0; i < PeerLimits.LinksPerNodeMax; i++)
            others.Add(await RawLink.OpenAsync(other, node.Url));

        await first.IsCutAsync();
        await others[0].SendAsync(validators[1].Account, node.Validator, new byte[1]);
        await Eventually.IsSoAsync("a message over a newer link", () => !node.Inbox.Messages.IsEmpty);
        foreach (RawLink link in others)
            await link.DisposeAsync();
    }

    [Fact]
    public async Task A_node_with_too_many_connections_is_refused_and_others_are_not()
    {
        TestValidator[] validators = _chain.Validators(1);
        await using TestNode node = await TestNode.StartAsync(_chain, validators);
        using NodeCertificate greedy = TestNode.NewCertificate();
        List<PeerChainClient> clients = [];
        for (int i = 0; i < PeerLimits.ConnectionsPerNodeMax; i++)
        {
            clients.Add(new PeerChainClient(greedy, TimeProvider.System));
            await clients[^1].GetGenesisAsync(node.Url);
        }

        using PeerChainClient tooMany = new(greedy, TimeProvider.System);
        PeerException refusal = await Assert.ThrowsAsync<PeerException>(() => tooMany.GetGenesisAsync(node.Url));
        Assert.Equal(PeerError.Unreachable, refusal.Error);
        Assert.True(node.Counts.Refused(PeerError.Busy) > 0);
        using NodeCertificate modest = TestNode.NewCertificate();
        using PeerChainClient another = new(modest, TimeProvider.System);
        Assert.NotEmpty(await another.GetGenesisAsync(node.Url));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Garbage_on_the_port_harms_nobody()
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode a = await TestNode.StartAsync(_chain, validators[..1]);
        await using TestNode b = await TestNode.StartAsync(_chain, validators[1..], [a.Url]);
        await TestNode.AreLinkedAsync(a, b);
        byte[] noise = new byte[4096];
        Random random = new(20260101);

        for (int i = 0; i < 16; i++)
        {
            random.NextBytes(noise);
            await SendRawAsync(a.Port, noise);
            await SendInTlsAsync(a.Port, certificate: null, noise);
            await SendInTlsAsync(a.Port, b.Certificate, noise);
            await SendInTlsAsync(a.Port, b.Certificate, "GET /peer/v1/records HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        }

        a.Links.Send(a.Validator, b.Validator, new byte[1]);
        b.Links.Send(b.Validator, a.Validator, new byte[1]);
        await Eventually.IsSoAsync("messages both ways", () => !a.Inbox.Messages.IsEmpty && !b.Inbox.Messages.IsEmpty);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, false)]
    public async Task Older_TLS_and_nodes_without_a_certificate_are_refused(SslProtocols protocol, bool hasCertificate)
    {
        await using TestNode node = await TestNode.StartAsync(_chain, _chain.Validators(1));
        using NodeCertificate certificate = TestNode.NewCertificate();
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, node.Port);
        await using SslStream tls = new(client.GetStream());

        Exception? refusal = await Record.ExceptionAsync(async () =>
        {
            await tls.AuthenticateAsClientAsync(AsClient(hasCertificate ? certificate : null, protocol));
            // In TLS 1.3 a client hears of its refusal with the first bytes that it reads.
            if (await tls.ReadAsync(new byte[1]) == 0)
                throw new IOException("The connection was closed.");
        });

        Assert.True(refusal is IOException or AuthenticationException, $"It ended with {refusal}.");
    }

    [Fact]
    public async Task Strangers_at_one_address_wait_for_their_turn_however_many_keys_they_have()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        await using TestNode node = await TestNode.StartAsync(_chain, _chain.Validators(1), time: time);
        byte[] list = Assert.Single(TransactionList.Encode([new byte[LedgerLimits.TransactionBytesMax]]));
        byte[] frame = [(byte)FrameKind.Transactions, .. BitConverter.GetBytes(list.Length), .. list];
        const int links = 8;
        List<RawLink> open = [];
        for (int i = 0; i < links; i++)
        {
            using NodeCertificate stranger = TestNode.NewCertificate();
            open.Add(await RawLink.OpenAsync(stranger, node.Url));
            await open[i].WriteAsync(frame);
        }

        // Half of the budget is worth four of these, less what the links have cost.
        await Eventually.IsSoAsync("the first ones", () => node.Counts.Of("cess.peers.messages", "transactions") == links && node.Inbox.Transactions.Count >= 3);
        Assert.Equal(3, node.Inbox.Transactions.Count);
        await Eventually.IsSoAsync("the others", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return node.Inbox.Transactions.Count == links;
        });
        foreach (RawLink link in open)
            await link.DisposeAsync();
    }

    [Fact]
    public async Task A_path_that_does_not_exist_is_refused_with_a_code()
    {
        await using TestNode node = await TestNode.StartAsync(_chain, _chain.Validators(1));
        using NodeCertificate stranger = TestNode.NewCertificate();
        using PeerClient client = new(stranger, node.Key, TimeProvider.System);

        PeerException refusal = await Assert.ThrowsAsync<PeerException>(() =>
            client.OpenAsync(PeerClient.Request(HttpMethod.Get, node.Url, "/v1/status"), CancellationToken.None));

        Assert.Equal(PeerError.NotFound, refusal.Error);
    }

    [Fact]
    public async Task A_node_that_listens_everywhere_must_say_where_it_is()
    {
        InvalidOperationException fault = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestNode.StartAsync(_chain, _chain.Validators(1), address: IPAddress.Any));

        Assert.Contains("all addresses", fault.Message, StringComparison.Ordinal);
    }

    private static PeerEndpoint Elsewhere() => new(TestNode.NewCertificate().Node, "https://127.0.0.1:1");

    private static async Task SendRawAsync(int port, byte[] bytes)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await IgnoreCutAsync(() => client.GetStream().WriteAsync(bytes).AsTask());
    }

    private static async Task SendInTlsAsync(int port, NodeCertificate? certificate, byte[] bytes)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using SslStream tls = new(client.GetStream());
        await IgnoreCutAsync(async () =>
        {
            await tls.AuthenticateAsClientAsync(AsClient(certificate, SslProtocols.Tls13));
            await tls.WriteAsync(bytes);
            await tls.CopyToAsync(Stream.Null);
        });
    }

    private static SslClientAuthenticationOptions AsClient(NodeCertificate? certificate, SslProtocols protocol) => new()
    {
        TargetHost = "a",
        EnabledSslProtocols = protocol,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        ClientCertificateContext = certificate?.Context,
        RemoteCertificateValidationCallback = (_, shown, _, _) => NodeCertificate.TryReadKey(shown, out _),
    };

    private static async Task IgnoreCutAsync(Func<Task> talk)
    {
        try
        {
            await talk().WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            // What the other node does with garbage is its own affair, as long as it goes on.
        }
    }
}
