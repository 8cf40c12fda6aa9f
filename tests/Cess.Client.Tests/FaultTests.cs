using Cess.Client.Objects;
using Cess.Coding;
using Cess.Gateway.Objects;
using Cess.Gateway.Rest;
using Cess.Gateway.Rest.Uploads;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;

namespace Cess.Client.Tests;

public sealed class FaultTests : ClientTests
{
    private const int Segment = SegmentLayout.PlaintextBytesMax;

    [Theory]
    [InlineData(nameof(Fault.DropBefore))]
    [InlineData(nameof(Fault.DropAfter))]
    [InlineData(nameof(Fault.DropWithin))]
    [InlineData(nameof(Fault.ServerError))]
    public async Task An_upload_survives_a_fault_at_each_of_its_requests(string name)
    {
        Fault fault = Enum.Parse<Fault>(name);
        Host.Faults.Plan("POST", "/v1/uploads", fault);
        Host.Faults.Plan("PUT", "/segments/0", fault, times: 2);
        Host.Faults.Plan("PUT", "/segments/1", fault);
        Host.Faults.Plan("POST", "/complete", fault, times: 2);
        Host.Faults.Plan("GET", "/v1/accounts", fault);
        byte[] content = RandomBytes(Segment + 1);
        await Client.PutAsync(Bucket, "name", new MemoryStream(content), new PutOptions { Policy = "2+1" });
        Assert.Equal(0, Host.Faults.Left);
        Assert.Equal(content, await ReadAsync("name"));
        Assert.Equal(0u, Host.Chain.Head.Bucket(Bucket)!.OpenDeals);
    }

    [Theory]
    [InlineData(nameof(Fault.DropBefore))]
    [InlineData(nameof(Fault.DropWithin))]
    [InlineData(nameof(Fault.ServerError))]
    public async Task A_read_survives_a_fault_at_each_of_its_requests(string name)
    {
        Fault fault = Enum.Parse<Fault>(name);
        byte[] content = RandomBytes(100 * FrameLayout.PlaintextBytes);
        await Client.PutAsync(Bucket, "name", new MemoryStream(content));
        Host.Faults.Plan("GET", "/v1/buckets", fault, times: 2);
        Host.Faults.Plan("GET", "/v1/files", fault, times: 3);
        using CessClient fresh = NewClient();
        Assert.Equal(content, await ReadAsync("name", fresh));
        Assert.Equal(0, Host.Faults.Left);
    }

    [Theory]
    [InlineData(nameof(Fault.DropBefore))]
    [InlineData(nameof(Fault.DropAfter))]
    [InlineData(nameof(Fault.ServerError))]
    public async Task A_transaction_whose_answer_was_lost_is_made_once(string name)
    {
        AccountId to = Host.Chain.Other.PublicKey.ToAccountId();
        Balance before = Host.Chain.Head.Account(to).Free;
        Host.Faults.Plan("POST", "/v1/transactions", Enum.Parse<Fault>(name), times: 3);
        OutcomeMessage outcome = await Client.TransferAsync(to, Balance.OneToken);
        Assert.Equal("finalised", outcome.Status);
        Assert.Equal(before + Balance.OneToken, Host.Chain.Head.Account(to).Free);
    }

    [Fact]
    public async Task A_failed_transaction_whose_answer_was_lost_is_answered_with_its_failure()
    {
        Host.Faults.Plan("POST", "/v1/transactions", Fault.DropAfter);
        await FailsAsync("Files.BucketNameTaken", () => Client.CreateBucketAsync(Bucket));
        Assert.Equal(2u, Host.Chain.Head.Account(Client.Account).Nonce);
    }

