using System.Net;
using System.Net.Http.Headers;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Tests.Rest;

public sealed class ChainEndpointTests : RestTests
{
    [Fact]
    public async Task The_status_shows_the_head_the_miners_and_their_space()
    {
        Host.Chain.Resting.Add(3);
        StatusMessage status = await Tester.GetAsync("/v1/status", WireJson.Default.StatusMessage);
        LedgerState head = Host.Chain.Head;
        Assert.Equal(
            new ChainMessage("test", head.Genesis, head.Height, head.BlockHash, Host.Time.GetUtcNow(), 0, "4+8"), status.Chain);
        Assert.Equal(new MinerCount(11, 12), status.Miners);
        Assert.Equal(new SpaceMessage(12UL << 40, 0, 0), status.Space);
    }

    [Fact]
    public async Task Miners_are_listed_by_number_with_their_health()
    {
        Host.Chain.Resting.Add(3);
        MinerList list = await Tester.GetAsync("/v1/miners", WireJson.Default.MinerList);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (uint)i), list.Miners.Select(miner => miner.Id));
        Assert.Equal([3u], list.Miners.Where(miner => !miner.Healthy).Select(miner => miner.Id));
    }

    [Fact]
    public async Task A_block_is_found_by_height_by_hash_and_as_the_latest()
    {
        BlockMessage latest = await Tester.GetAsync("/v1/blocks/latest", WireJson.Default.BlockMessage);
        Assert.Equal(Host.Chain.Head.BlockHash, latest.Hash);
        BlockMessage byHeight = await Tester.GetAsync($"/v1/blocks/{latest.Height}", WireJson.Default.BlockMessage);
        BlockMessage byHash = await Tester.GetAsync($"/v1/blocks/{latest.Hash}", WireJson.Default.BlockMessage);
        Assert.Equal(latest.Hash, byHeight.Hash);
        Assert.Equal(latest.Hash, byHash.Hash);
        TransactionMessage transaction = Assert.Single(latest.Transactions!);
        Assert.Equal("Miners.DeclareSpace", transaction.Call);
        Assert.Equal("finalised", transaction.Status);
    }

    [Fact]
    public async Task A_block_comes_as_the_stored_record_when_that_is_asked_for()
    {
        HttpRequestMessage request = new(HttpMethod.Get, new Uri(Host.Endpoint, "/v1/blocks/latest"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/octet-stream"));
        using HttpResponseMessage answer = await Tester.SendAsync(request);
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        BlockRecord record = Scale.Decode<BlockRecord>(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(Host.Chain.Head.Header, record.Block.Header);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("99999")]
    [InlineData("18446744073709551615")]
    [InlineData("-1")]
    [InlineData("first")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_block_that_there_is_not_is_not_found(string block) =>
        await Tester.RefusedAsync(WireErrors.BlockNotFound, $"/v1/blocks/{block}");

    [Fact]
    public async Task Blocks_below_those_that_this_node_has_are_gone_and_the_newest_are_given_all_the_same()
    {
        ulong first = Host.Chain.Head.Height - 2;
        Host.Chain.PrunedBelow = first;
        Host.Chain.HasForgotten = true;

        foreach (string path in (string[])[$"/v1/blocks/{first - 1}", "/v1/blocks/1", "/v1/blocks?from=0", $"/v1/blocks?from={first - 1}", $"/v1/headers?from={first - 1}", $"/v1/events?from={first - 1}", $"/v1/blocks/{first - 1}/events/proof"])
            await Tester.RefusedAsync(WireErrors.BlockGone, path);
        BlockPage page = await Tester.GetAsync("/v1/blocks", WireJson.Default.BlockPage);
        Assert.Equal([first, first + 1, first + 2], page.Blocks.Select(block => block.Height));
        BlockMessage newest = await Tester.GetAsync($"/v1/blocks/{page.Blocks[^1].Hash}", WireJson.Default.BlockMessage);
        Assert.Equal(first + 2, newest.Height);
    }

    [Fact]
    public async Task Blocks_are_paged_up_to_the_head()
    {
        List<ulong> heights = [];
        ulong? from = 0;
        while (from is not null)
        {
            BlockPage page = await Tester.GetAsync($"/v1/blocks?from={from}&limit=7", WireJson.Default.BlockPage);
            heights.AddRange(page.Blocks.Select(block => block.Height));
            Assert.All(page.Blocks, block => Assert.Null(block.Transactions));
            from = page.Next;
        }

        Assert.Equal(Enumerable.Range(1, (int)Host.Chain.Head.Height).Select(i => (ulong)i), heights);
    }

    [Fact]
    public async Task Without_a_beginning_the_newest_blocks_are_listed()
    {
        BlockPage page = await Tester.GetAsync("/v1/blocks?limit=2", WireJson.Default.BlockPage);
        Assert.Equal([Host.Chain.Head.Height - 1, Host.Chain.Head.Height], page.Blocks.Select(block => block.Height));
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task A_page_beyond_the_head_is_empty()
    {
        BlockPage page = await Tester.GetAsync("/v1/blocks?from=99999", WireJson.Default.BlockPage);
        Assert.Empty(page.Blocks);
        Assert.Null(page.Next);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=x")]
    [InlineData("limit=1&limit=2")]
    [InlineData("from=-1")]
    [InlineData("from=9223372036854775808")]
    public async Task Bounds_of_pages_are_kept(string query) => await Tester.RefusedAsync(WireErrors.Malformed, $"/v1/blocks?{query}");

    [Fact]
    public async Task A_submitted_transaction_is_final_when_it_is_answered_and_is_found_again()
    {
        SignedTransaction transaction = Host.Chain.Sign(Host.Chain.Owner, new Transfer(Host.Chain.Other.PublicKey.ToAccountId(), Balance.FromTokens(5)));
        OutcomeMessage outcome = Assert.Single((await SubmitAsync(transaction.Bytes)).Outcomes);
        Assert.Equal(new OutcomeMessage(transaction.Id.ToString(), "finalised", Host.Chain.Head.Height), outcome);

        TransactionMessage found = await Tester.GetAsync($"/v1/transactions/{transaction.Id}", WireJson.Default.TransactionMessage);
        Assert.Equal(transaction.Id, found.Id);
        Assert.Equal((outcome.Height!.Value, 0), (found.Height, found.Index));
        Assert.Equal(Host.Chain.Owner.PublicKey.ToAccountId().ToString(), found.Account);
        Assert.Equal((0u, "0", "Balances.Transfer", "finalised", null), (found.Nonce, found.Tip, found.Call, found.Status, found.Code));
        Assert.Equal(transaction.Signature.ToArray(), found.Signature);
    }

    [Fact]
    public async Task Who_does_not_wait_for_finality_hears_what_was_accepted_and_asks_later()
    {
        SignedTransaction transaction = Host.Chain.Sign(Host.Chain.Owner, new Transfer(Host.Chain.Other.PublicKey.ToAccountId(), Balance.OneToken));
        byte[] body = Vector(transaction.Bytes);
        SubmissionMessage submission = await Tester.SendAsync(Submission(body, "accepted"), WireJson.Default.SubmissionMessage);
        Assert.Equal([new OutcomeMessage(transaction.Id.ToString(), "accepted")], submission.Outcomes);

        TransactionMessage pending = await Tester.GetAsync($"/v1/transactions/{transaction.Id}", WireJson.Default.TransactionMessage);
        Assert.Equal(new TransactionMessage(transaction.Id, "pending"), pending);

        Host.Chain.Pending[transaction.Id] = new TransactionOutcome(transaction.Id.ToString(), TransactionStatus.Included, 42, null, null);
        TransactionMessage included = await Tester.GetAsync($"/v1/transactions/{transaction.Id}", WireJson.Default.TransactionMessage);
        Assert.Equal(new TransactionMessage(transaction.Id, "included", 42), included);

        Host.Chain.Pending[transaction.Id] = new TransactionOutcome(transaction.Id.ToString(), TransactionStatus.Rejected, 0, TransactionErrors.Dropped, "Gone.");
        TransactionMessage refused = await Tester.GetAsync($"/v1/transactions/{transaction.Id}", WireJson.Default.TransactionMessage);
        Assert.Equal(new TransactionMessage(transaction.Id, "rejected", Code: TransactionErrors.Dropped, Message: "Gone."), refused);

        Host.Chain.Execute(transaction);
        TransactionMessage final = await Tester.GetAsync($"/v1/transactions/{transaction.Id}", WireJson.Default.TransactionMessage);
        Assert.Equal(("finalised", Host.Chain.Head.Height), (final.Status, final.Height));
    }

    [Fact]
    public async Task A_full_pool_pushes_back()
    {
        Host.Chain.IsPoolFull = true;
        SignedTransaction transaction = Host.Chain.Sign(Host.Chain.Owner, new Transfer(Host.Chain.Other.PublicKey.ToAccountId(), Balance.OneToken));
        byte[] body = Vector(transaction.Bytes);
        using HttpResponseMessage answer = await Tester.SendAsync(Submission(body));
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        await Tester.RefusedAsync(WireErrors.PoolFull, Submission(body));
    }

    [Fact]
    public async Task A_goal_that_nobody_knows_is_refused() => await Tester.RefusedAsync(WireErrors.Malformed, Submission([0], "soon"));

    [Fact]
    public async Task Each_transaction_of_a_submission_has_an_answer_of_its_own()
    {
        SignedTransaction good = Host.Chain.Sign(Host.Chain.Owner, new Transfer(Host.Chain.Other.PublicKey.ToAccountId(), Balance.OneToken));
        SignedTransaction failing = Host.Chain.Sign(Host.Chain.Other, new DeleteBucket("no-such-bucket"));
        SubmissionMessage submission = await SubmitAsync(good.Bytes, failing.Bytes, good.Bytes, new byte[] { 1, 2, 3 });

        Assert.Equal(["finalised", "failed", "finalised", "rejected"], submission.Outcomes.Select(outcome => outcome.Status));
        Assert.Equal([null, "Files.BucketUnknown", null, "Chain.TransactionMalformed"], submission.Outcomes.Select(outcome => outcome.Code));
        Assert.NotNull(submission.Outcomes[1].Height);
        Assert.Equal(submission.Outcomes[0], submission.Outcomes[2]);
        Assert.Equal("", submission.Outcomes[3].Id);

        TransactionMessage failed = await Tester.GetAsync($"/v1/transactions/{failing.Id}", WireJson.Default.TransactionMessage);
        Assert.Equal("failed", failed.Status);
        Assert.Equal("Files.BucketUnknown", failed.Code);
    }

    [Fact]
    public async Task Who_sends_final_transactions_again_is_told_where_they_are()
    {
        SignedTransaction good = Host.Chain.Sign(Host.Chain.Owner, new Transfer(Host.Chain.Other.PublicKey.ToAccountId(), Balance.OneToken));
        SignedTransaction failing = Host.Chain.Sign(Host.Chain.Other, new DeleteBucket("no-such-bucket"));
        SubmissionMessage first = await SubmitAsync(good.Bytes, failing.Bytes);
        Host.Chain.Execute(Host.Chain.Owner, new CreateBucket("photos", new byte[8]));

        SubmissionMessage again = await SubmitAsync(good.Bytes, failing.Bytes);

        Assert.Equal(["finalised", "failed"], again.Outcomes.Select(outcome => outcome.Status));
        Assert.Equal(first.Outcomes, again.Outcomes);
    }

    [Fact]
    public async Task A_transaction_whose_id_is_final_with_another_signature_is_not_taken_for_it()
    {
        SignedTransaction good = Host.Chain.Sign(Host.Chain.Owner, new Transfer(Host.Chain.Other.PublicKey.ToAccountId(), Balance.OneToken));
        await SubmitAsync(good.Bytes);
        SignedTransaction other = SignedTransaction.Assemble(good.Unsigned, Host.Chain.Other.Sign(good.Id), good.RevealedKey);

        OutcomeMessage outcome = Assert.Single((await SubmitAsync(other.Bytes)).Outcomes);

        Assert.Equal((good.Id.ToString(), "rejected"), (outcome.Id, outcome.Status));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("04")]
    [InlineData("0408aa")]
    [InlineData("0404aa00")]
    [InlineData("feffffff")]
    public async Task A_submission_that_is_no_vector_of_transactions_is_refused(string hex) =>
        await Tester.RefusedAsync(WireErrors.Malformed, Submission(Convert.FromHexString(hex)));

    [Fact]
    public async Task A_submission_over_its_bound_is_refused_before_it_is_read()
    {
        await Tester.RefusedAsync(WireErrors.TooLarge, Submission(new byte[Cess.Gateway.Rest.RestLimits.SubmissionBytesMax + 1]));
        Assert.Equal(0, Host.Chain.Submissions);
    }

    [Fact]
    public async Task A_submission_of_another_type_is_refused()
    {
        HttpRequestMessage request = Submission([0]);
        request.Content!.Headers.ContentType = new("application/json");
        await Tester.RefusedAsync(WireErrors.UnsupportedMediaType, request);
    }

    [Fact]
    public async Task A_transaction_that_no_block_holds_is_not_found()
    {
        await Tester.RefusedAsync(WireErrors.TransactionNotFound, $"/v1/transactions/{Hash256.Zero}");
        await Tester.RefusedAsync(WireErrors.Malformed, "/v1/transactions/12");
    }

    [Fact]
    public async Task An_account_is_shown_as_the_head_has_it()
    {
        AccountId owner = Host.Chain.Owner.PublicKey.ToAccountId();
        AccountMessage before = await Tester.GetAsync($"/v1/accounts/{owner}", WireJson.Default.AccountMessage);
        Assert.Equal(new AccountMessage(owner.ToString(), "1000000", "0", 0, false, Host.Chain.Head.Height), before);

        Host.Chain.Execute(Host.Chain.Owner, new CreateBucket("photos", new byte[8]));
        AccountMessage after = await Tester.GetAsync($"/v1/accounts/{owner}", WireJson.Default.AccountMessage);
        Assert.Equal(1u, after.Nonce);
        Assert.True(after.KeyKnown);
    }

    [Fact]
    public async Task An_account_that_the_chain_does_not_know_is_not_found()
    {
        await Tester.RefusedAsync(WireErrors.AccountNotFound, $"/v1/accounts/{new AccountId(Hash256.Zero)}");
        await Tester.RefusedAsync(WireErrors.Malformed, "/v1/accounts/cess1nobody");
    }

    [Fact]
    public async Task Health_says_that_the_process_lives_and_readiness_that_it_can_serve()
    {
        using HttpResponseMessage health = await Tester.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using HttpResponseMessage ready = await Tester.GetAsync("/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Host.Chain.Resting.UnionWith(Enumerable.Range(0, 12).Select(i => (uint)i));
        await Tester.RefusedAsync(WireErrors.Unavailable, "/ready");
    }

    [Fact]
    public async Task Unknown_paths_and_methods_are_refused_in_the_form_of_all_errors()
    {
        await Tester.RefusedAsync(WireErrors.UnknownPath, "/");
        await Tester.RefusedAsync(WireErrors.UnknownPath, "/v1/nothing");
        await Tester.RefusedAsync(WireErrors.MethodNotAllowed, new HttpRequestMessage(HttpMethod.Delete, new Uri(Host.Endpoint, "/v1/status")));
    }

    [Fact]
    public async Task The_openapi_document_names_every_path()
    {
        using HttpResponseMessage answer = await Tester.GetAsync("/v1/openapi.json");
        string document = await answer.Content.ReadAsStringAsync();
        Assert.All(
            ["/v1/status", "/v1/proposals", "/v1/proposals/{number}", "/v1/validators", "/v1/blocks", "/v1/transactions", "/v1/accounts/{address}", "/v1/files/{id}", "/v1/buckets/{bucket}/objects", "/v1/uploads/{id}/complete"],
            path => Assert.Contains($"\"{path}\"", document, StringComparison.Ordinal));
    }

    private Task<SubmissionMessage> SubmitAsync(params ReadOnlyMemory<byte>[] transactions) =>
        Tester.SendAsync(Submission(Vector(transactions)), WireJson.Default.SubmissionMessage);

    private static byte[] Vector(params ReadOnlyMemory<byte>[] transactions)
    {
        using ScaleWriter writer = new();
        writer.WriteCount(transactions.Length);
        foreach (ReadOnlyMemory<byte> transaction in transactions)
            writer.WriteBytes(transaction.Span);
        return writer.ToArray();
    }

    private HttpRequestMessage Submission(byte[] body, string wait = "final")
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(Host.Endpoint, $"/v1/transactions?wait={wait}")) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/octet-stream");
        return request;
    }
}
