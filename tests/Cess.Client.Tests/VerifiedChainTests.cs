using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Cess.Client.Chain;
using Cess.Client.Objects;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;

namespace Cess.Client.Tests;

/// <summary>A client that takes nothing on the node's word, and nodes that lie to it.</summary>
public sealed class VerifiedChainTests : ClientTests
{
    private static readonly AccountId s_payee = new(Hash256.Sha256("payee"u8));

    private TrustedStart Trusted => new(Host.Chain.Genesis.ComputeHash());

    [Fact]
    public async Task All_of_the_client_works_with_proofs()
    {
        using CessClient client = NewClient(Quick with { Trust = Trusted });
        byte[] content = RandomBytes(100_000);
        await client.CreateBucketAsync("verified");
        PutResult put = await client.PutAsync("verified", "name", new MemoryStream(content));
        await client.PutAsync("verified", "gone", new MemoryStream([1]));
        await client.DeleteAsync("verified", "gone");
        OutcomeMessage paid = await client.TransferAsync(s_payee, Balance.OneToken);

        using MemoryStream read = new();
        StoredObject found = await client.GetAsync("verified", "name", read);
        Assert.Equal(content, read.ToArray());
        Assert.Equal((put.FileId, put.ETag, 100_000), (found.FileId, found.Metadata.ETag, found.Length));
        Assert.Equal(Host.Chain.Head.Object("verified", Host.Chain.Head.File(new(put.FileId))!.Declaration.NameTag)!.Height, put.Height);
        await FailsAsync(WireErrors.ObjectNotFound.Code, () => client.HeadAsync("verified", "gone"));
        Assert.Equal(Host.Chain.Head.Height, paid.Height);
        AccountMessage payee = await client.GetAccountAsync(s_payee);
        Assert.Equal(("1", 0ul, false, null), (payee.Free, payee.Nonce, payee.KeyKnown, payee.Key));
        await FailsAsync(WireErrors.AccountNotFound.Code, () => client.GetAccountAsync(new AccountId(Hash256.Zero)));
    }