    [Fact]
    public async Task Another_user_of_the_key_may_take_a_nonce_in_between()
    {
        using CessClient other = NewClient();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? Client : other).TransferAsync(Host.Chain.Other.PublicKey.ToAccountId(), Balance.OneToken)));
        Assert.Equal(11u, Host.Chain.Head.Account(Client.Account).Nonce);
    }

    [Fact]
    public async Task A_fault_that_does_not_end_is_given_up_and_said_to_be_transient()
    {
        Host.Faults.Plan("GET", "/v1/status", Fault.DropBefore, times: 100);
        CessException failure = await FailsAsync(ClientErrors.Unreachable, () => Client.GetStatusAsync());
        Assert.True(failure.IsTransient);
        Assert.Equal(100 - Quick.Attempts, Host.Faults.Left);
    }

    [Fact]
    public async Task A_refusal_is_not_asked_for_again()
    {
        Host.Faults.Seen.Clear();
        CessException failure = await FailsAsync(WireErrors.BucketNotFound.Code, () => Client.ListAsync("nothing"));
        Assert.False(failure.IsTransient);
        Assert.Equal(404, failure.Status);
        Assert.NotEmpty(failure.RequestId!);
        Assert.Single(Host.Faults.Seen);
    }

    [Fact]
    public async Task An_upload_goes_on_where_it_stopped()
    {
        byte[] content = RandomBytes(2 * Segment + 1);
        using CessClient impatient = NewClient(Quick with { Attempts = 1, Parallelism = 1 });
        using Upload upload = await impatient.OpenUploadAsync(Bucket, "name", new Pipe(content), new PutOptions { Policy = "2+1" });
        Host.Faults.Plan("PUT", "/segments/1", Fault.DropBefore, times: 2);
        Assert.True((await FailsAsync(ClientErrors.Unreachable, () => upload.RunAsync())).IsTransient);
        Assert.True((await FailsAsync(ClientErrors.Unreachable, () => upload.RunAsync())).IsTransient);
        await upload.RunAsync();

        Assert.Equal(3, Host.Segments.Stored);
        Assert.Single(Host.Faults.Seen, request => request.StartsWith("POST /v1/uploads", StringComparison.Ordinal) && !request.EndsWith("complete", StringComparison.Ordinal));
        Assert.Equal(content, await ReadAsync("name"));
    }

    [Fact]
    public async Task An_upload_goes_on_after_its_declaration_was_lost()
    {
        using CessClient impatient = NewClient(Quick with { Attempts = 1 });
        using Upload upload = await impatient.OpenUploadAsync(Bucket, "name", new Pipe([1, 2, 3]));
        Host.Faults.Plan("POST", "/complete", Fault.DropAfter);
        await FailsAsync(ClientErrors.Unreachable, () => upload.RunAsync());
        PutResult result = await upload.RunAsync();
        Assert.Equal([1, 2, 3], await ReadAsync("name"));
        Assert.Equal(result.FileId, (await Client.HeadAsync(Bucket, "name")).FileId);
    }

    [Fact]
    public async Task An_upload_that_the_node_has_forgotten_begins_again_when_the_content_can_be_read_again()
    {
        byte[] content = RandomBytes(1_000);
        using Upload upload = await Client.OpenUploadAsync(Bucket, "name", new MemoryStream(content));
        Host.Chain.CompletionFault = () =>
        {
            Host.Chain.CompletionFault = null;
            Host.Time.Advance(RestLimits.UploadLifetime);
            throw new TimeoutException();
        };
        await upload.RunAsync();
        Assert.Equal(content, await ReadAsync("name"));
    }

    [Fact]
    public async Task An_upload_that_the_node_has_forgotten_is_lost_when_the_content_is_gone()
    {
        using CessClient impatient = NewClient(Quick with { Attempts = 1 });
        using Upload upload = await impatient.OpenUploadAsync(Bucket, "name", new Pipe([1, 2, 3]));
        Host.Faults.Plan("PUT", "/segments/0", Fault.DropBefore);
        await FailsAsync(ClientErrors.Unreachable, () => upload.RunAsync());
        Host.Time.Advance(RestLimits.UploadLifetime);
        await FailsAsync(ClientErrors.UploadLost, () => upload.RunAsync());
    }

    [Fact]
    public async Task A_stream_that_fails_to_read_is_read_again_from_its_start()
    {
        byte[] content = RandomBytes(1_000);
        using Upload upload = await Client.OpenUploadAsync(Bucket, "name", new Stumbling(content));
        await Assert.ThrowsAsync<IOException>(() => upload.RunAsync());
        await upload.RunAsync();
        Assert.Equal(content, await ReadAsync("name"));
    }

    [Fact]
    public async Task Fragments_other_than_those_that_were_sent_are_refused()
    {
        Host.Segments.Lie = stored => stored with { Fragments = [.. stored.Fragments.Skip(1).Prepend(new StoredFragment(Hash256.Zero, 0))] };
        await FailsAsync(ClientErrors.RootsDiffer, () => Client.PutAsync(Bucket, "name", new MemoryStream([1])));
        Assert.Equal(1u, Host.Chain.Head.Account(Client.Account).Nonce);
    }

    [Fact]
    public async Task Two_fragments_on_one_miner_are_refused()
    {
        Host.Segments.Lie = stored => stored with { Fragments = [.. stored.Fragments.Select(fragment => fragment with { Miner = 0 })] };
        await FailsAsync(ClientErrors.RootsDiffer, () => Client.PutAsync(Bucket, "name", new MemoryStream([1])));
    }

    [Fact]
    public async Task A_corrupt_fragment_is_found_by_the_cipher_and_rebuilt_by_the_node()
    {
        byte[] content = RandomBytes(1_000_000);
        await Client.PutAsync(Bucket, "name", new MemoryStream(content));
        Host.Segments.Corrupt((await FragmentsAsync("name"))[0]);
        Host.Faults.Seen.Clear();
        Assert.Equal(content, await ReadAsync("name"));
        Assert.Contains(Host.Faults.Seen, request => request.EndsWith("?check=1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Content_that_a_node_forges_is_refused_and_nothing_of_it_is_written()
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream(RandomBytes(1_000)));
        Hash256 first = (await FragmentsAsync("name"))[0];

        // Bytes and id agree, so only the cipher can tell.
        Host.Segments.Forge(first);
        using MemoryStream read = new();
        await FailsAsync(ClientErrors.NotAuthentic, () => Client.GetAsync(Bucket, "name", read));
        Assert.Equal(0, read.Length);
    }

    [Fact]
    public async Task Lost_fragments_up_to_the_policys_parity_are_made_up_for_and_one_more_is_not()
    {
        byte[] content = RandomBytes(100_000);
        await Client.PutAsync(Bucket, "name", new MemoryStream(content));
        List<Hash256> fragments = await FragmentsAsync("name");
        foreach (Hash256 fragment in fragments.Take(8))
            Host.Segments.Fragments.TryRemove(fragment, out _);
        Assert.Equal(content, await ReadAsync("name"));
        Host.Segments.Fragments.TryRemove(fragments[8], out _);
        CessException failure = await FailsAsync(WireErrors.DataUnavailable.Code, () => ReadAsync("name"));
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task A_store_without_room_is_reported_as_such()
    {
        Host.Segments.StoreFault = new ObjectStoreException(ObjectStoreError.InsufficientStorage, "All miners are full.");
        CessException failure = await FailsAsync(WireErrors.InsufficientStorage.Code, () => Client.PutAsync(Bucket, "name", new MemoryStream([1])));
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_set_by_the_nodes_answer()
    {
        ManualTime wrong = new(Host.Time.GetUtcNow() + TimeSpan.FromHours(3));
        using CessClient late = new(Host.Endpoint, Host.Chain.Owner, Quick with { Time = wrong });
        Host.Faults.ClaimsTime = Host.Time.GetUtcNow();
        await late.ListBucketsAsync();
        Host.Faults.Seen.Clear();
        await late.ListBucketsAsync();
        Assert.Single(Host.Faults.Seen);
    }

    [Fact]
    public async Task Nobody_listening_is_said_plainly()
    {
        using CessClient lonely = new(new Uri("http://127.0.0.1:1"), Host.Chain.Owner, Quick with { Time = Host.Time });
        await FailsAsync(ClientErrors.Unreachable, () => lonely.GetStatusAsync());
    }

    [Fact]
    public async Task A_node_that_never_answers_is_given_up_after_the_time_that_it_has()
    {
        using CessClient patient = new(Host.Endpoint, Host.Chain.Owner, Quick with { Time = Host.Time, Attempts = 1, AttemptTimeout = TimeSpan.FromMinutes(1) });
        Host.Faults.Plan("GET", "/v1/status", Fault.Hang);
        Task<StatusMessage> status = patient.GetStatusAsync();
        await Host.Faults.Hanging;
        Host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await FailsAsync(ClientErrors.Timeout, () => status)).IsTransient);
    }

    [Fact]
    public async Task A_cancelled_upload_ends_and_leaves_nothing_visible()
    {
        using CancellationTokenSource stop = new();
        Host.Faults.Plan("PUT", "/segments/0", Fault.Hang);
        Task<PutResult> put = Client.PutAsync(Bucket, "name", new MemoryStream([1]), cancellation: stop.Token);
        await Host.Faults.Hanging;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        Assert.Empty((await Client.ListAsync(Bucket)).Objects);
    }

    [Fact]
    public async Task A_connection_that_is_not_made_in_time_is_a_node_out_of_reach_and_no_cancellation()
    {
        int sent = 0;
        using CessClient client = new(Host.Endpoint, Host.Chain.Owner, Quick, new Interposed((_, _) =>
        {
            sent++;
            throw new TaskCanceledException("A task was canceled.", new TimeoutException("The connection was not made within 10 s."));
        }));
        Assert.True((await FailsAsync(ClientErrors.Unreachable, () => client.GetStatusAsync())).IsTransient);
        Assert.Equal(Quick.Attempts, sent);
    }

    [Fact]
    public async Task An_upload_that_begins_again_waits_for_a_read_that_is_still_under_way()
    {
        byte[] content = RandomBytes(Segment + 200_000);
        Lingering lingering = new(content, at: Segment + 1);
        bool hasForgotten = false;
        using CessClient client = new(Host.Endpoint, Host.Chain.Owner, Quick with { Time = Host.Time }, new Interposed(async (request, send) =>
        {
            if (hasForgotten || !request.RequestUri!.AbsolutePath.EndsWith("/segments/0", StringComparison.Ordinal))
                return await send();
            hasForgotten = true;
            await lingering.IsReading;
            string error = $$$"""{"error":{"code":"{{{WireErrors.UploadNotFound.Code}}}","message":"Forgotten.","requestId":"1"}}""";
            return new HttpResponseMessage(System.Net.HttpStatusCode.NotFound) { Content = new StringContent(error) };
        }));
        await client.PutAsync(Bucket, "name", lingering, new PutOptions { Policy = "2+1" });
        Assert.True(hasForgotten);
        Assert.Equal(content, await ReadAsync("name"));
    }

    private async Task<List<Hash256>> FragmentsAsync(string name)
    {
        StoredObject stored = await Client.HeadAsync(Bucket, name);
        FileDeclaration declaration = Host.Chain.Head.File(new FileId(stored.FileId))!.Declaration;
        return [.. declaration.Parts[0].Segments[0].Fragments.Select(fragment => fragment.Root)];
    }

    /// <summary>Fails in the middle, the first time.</summary>
    private sealed class Stumbling(byte[] content) : MemoryStream(content)
    {
        private bool _hasFailed;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > 0 && !_hasFailed)
            {
                _hasFailed = true;
                throw new IOException("The disk stumbled.");
            }

            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 100)], cancellationToken);
        }
    }

    /// <summary>Sees requests before they go out.</summary>
    private sealed class Interposed(Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> see) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            see(request, () => base.SendAsync(request, cancellationToken));
    }

    /// <summary>Its first read from a place on ends only when it is cancelled, and reads all the same.</summary>
    private sealed class Lingering(byte[] content, long at) : MemoryStream(content)
    {
        private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsReading => _reading.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < at || !_reading.TrySetResult())
                return await base.ReadAsync(buffer, cancellationToken);

            TaskCompletionSource cancelled = new();
            await using (cancellationToken.Register(cancelled.SetResult))
                await cancelled.Task;
            return await base.ReadAsync(buffer, CancellationToken.None);
        }
    }
}
