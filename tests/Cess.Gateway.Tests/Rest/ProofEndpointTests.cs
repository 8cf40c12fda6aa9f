using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;

namespace Cess.Gateway.Tests.Rest;

/// <summary>What light clients ask for, checked with the ledger's own light client.</summary>
public sealed class ProofEndpointTests : RestTests, IDisposable
{
    private readonly PublicKeyCache _keys = new(16);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task The_genesis_is_given_as_it_is_hashed()
    {
        byte[] genesis = await BytesAsync("/v1/genesis");
        Assert.Equal(Host.Chain.Head.Genesis, Hash256.Sha256(genesis));
        Assert.Equal(Host.Chain.Genesis.ComputeHash(), Scale.Decode<Genesis>(genesis).ComputeHash());
    }

    [Fact]
    public async Task A_light_client_follows_headers_and_handovers_to_the_head()
    {
        LightClient client = Client();
        Assert.Null(client.Advance(Scale.Decode<EraHandover>(await BytesAsync("/v1/eras/0/handover"))));
        Assert.Equal(1ul, client.Era.Index);

        List<(BlockHeader Header, Certificate? Certificate)> headers = Headers(await BytesAsync("/v1/headers?from=1&limit=100"));
        Assert.Equal(Enumerable.Range(1, (int)Host.Chain.Head.Height), headers.Select(item => (int)item.Header.Height));
        Assert.Equal(Host.Chain.Head.Header, headers[^1].Header);
        Assert.All(
            headers.Where(item => item.Header.Height > client.Era.Start && item.Certificate is not null),
            item => Assert.Null(client.Verify(item.Header, item.Certificate!)));
    }

    [Fact]
    public async Task Headers_come_in_pages_and_the_newest_without_a_beginning()
    {
        Assert.Equal([3ul, 4ul], Headers(await BytesAsync("/v1/headers?from=3&limit=2")).Select(item => item.Header.Height));
        Assert.Equal([1ul], Headers(await BytesAsync("/v1/headers?from=0&limit=1")).Select(item => item.Header.Height));
        ulong head = Host.Chain.Head.Height;
        Assert.Equal([head - 1, head], Headers(await BytesAsync("/v1/headers?limit=2")).Select(item => item.Header.Height));
        Assert.Empty(Headers(await BytesAsync($"/v1/headers?from={head + 1}")));
        await Tester.RefusedAsync(WireErrors.Malformed, "/v1/headers?limit=101");
    }

    [Fact]
    public async Task Records_and_their_absence_are_proven_against_a_final_header()
    {
        Pay();
        StateKey[] keys = [LedgerKeys.Account(Host.Chain.Owner.PublicKey.ToAccountId()), LedgerKeys.Bucket("nobodys")];
        RecordsProof proof = Scale.Decode<RecordsProof>(await BytesAsync($"/v1/proofs?key={keys[0]}&key={keys[1]}"));
        Assert.Null(AdvancedClient().Verify(proof.Finality));
        Assert.True(proof.Proves(keys));
        AccountRecord account = Scale.Decode<AccountRecord>(proof.Records[0]!.Value.Span);
        Assert.Equal(Host.Chain.Head.Account(Host.Chain.Owner.PublicKey.ToAccountId()), account);
        Assert.Null(proof.Records[1]);
    }

    [Fact]
    public async Task A_head_that_nothing_certifies_yet_is_no_base_for_a_proof()
    {
        Host.Chain.CertifiedEvery = 2;
        PayUntilCertified();
        Pay();
        await Tester.RefusedAsync(WireErrors.Unavailable, $"/v1/proofs?key={LedgerKeys.Supply}");
    }