    [Fact]
    public async Task The_facts_are_the_same_with_proofs_and_without()
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream(RandomBytes(1_000)), new PutOptions { Metadata = new Dictionary<string, string> { ["who"] = "me" } });
        using CessClient client = NewClient(Quick with { Trust = Trusted });

        Assert.Equivalent(await Client.HeadAsync(Bucket, "name"), await client.HeadAsync(Bucket, "name"), strict: true);
        Assert.Equivalent(await Client.GetAccountAsync(Client.Account), await client.GetAccountAsync(Client.Account), strict: true);
    }

    [Fact]
    public async Task A_chain_with_another_genesis_is_refused()
    {
        using CessClient client = NewClient(Quick with { Trust = new TrustedStart(Hash256.Sha256("another chain"u8)) });

        await FailsAsync(ClientErrors.OtherChain, () => client.GetAccountAsync(client.Account));
        await FailsAsync(ClientErrors.OtherChain, () => client.TransferAsync(s_payee, Balance.OneToken));
    }

    [Fact]
    public async Task Eras_are_followed_and_a_later_one_can_be_the_start()
    {
        using VerifiedChain fromGenesis = Verify(Trusted);
        Assert.Equal(1ul, (await fromGenesis.GetTrustedStartAsync()).Value.Era!.Index);
        OutcomeMessage early = await Client.TransferAsync(s_payee, Balance.OneToken);
        for (ulong height = Host.Chain.Head.Height; height < 3 * TestChain.EraBlocks; height++)
            await Client.TransferAsync(s_payee, Balance.OneToken);

        Verified<TrustedStart> later = await fromGenesis.GetTrustedStartAsync();
        await Client.TransferAsync(s_payee, Balance.OneToken);
        Assert.True(TrustedStart.TryParse(later.Value.ToString(), out TrustedStart? start));
        using VerifiedChain fromEra = Verify(start!);

        Balance expected = Host.Chain.Head.Account(s_payee).Free;
        Assert.Equal(expected, (await fromEra.GetAccountAsync(s_payee)).Value.Free);
        Assert.Equal(expected, (await fromGenesis.GetAccountAsync(s_payee)).Value.Free);
        Assert.Equal(early.Height, (await fromGenesis.GetReceiptAsync(Hash256.Parse(early.Id))).Height);
        await FailsAsync(ClientErrors.EraUnverifiable, () => fromEra.GetReceiptAsync(Hash256.Parse(early.Id)));
    }

    [Fact]
    public async Task An_era_that_is_not_the_one_that_is_trusted_is_refused()
    {
        using VerifiedChain chain = Verify(Trusted with { Era = new TrustedEra(1, Hash256.Sha256("other validators"u8)) });

        await FailsAsync(ClientErrors.OtherChain, () => chain.GetAccountAsync(s_payee));
    }

    [Fact]
    public async Task What_an_older_state_says_is_refused()
    {
        var lies = new Lies();
        using CessClient client = NewClient(lies);
        byte[] old = [];
        lies.Answer = (request, body) => request.Contains("/v1/proofs", StringComparison.Ordinal) ? old = body : body;
        Assert.Equal(1ul, (await client.GetAccountAsync(client.Account)).Nonce);
        lies.Answer = (_, body) => body;
        await Client.TransferAsync(s_payee, Balance.OneToken);
        Assert.Equal(2ul, (await client.GetAccountAsync(client.Account)).Nonce);

        lies.Answer = (request, body) => request.Contains("/v1/proofs", StringComparison.Ordinal) ? old : body;
        CessException refused = await FailsAsync(ClientErrors.Stale, () => client.GetAccountAsync(client.Account));

        Assert.True(refused.IsTransient);
    }

    [Fact]
    public async Task A_client_that_begins_is_not_shown_what_was_submissionlong_ago()
    {
        AccountId account = Host.Chain.Owner.PublicKey.ToAccountId();
        var lies = new Lies();
        byte[] old = [];
        lies.Answer = (request, body) => request.Contains("/v1/proofs", StringComparison.Ordinal) ? old = body : body;
        using (CessClient before = NewClient(lies))
            Assert.Equal(1ul, (await before.GetAccountAsync(account)).Nonce);
        Host.Time.Advance(ClientLimits.StateAgeDefault);
        await Client.TransferAsync(s_payee, Balance.OneToken);
        Lies Lie() => new() { Answer = (request, body) => request.Contains("/v1/proofs", StringComparison.Ordinal) ? old : body };

        // What is just as old as it may be is believed still: nothing tells it from the newest.
        using (CessClient inTime = NewClient(Lie()))
            Assert.Equal(1ul, (await inTime.GetAccountAsync(account)).Nonce);
        Host.Time.Advance(TimeSpan.FromSeconds(1));
        using CessClient client = NewClient(Lie());
        CessException refused = await FailsAsync(ClientErrors.TooOld, () => client.GetAccountAsync(account));
        await FailsAsync(ClientErrors.TooOld, () => client.TransferAsync(s_payee, Balance.OneToken));
        await FailsAsync(ClientErrors.TooOld, () => client.HeadAsync(Bucket, "name"));
        await FailsAsync(ClientErrors.TooOld, () => client.Verified!.GetTrustedStartAsync());

        Assert.True(refused.IsTransient);
        Assert.Contains("is 00:10:01 old", refused.Message, StringComparison.Ordinal);
        using CessClient honest = NewClient(new Lies());
        Assert.Equal(2ul, (await honest.GetAccountAsync(account)).Nonce);
    }

    [Fact]
    public async Task Of_a_chain_that_stands_still_as_much_is_believed_as_is_asked_for()
    {
        OutcomeMessage paid = await Client.TransferAsync(s_payee, Balance.OneToken);
        Host.Time.Advance(TimeSpan.FromDays(400));
        using VerifiedChain usual = Verify(Trusted);
        using VerifiedChain patient = Verify(Trusted, TimeSpan.FromDays(400));
        using VerifiedChain endless = Verify(Trusted, Timeout.InfiniteTimeSpan);

        CessException refused = await FailsAsync(ClientErrors.TooOld, () => usual.GetAccountAsync(s_payee));
        Assert.Contains("is 400.00:00:00 old", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Balance.OneToken, (await patient.GetAccountAsync(s_payee)).Value.Free);
        Assert.Equal(Balance.OneToken, (await endless.GetAccountAsync(s_payee)).Value.Free);
        // What is final stays so.
        Assert.Equal(paid.Height, (await usual.GetReceiptAsync(Hash256.Parse(paid.Id))).Height);
        Assert.Throws<ArgumentOutOfRangeException>(() => Verify(Trusted, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_transfer_that_the_node_only_claims_is_refused()
    {
        var lies = new Lies { Swallow = "/v1/transactions" };
        using CessClient client = NewClient(lies);
        lies.Swallowed = body =>
        {
            var reader = new ScaleReader(body);
            reader.ReadCount(1);
            SignedTransaction sent = SignedTransaction.Decode(reader.ReadBytes(body.Length).ToArray());
            return JsonContent.Create(
                new SubmissionMessage([new OutcomeMessage(sent.Id.ToString(), "finalised", Host.Chain.Head.Height)]), WireJson.Default.SubmissionMessage);
        };

        await FailsAsync(ClientErrors.NotAuthentic, () => client.TransferAsync(s_payee, Balance.OneToken));

        Assert.Equal(Balance.Zero, Host.Chain.Head.Account(s_payee).Free);
    }

    [Theory]
    [InlineData(404, "objects.not_found")]
    [InlineData(404, "accounts.not_found")]
    [InlineData(404, "buckets.not_found")]
    [InlineData(503, "objects.not_found")]
    [InlineData(400, "Pool.Dropped")]
    public async Task A_node_that_proves_nothing_does_not_prove_that_there_is_nothing(int status, string code)
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream([1]));
        using CessClient client = NewClient(new Lies
        {
            Refusal = request => request.Contains("/proof", StringComparison.Ordinal) ? ((HttpStatusCode)status, code) : null,
        });

        await FailsAsync(ClientErrors.NotProven, () => client.HeadAsync(Bucket, "name"));
        await FailsAsync(ClientErrors.NotProven, () => client.DeleteAsync(Bucket, "name"));
        await FailsAsync(ClientErrors.NotProven, () => client.GetAccountAsync(client.Account));
        await FailsAsync(ClientErrors.NotProven, () => client.TransferAsync(s_payee, Balance.OneToken));
    }

    [Theory]
    [InlineData("Pool.Dropped", false)]
    [InlineData("Chain.NonceUsed", false)]
    [InlineData("Pool.Dropped", true)]
    public async Task A_transfer_that_the_node_denies_is_not_made_twice(string code, bool isHidden)
    {
        using CessClient client = NewClient(new Lies
        {
            Answer = (request, body) => request.StartsWith("POST /v1/transactions", StringComparison.Ordinal)
                ? Denied(code)
                : isHidden && request.Contains("role=sender", StringComparison.Ordinal)
                    ? Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new TransactionPage([], 1, null), WireJson.Default.TransactionPage))
                    : body,
            Refusal = request => isHidden && request.EndsWith("/proof", StringComparison.Ordinal) ? (HttpStatusCode.NotFound, "transactions.not_found") : null,
        });

        if (isHidden)
            await FailsAsync(ClientErrors.OutcomeUnknown, () => client.TransferAsync(s_payee, Balance.OneToken));
        else
            Assert.Equal(Host.Chain.Head.Height + 1, (await client.TransferAsync(s_payee, Balance.OneToken)).Height);

        Assert.Equal(Balance.OneToken, Host.Chain.Head.Account(s_payee).Free);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_final_is_found_although_the_node_denies_it_to_the_end(bool isVerified)
    {
        byte[]? old = null;
        int lookups = 0;
        var lies = new Lies
        {
            Answer = (request, body) => request.StartsWith("POST /v1/transactions", StringComparison.Ordinal) ? Denied("Pool.NonceUsed")
                : request.Contains(isVerified ? "/v1/proofs" : "/v1/accounts/", StringComparison.Ordinal) ? old ??= body
                : body,
            // Who takes the node's word looks after each of its attempts.
            Refusal = request => !isVerified && request.Contains("GET /v1/transactions/", StringComparison.Ordinal) && ++lookups <= ClientLimits.NonceAttempts
                ? (HttpStatusCode.NotFound, WireErrors.TransactionNotFound.Code)
                : null,
        };
        using CessClient client = isVerified ? NewClient(lies) : new(Host.Endpoint, Host.Chain.Owner, Quick with { Time = Host.Time }, lies);

        OutcomeMessage paid = await client.TransferAsync(s_payee, Balance.OneToken);

        Assert.Equal(Host.Chain.Head.Height, paid.Height);
        Assert.Equal(Balance.OneToken, Host.Chain.Head.Account(s_payee).Free);
    }

    [Fact]
    public async Task Of_what_may_become_final_later_nobody_is_told_that_it_was_not_made()
    {
        List<Hash256> sent = [];
        var lies = new Lies { Swallow = "/v1/transactions" };
        lies.Swallowed = body =>
        {
            var reader = new ScaleReader(body);
            reader.ReadCount(1);
            sent.Add(SignedTransaction.Decode(reader.ReadBytes(body.Length).ToArray()).Id);
            return new ByteArrayContent(Denied("Pool.Dropped"));
        };
        using CessClient client = NewClient(lies);

        CessException unknown = await FailsAsync(ClientErrors.OutcomeUnknown, () => client.TransferAsync(s_payee, Balance.OneToken));

        Assert.Equal(ClientLimits.NonceAttempts, sent.Count);
        Assert.Contains(sent[^1].ToString(), unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_an_upload_that_is_denied_to_the_end_nobody_knows()
    {
        using CessClient client = NewClient(new Lies
        {
            Refusal = request => request.EndsWith("/complete", StringComparison.Ordinal) ? (HttpStatusCode.Conflict, "Pool.NonceUsed") : null,
        });

        await FailsAsync(ClientErrors.OutcomeUnknown, () => client.PutAsync(Bucket, "name", new MemoryStream([1])));
    }

    [Fact]
    public async Task Users_of_one_key_take_nonces_in_turn_with_proofs_too()
    {
        using CessClient one = NewClient(new Lies());
        using CessClient other = NewClient(new Lies());
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? one : other).TransferAsync(s_payee, Balance.OneToken)));

        Assert.Equal(Balance.FromTokens(10), Host.Chain.Head.Account(s_payee).Free);
    }

    [Fact]
    public async Task Who_asked_to_be_the_first_is_not_told_so_when_another_was()
    {
        await Client.PutAsync(Bucket, "lock", new MemoryStream([1]));
        var lies = new Lies { Swallow = "/complete" };
        using CessClient client = NewClient(lies);
        lies.Swallowed = body => JsonContent.Create(
            new CompletedMessage(SignedTransaction.Decode(body).Id, Host.Chain.Head.Height), WireJson.Default.CompletedMessage);

        await FailsAsync(ClientErrors.OutcomeUnknown, () => client.PutAsync(Bucket, "lock", new MemoryStream([2]), new PutOptions { OnlyIfAbsent = true }));
    }

    [Fact]
    public async Task A_transaction_that_failed_is_not_taken_for_one_that_did_not()
    {
        var lies = new Lies();
        using CessClient client = NewClient(lies);
        lies.Answer = (request, body) => request.Contains("POST /v1/transactions", StringComparison.Ordinal)
            ? [.. Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("failed", "finalised", StringComparison.Ordinal))]
            : body;

        await FailsAsync(ClientErrors.NotAuthentic, () => client.CreateBucketAsync(Bucket));
    }

    [Fact]
    public async Task An_upload_that_the_node_only_claims_is_refused()
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream([1]));
        var lies = new Lies { Swallow = "/complete" };
        using CessClient client = NewClient(lies);
        foreach (ulong height in new[] { 0ul, Host.Chain.Head.Height, ulong.MaxValue })
        {
            lies.Swallowed = body => JsonContent.Create(
                new CompletedMessage(SignedTransaction.Decode(body).Id, height), WireJson.Default.CompletedMessage);
            await Assert.ThrowsAsync<CessException>(() => client.PutAsync(Bucket, "name", new MemoryStream([2])));
        }

        Assert.Equal([1], await ReadAsync("name"));
    }

    [Fact]
    public async Task An_upload_whose_name_a_newer_one_took_is_no_lie()
    {
        var lies = new Lies();
        using CessClient client = NewClient(lies);
        lies.After = async request =>
        {
            if (request.EndsWith("/complete", StringComparison.Ordinal))
                await Client.PutAsync(Bucket, "name", new MemoryStream([2]));
        };

        await client.PutAsync(Bucket, "name", new MemoryStream([1]));

        Assert.Equal([2], await ReadAsync("name"));
    }

    [Fact]
    public async Task Only_the_file_that_has_the_name_is_deleted()
    {
        PutResult precious = await Client.PutAsync(Bucket, "precious", new MemoryStream([1]));
        PutResult useless = await Client.PutAsync(Bucket, "useless", new MemoryStream([2]));
        var lies = new Lies
        {
            Answer = (_, body) => [.. Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(body).Replace(
                useless.FileId.ToString(), precious.FileId.ToString(), StringComparison.OrdinalIgnoreCase))],
        };
        using CessClient client = NewClient(lies);

        await client.DeleteAsync(Bucket, "useless");

        Assert.Equal([1], await ReadAsync("precious"));
        await FailsAsync(WireErrors.ObjectNotFound.Code, () => Client.HeadAsync(Bucket, "useless"));
    }

    [Fact]
    public async Task Of_a_listing_only_files_that_were_stored_under_its_names_are_deleted()
    {
        PutResult precious = await Client.PutAsync(Bucket, "precious", new MemoryStream([1]));
        PutResult useless = await Client.PutAsync(Bucket, "useless", new MemoryStream([2]));
        using CessClient client = NewClient(new Lies());
        StoredObject honest = await client.HeadAsync(Bucket, "useless");
        Assert.Equal((Bucket, useless.FileId), (honest.Bucket, honest.FileId));

        await FailsAsync(ClientErrors.NotAuthentic, () => client.DeleteAsync([honest, honest with { FileId = precious.FileId }]));
        Assert.Equal([2], await ReadAsync("useless"));
        await client.DeleteAsync([honest]);
        await client.DeleteAsync([honest]);

        Assert.Equal("precious", Assert.Single((await Client.ListAsync(Bucket)).Objects).Name);
    }

    [Fact]
    public async Task Of_an_old_listing_it_is_told_what_has_another_file_by_now()
    {
        await Client.PutAsync(Bucket, "changed", new MemoryStream([1]));
        await Client.PutAsync(Bucket, "gone", new MemoryStream([2]));
        await Client.PutAsync(Bucket, "useless", new MemoryStream([3]));
        ObjectListing old = await Client.ListAsync(Bucket);
        await Client.PutAsync(Bucket, "changed", new MemoryStream([4]));
        await Client.DeleteAsync(Bucket, "gone");
        using CessClient client = NewClient(new Lies());

        CessException told = await FailsAsync(ClientErrors.Stale, () => client.DeleteAsync(old.Objects));

        Assert.Contains("\"changed\" has another file", told.Message, StringComparison.Ordinal);
        Assert.True(told.IsTransient);
        StoredObject left = Assert.Single((await Client.ListAsync(Bucket)).Objects);
        Assert.Equal("changed", left.Name);
        await client.DeleteAsync([left]);
        Assert.Empty((await Client.ListAsync(Bucket)).Objects);
    }

    [Fact]
    public async Task More_objects_than_a_request_proves_are_deleted_by_one_call()
    {
        await Task.WhenAll(Enumerable.Range(0, WireLimits.ProofKeysMax + 1).Select(i => Client.PutAsync(Bucket, $"{i}", new MemoryStream([1]))));
        using CessClient client = NewClient(new Lies());

        await client.DeleteAsync((await client.ListAsync(Bucket)).Objects);

        Assert.Empty((await Client.ListAsync(Bucket)).Objects);
    }

    [Fact]
    public async Task A_deletion_that_an_older_state_leads_to_another_file_is_not_told_as_done()
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream([1]));
        int? keys = 2;
        var lies = new Lies();
        using CessClient client = NewClient(lies);
        // The name gets another file once the client is shown which it has.
        lies.After = async request =>
        {
            if (request.Split("key=").Length - 1 == keys)
            {
                keys = null;
                await Client.PutAsync(Bucket, "name", new MemoryStream([2]));
            }
        };

        await FailsAsync(ClientErrors.Stale, () => client.DeleteAsync(Bucket, "name"));
        ObjectListing listed = await Client.ListAsync(Bucket);
        keys = 1;
        await FailsAsync(ClientErrors.Stale, () => client.DeleteAsync(listed.Objects));

        Assert.Equal([2], await ReadAsync("name"));
        await client.DeleteAsync(Bucket, "name");
        await FailsAsync(WireErrors.ObjectNotFound.Code, () => Client.HeadAsync(Bucket, "name"));
    }

    [Fact]
    public async Task What_became_of_a_batch_is_read_from_the_batch_that_was_sent()
    {
        BatchOutcome other = await Client.Chain.ExecuteBatchAsync(BatchMode.EachOnItsOwn, [new Transfer(s_payee, Balance.OneToken)]);
        string? sent = null;
        using CessClient client = NewClient(new Lies
        {
            Answer = (request, body) =>
            {
                if (!request.StartsWith("POST /v1/transactions", StringComparison.Ordinal))
                    return body;
                SubmissionMessage submission = JsonSerializer.Deserialize(body, WireJson.Default.SubmissionMessage)!;
                sent = submission.Outcomes[0].Id;
                return JsonSerializer.SerializeToUtf8Bytes(
                    new SubmissionMessage([submission.Outcomes[0] with { Id = other.Outcome.Id }]), WireJson.Default.SubmissionMessage);
            },
        });

        BatchOutcome batch = await client.Chain.ExecuteBatchAsync(
            BatchMode.EachOnItsOwn, [new Transfer(s_payee, Balance.OneToken), new Transfer(s_payee, Balance.Zero)]);

        Assert.Equal(sent, batch.Outcome.Id);
        Assert.Equal(1u, Assert.Single(batch.Failed).Index);
    }

    [Fact]
    public async Task The_key_of_an_earlier_bucket_of_that_name_is_not_used()
    {
        byte[] earlier = Host.Chain.Head.Bucket(Bucket)!.WrappedKey.ToArray();
        await Client.DeleteBucketAsync(Bucket);
        await Client.CreateBucketAsync(Bucket);
        byte[] present = Host.Chain.Head.Bucket(Bucket)!.WrappedKey.ToArray();
        Lies Lie() => new()
        {
            Answer = (request, body) => request.EndsWith($"/v1/buckets/{Bucket}", StringComparison.Ordinal)
                ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace(Convert.ToBase64String(present), Convert.ToBase64String(earlier), StringComparison.Ordinal))
                : body,
        };
        using CessClient trusting = new(Host.Endpoint, Host.Chain.Owner, Quick with { Time = Host.Time }, Lie());
        await trusting.PutAsync(Bucket, "lost", new MemoryStream([1]));
        using CessClient client = NewClient(Lie());
        await client.PutAsync(Bucket, "kept", new MemoryStream([2]));

        await FailsAsync(WireErrors.ObjectNotFound.Code, () => Client.HeadAsync(Bucket, "lost"));
        Assert.Equal([2], await ReadAsync("kept"));
    }

    [Fact]
    public async Task No_changed_bit_of_a_proof_passes()
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream([1]));
        StoredObject honest = await Client.HeadAsync(Bucket, "name");
        var random = new Random(7);
        int changed = 0;
        foreach (string path in new[] { "/v1/genesis", "/handover", "/v1/proofs" })
        {
            for (int i = 0; i < 200; i++)
            {
                using CessClient fresh = NewClient(new Lies
                {
                    Answer = (request, body) =>
                    {
                        if (!request.Contains(path, StringComparison.Ordinal))
                            return body;
                        byte[] other = [.. body];
                        other[random.Next(other.Length)] ^= (byte)(1 << random.Next(8));
                        changed++;
                        return other;
                    },
                });
                try
                {
                    // Which votes make a quorum, and how they are written down, may change; what is shown may not.
                    Assert.Equivalent(honest, await fresh.HeadAsync(Bucket, "name"), strict: true);
                    Assert.Fail($"A changed bit in {path} was not noticed.");
                }
                catch (CessException e)
                {
                    Assert.Contains(e.Code, new[] { ClientErrors.NotAuthentic, ClientErrors.BadAnswer, ClientErrors.OtherChain, ClientErrors.EraUnverifiable, ClientErrors.NotProven });
                }
            }
        }

        Assert.True(changed >= 600);
    }

    [Fact]
    public async Task Headers_and_what_began_their_blocks_are_proven()
    {
        Host.Chain.CertifiedEvery = 3;
        do
            await Client.TransferAsync(s_payee, Balance.OneToken);
        while (Host.Chain.Head.Height % 3 != 0);
        using VerifiedChain chain = Verify(Trusted);
        int began = 0;
        for (ulong height = 1; height <= Host.Chain.Head.Height; height++)
        {
            BlockRecord record = await RecordAsync(height);
            Verified<BlockHeader> header = await chain.GetHeaderAsync(height);
            Verified<ImmutableArray<LedgerEvent>> events = await chain.GetStartEventsAsync(height);
            Assert.Equal((record.Block.Header, height, height), (header.Value, header.Height, events.Height));
            Assert.Equal(record.StartEvents.Select(one => Scale.Encode(one)), events.Value.Select(one => Scale.Encode(one)));
            began += events.Value.Length;
        }

        Assert.True(began > 0, "No block began with anything.");
        await FailsAsync(ClientErrors.NotProven, () => chain.GetHeaderAsync(Host.Chain.Head.Height + 1));
        await FailsAsync(ClientErrors.NotProven, () => chain.GetStartEventsAsync(Host.Chain.Head.Height + 1));
    }

    [Fact]
    public async Task A_header_or_a_start_of_another_block_is_refused()
    {
        byte[] other = [];
        ulong asked = Host.Chain.Head.Height;
        var lies = new Lies();
        using VerifiedChain chain = new(Host.Endpoint, Trusted, Quick with { Time = Host.Time }, lies);
        foreach (Func<ulong, Task> ask in (Func<ulong, Task>[])[height => chain.GetHeaderAsync(height), height => chain.GetStartEventsAsync(height)])
        {
            lies.Answer = (request, body) => IsOfBlock(request) ? other = body : body;
            await ask(asked - 1);
            lies.Answer = (request, body) => IsOfBlock(request) ? other : body;
            await FailsAsync(ClientErrors.NotAuthentic, () => ask(asked));
        }
    }

    [Fact]
    public async Task No_changed_bit_of_a_header_or_of_what_began_a_block_passes()
    {
        const ulong height = TestChain.EraBlocks + 1;
        BlockRecord record = await RecordAsync(height);
        var random = new Random(7);
        for (int i = 0; i < 400; i++)
        {
            using VerifiedChain chain = new(Host.Endpoint, Trusted, Quick with { Time = Host.Time }, new Lies
            {
                Answer = (request, body) =>
                {
                    if (!IsOfBlock(request))
                        return body;
                    byte[] altered = [.. body];
                    // Of a page of headers, what comes after the first certificate does not matter.
                    bool isPage = request.Contains("/headers", StringComparison.Ordinal);
                    altered[random.Next(isPage ? 1 + Scale.Encode(record.Block.Header).Length : altered.Length)] ^= (byte)(1 << random.Next(8));
                    return altered;
                },
            });
            try
            {
                if (i % 2 == 0)
                    await chain.GetHeaderAsync(height);
                else
                    await chain.GetStartEventsAsync(height);
                Assert.Fail("A changed bit was not noticed.");
            }
            catch (CessException e)
            {
                string[] refusals = [ClientErrors.NotAuthentic, ClientErrors.BadAnswer, ClientErrors.EraUnverifiable, ClientErrors.NotProven];
                Assert.Contains(e.Code, refusals);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("@")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000@")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000@1")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000@-1:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000@1:00")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000@1:0000000000000000000000000000000000000000000000000000000000000000@")]
    public void What_is_no_start_is_refused(string text)
    {
        Assert.False(TrustedStart.TryParse(text, out TrustedStart? start));
        Assert.Null(start);
    }

    /// <summary>The answer that a transaction is in no block.</summary>
    private static byte[] Denied(string code) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(
        new SubmissionMessage([new OutcomeMessage("", "rejected", Code: code)]), WireJson.Default.SubmissionMessage));

    private static bool IsOfBlock(string request) =>
        request.Contains("/v1/headers", StringComparison.Ordinal) || request.EndsWith("/events/proof", StringComparison.Ordinal);

    private async Task<BlockRecord> RecordAsync(ulong height) => Scale.Decode<BlockRecord>((await Host.Chain.GetBlockAsync(height))!.Record.Span);

    private VerifiedChain Verify(TrustedStart trust, TimeSpan? ageMax = null) =>
        new(Host.Endpoint, trust, Quick with { Time = Host.Time, StateAgeMax = ageMax ?? Quick.StateAgeMax });

    private CessClient NewClient(Lies lies) =>
        new(Host.Endpoint, Host.Chain.Owner, Quick with { Time = Host.Time, Trust = Trusted }, lies);

    /// <summary>A node that says something else than the chain does.</summary>
    private sealed class Lies() : DelegatingHandler(new SocketsHttpHandler())
    {
        /// <summary>Makes an answer's body of the request ("GET /v1/…") and the true one.</summary>
        public Func<string, byte[], byte[]> Answer { get; set; } = (_, body) => body;

        /// <summary>The status and the code of an error that a request gets instead; null for none.</summary>
        public Func<string, (HttpStatusCode Status, string Code)?> Refusal { get; set; } = _ => null;

        /// <summary>Requests to paths that end so go nowhere.</summary>
        public string? Swallow { get; set; }

        /// <summary>Answers these, by their bodies.</summary>
        public Func<byte[], HttpContent>? Swallowed { get; set; }

        /// <summary>Happens after a request and before its answer.</summary>
        public Func<string, Task>? After { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string asked = $"{request.Method} {request.RequestUri!.PathAndQuery}";
            if (Swallow is not null && request.Method == HttpMethod.Post && request.RequestUri.AbsolutePath.EndsWith(Swallow, StringComparison.Ordinal))
                return new HttpResponseMessage { Content = Swallowed!(await request.Content!.ReadAsByteArrayAsync(cancellationToken)) };
            if (Refusal(asked) is var (status, code))
            {
                return new HttpResponseMessage(status)
                {
                    Content = JsonContent.Create(new ErrorMessage(new ErrorDetail(code, "There is no such thing.", "")), WireJson.Default.ErrorMessage),
                };
            }

            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (After is not null)
                await After(asked);
            MediaTypeHeaderValue? type = response.Content.Headers.ContentType;
            response.Content = new ByteArrayContent(Answer(asked, await response.Content.ReadAsByteArrayAsync(cancellationToken)));
            response.Content.Headers.ContentType = type;
            return response;
        }
    }
}