    [Fact]
    public async Task A_transaction_is_proven_with_what_it_changed_also_where_a_later_block_has_the_certificate()
    {
        Host.Chain.CertifiedEvery = 2;
        SignedTransaction[] made = [Pay(), Pay(), Pay()];
        PayUntilCertified();
        foreach (SignedTransaction transaction in made)
        {
            TransactionProof proof = Scale.Decode<TransactionProof>(await BytesAsync($"/v1/transactions/{transaction.Id}/proof"));
            Assert.Null(AdvancedClient().Verify(proof.Finality));
            Assert.True(proof.IsOf(proof.Finality.Header));
            Assert.Equal(transaction, proof.Transaction);
            Assert.Equal(proof.Finality.Header.Height % 2 == 0 ? 1 : 2, proof.Finality.Headers.Length);
            Assert.Contains(proof.Receipt.Events, happened => happened is Transferred);
        }
    }

    [Fact]
    public async Task What_began_a_block_is_proven_whoever_has_the_certificate()
    {
        Host.Chain.CertifiedEvery = 2;
        PayUntilCertified();
        Pay();
        PayUntilCertified();
        LightClient client = AdvancedClient();
        int began = 0;
        for (ulong height = 1; height <= Host.Chain.Head.Height; height++)
        {
            StartEventsProof proof = Scale.Decode<StartEventsProof>(await BytesAsync($"/v1/blocks/{height}/events/proof"));
            Assert.Equal(height, proof.Finality.Header.Height);
            Assert.True(proof.IsOf(proof.Finality.Header));
            if (height > client.Era.Start)
                Assert.Null(client.Verify(proof.Finality));
            began += proof.Events.Length;
        }

        Assert.True(began > 0, "No block began with anything.");
    }

    [Fact]
    public async Task What_there_is_not_is_refused_by_its_name()
    {
        foreach (string block in (string[])["0", $"{Host.Chain.Head.Height + 1}", "latest", "18446744073709551616"])
            await Tester.RefusedAsync(WireErrors.BlockNotFound, $"/v1/blocks/{block}/events/proof");

        await Tester.RefusedAsync(WireErrors.HandoverNotFound, "/v1/eras/7/handover");
        await Tester.RefusedAsync(WireErrors.Malformed, "/v1/eras/first/handover");
        await Tester.RefusedAsync(WireErrors.Malformed, "/v1/eras/9223372036854775808/handover");
        await Tester.RefusedAsync(WireErrors.TransactionNotFound, $"/v1/transactions/{Hash256.Zero}/proof");
        await Tester.RefusedAsync(WireErrors.Malformed, "/v1/transactions/none/proof");
        await Tester.RefusedAsync(WireErrors.Malformed, "/v1/proofs");
        await Tester.RefusedAsync(WireErrors.Malformed, "/v1/proofs?key=00");
        string tooMany = string.Join('&', Enumerable.Repeat($"key={LedgerKeys.Supply}", WireLimits.ProofKeysMax + 1));
        await Tester.RefusedAsync(WireErrors.Malformed, $"/v1/proofs?{tooMany}");
    }

    private static List<(BlockHeader Header, Certificate? Certificate)> Headers(byte[] bytes)
    {
        ScaleReader reader = new(bytes);
        int count = reader.ReadCount(100);
        List<(BlockHeader, Certificate?)> headers = [];
        for (int i = 0; i < count; i++)
            headers.Add((reader.Read<BlockHeader>(), reader.ReadOptional<Certificate>()));
        reader.EnsureEnd();
        return headers;
    }

    private SignedTransaction Pay()
    {
        SignedTransaction transaction = Host.Chain.Sign(Host.Chain.Owner, new Transfer(Host.Chain.Other.PublicKey.ToAccountId(), Balance.OneToken));
        Assert.True(Host.Chain.Execute(transaction).Succeeded);
        return transaction;
    }

    private void PayUntilCertified()
    {
        do
            Pay();
        while (Host.Chain.Head.Height % 2 == 1);
    }

    private LightClient Client() => LightClient.StartingAt(Host.Chain.Genesis.ToState(), _keys);

    private LightClient AdvancedClient()
    {
        LedgerState head = Host.Chain.Head;
        return new LightClient(head.Genesis, head.Era, head.Validators, _keys);
    }

    private async Task<byte[]> BytesAsync(string path)
    {
        using HttpResponseMessage answer = await Tester.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        return await answer.Content.ReadAsByteArrayAsync();
    }
}
