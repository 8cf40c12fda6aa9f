using System.Security.Cryptography;
using Cess.Blobs;
using Cess.Gateway;
using Cess.Gateway.Objects;
using Cess.Grains;
using Cess.Ledger.Modules.Balances;
using Cess.Primitives;

namespace Cess.Network.Tests;

public sealed class MultipartTests : IAsyncLifetime
{
    private const int PartBytes = 5 << 20;

    private TestNetwork _network = null!;
    private string _upload = "";

    public async Task InitializeAsync()
    {
        _network = await TestNetwork.StartAsync();
        _upload = await _network.Objects.BeginMultipartAsync(
            _network.Owner, "photos", "key", new PutOptions { Metadata = new Dictionary<string, string> { ["who"] = "me" } }, CancellationToken.None);
    }

    public async Task DisposeAsync() => await _network.DisposeAsync();

    [Fact]
    public async Task Parts_in_any_order_become_one_object_in_theirs()
    {
        byte[] first = RandomNumberGenerator.GetBytes(PartBytes);
        byte[] second = RandomNumberGenerator.GetBytes(PartBytes + 1);
        byte[] third = RandomNumberGenerator.GetBytes(10);
        PartInfo[] parts = await Task.WhenAll(PutAsync(30, third), PutAsync(2, second), PutAsync(1, first));

        PutResult result = await CompleteAsync(parts[2], parts[1], parts[0]);

        Assert.EndsWith("-3", result.ETag, StringComparison.Ordinal);
        byte[] found = await _network.GetAsync("key");
        Assert.True(found.AsSpan().SequenceEqual((byte[])[.. first, .. second, .. third]));
        ObjectInfo info = await _network.Objects.HeadAsync(_network.Owner, "photos", "key", CancellationToken.None);
        Assert.Equal("me", info.Metadata["who"]);
        Assert.Equal([PartBytes, PartBytes + 1, 10], info.PartLengths);
    }

    [Fact]
    public async Task A_repeated_completion_gets_the_same_answer()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);

        PutResult first = await CompleteAsync(part);
        PutResult second = await CompleteAsync(part);

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task A_part_that_is_uploaded_again_takes_the_place_of_the_former()
    {
        await PutAsync(1, [1, 2, 3]);
        PartInfo again = await PutAsync(1, [4, 5, 6, 7]);

        await CompleteAsync(again);

        Assert.Equal([4, 5, 6, 7], await _network.GetAsync("key"));
        await TestNetwork.UntilAsync(() => _network.StoredFragments == 12, "the former part's fragments to go");
    }

    [Fact]
    public async Task Wrong_completions_are_refused_and_can_be_put_right()
    {
        PartInfo one = await PutAsync(1, [1]);
        PartInfo two = await PutAsync(2, [2]);

        Assert.Equal(ObjectStoreError.InvalidPart, await RefusalAsync(new CompletedPart(1, "no such etag")));
        Assert.Equal(ObjectStoreError.InvalidPart, await RefusalAsync(new CompletedPart(3, one.ETag)));
        Assert.Equal(ObjectStoreError.InvalidPartOrder, await RefusalAsync(new CompletedPart(2, two.ETag), new CompletedPart(1, one.ETag)));
        Assert.Equal(ObjectStoreError.EntityTooSmall, await RefusalAsync(new CompletedPart(1, one.ETag), new CompletedPart(2, two.ETag)));

        await CompleteAsync(two);
        Assert.Equal([2], await _network.GetAsync("key"));
    }

    [Fact]
    public async Task A_completion_that_the_miners_cannot_confirm_ends_the_upload()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        await _network.Miners[5].LoseAllAsync();

        Assert.Equal(ObjectStoreError.ServiceUnavailable, await RefusalAsync(new CompletedPart(1, part.ETag)));

        // Its fragments go with the deal: to keep it open would promise parts that are no longer there.
        Assert.Equal(ObjectStoreError.NoSuchUpload, await RefusalAsync(new CompletedPart(1, part.ETag)));
        Assert.Empty(await _network.Grains.GetGrain<IBucketGrain>("photos").GetUploadsAsync());
        await TestNetwork.UntilAsync(() => _network.StoredFragments == 0, "the fragments of the upload to go");
    }

    [Fact]
    public async Task An_upload_stays_open_while_its_deal_can_be_neither_completed_nor_cancelled()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        FaultyBackend miner = _network.Miners[5];
        BlobName lost = miner.Names().Single();
        byte[] fragment = await miner.ReadAllAsync(lost, int.MaxValue);
        TaskCompletionSource reports = HoldReports();
        Task<PutResult> completion = CompleteAsync(part);
        await TestNetwork.UntilAsync(() => _network.Miners.All(miner => miner.LookingUp > 0), "the completion to reach the miners");
        await miner.LoseAllAsync();
        AccountId rich = _network.Head.Miners().First().Account;
        await SpendAllAsync(rich);
        reports.SetResult();

        await Assert.ThrowsAsync<TimeoutException>(() => completion);
        Assert.Single(await _network.Objects.ListMultipartAsync(_network.Owner, "photos", CancellationToken.None));
        Assert.Equal(11, _network.StoredFragments);

        await PayAsync(rich, _network.Owner.Account, Balance.Parse("10"));
        await miner.PutAsync(lost, fragment);
        await CompleteAsync(part);
        Assert.Equal([1, 2, 3], await _network.GetAsync("key"));
    }

    [Fact]
    public async Task Why_a_completion_failed_is_told_also_when_the_upload_cannot_be_ended()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        await _network.Miners[5].LoseAllAsync();
        _network.Storage.Changing = state => state == "upload" ? throw new IOException("The state is out of reach.") : Task.CompletedTask;

        Assert.Equal(ObjectStoreError.ServiceUnavailable, await RefusalAsync(new CompletedPart(1, part.ETag)));
    }

    [Fact]
    public async Task A_complete_upload_keeps_its_result_without_its_parts_and_that_for_a_time()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        PutResult result = await CompleteAsync(part);
        Assert.Equal((1, 0), (_network.Storage.Count("upload"), _network.Storage.Count("upload-page")));

        await CompleteOtherAsync(After(GrainLimits.CompletedUploadsKept - TimeSpan.FromMinutes(1)));
        Assert.Equal(result, await CompleteAsync(part));

        await CompleteOtherAsync(After(GrainLimits.CompletedUploadsKept));
        Assert.Equal(ObjectStoreError.NoSuchUpload, await RefusalAsync(new CompletedPart(1, part.ETag)));
        Assert.Equal(2, _network.Storage.Count("upload"));

        async Task CompleteOtherAsync(ObjectStore store)
        {
            string upload = await store.BeginMultipartAsync(_network.Owner, "photos", "other", new PutOptions(), CancellationToken.None);
            PartInfo only = await store.PutPartAsync(
                _network.Owner, "photos", "other", upload, 1, new MemoryStream([4]), new PartOptions(1, null), CancellationToken.None);
            await store.CompleteMultipartAsync(
                _network.Owner, "photos", "other", upload, [new CompletedPart(1, only.ETag)], new CompleteOptions(), CancellationToken.None);
        }
    }

    [Fact]
    public async Task An_upload_that_is_completed_at_the_end_of_its_life_keeps_its_result_like_others()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        PutResult result = await CompleteAsync(part);

        Assert.Equal(result, await After(GrainLimits.UploadLifetime).CompleteMultipartAsync(
            _network.Owner, "photos", "key", _upload, [new CompletedPart(1, part.ETag)], new CompleteOptions(), CancellationToken.None));
    }

    [Fact]
    public async Task Of_the_results_of_a_bucket_so_many_are_kept_and_the_oldest_go()
    {
        IBucketGrain bucket = _network.Grains.GetGrain<IBucketGrain>("photos");
        await CompleteAsync(await PutAsync(1, [1, 2, 3]));
        for (int i = 1; i < GrainLimits.CompletedUploadsPerBucket; i++)
            await CompleteOtherAsync(i);
        Assert.NotNull(await _network.Grains.GetGrain<IUploadGrain>(_upload).GetAsync());

        await CompleteOtherAsync(GrainLimits.CompletedUploadsPerBucket);

        Assert.Null(await _network.Grains.GetGrain<IUploadGrain>(_upload).GetAsync());

        async Task CompleteOtherAsync(int number)
        {
            await bucket.AddUploadAsync($"{number}");
            await bucket.CompleteUploadAsync($"{number}", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        }
    }

    [Fact]
    public async Task A_completion_that_did_not_come_to_its_bucket_is_made_up_for()
    {
        await _network.Grains.GetGrain<IUploadGrain>(_upload).CompleteAsync(new UploadResult("file", "etag", 1));

        Assert.Empty(await _network.Objects.ListMultipartAsync(_network.Owner, "photos", CancellationToken.None));

        Assert.Empty(await _network.Grains.GetGrain<IBucketGrain>("photos").GetUploadsAsync());
    }

    [Fact]
    public async Task A_completed_upload_cannot_be_aborted_behind_its_back()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        PutResult result = await CompleteAsync(part);

        Assert.False(await _network.Grains.GetGrain<IUploadGrain>(_upload).AbortAsync());

        Assert.Equal(result, await CompleteAsync(part));
    }

    [Fact]
    public async Task Of_two_completions_at_once_the_second_gets_the_answer_of_the_first()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        TaskCompletionSource reports = HoldReports();
        Task<PutResult> first = CompleteAsync(part);
        await TestNetwork.UntilAsync(() => _network.Miners.All(miner => miner.LookingUp > 0), "the first completion to reach the miners");

        // It would fail if it went its own way: by then the key is taken.
        Task<PutResult> second = _network.Objects.CompleteMultipartAsync(
            _network.Owner, "photos", "key", _upload, [new CompletedPart(part.Number, part.ETag)],
            new CompleteOptions { OnlyIfAbsent = true }, CancellationToken.None);
        // Blocks in which it would declare its own file.
        foreach (string bucket in new[] { "blocks", "more-blocks" })
            await _network.Objects.CreateBucketAsync(_network.Owner, bucket, CancellationToken.None);
        reports.SetResult();

        Assert.Equal(await first, await second);
        Assert.Equal(await first, await CompleteAsync(part));
    }

    [Fact]
    public async Task An_abort_waits_for_the_completion_that_is_under_way_and_comes_too_late()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        TaskCompletionSource reports = HoldReports();
        Task<PutResult> completion = CompleteAsync(part);
        await TestNetwork.UntilAsync(() => _network.Miners.All(miner => miner.LookingUp > 0), "the completion to reach the miners");

        Task abort = _network.Objects.AbortMultipartAsync(_network.Owner, "photos", "key", _upload, CancellationToken.None);
        reports.SetResult();

        Assert.Equal(ObjectStoreError.NoSuchUpload, (await Assert.ThrowsAsync<ObjectStoreException>(() => abort)).Code);
        Assert.Equal(await completion, await CompleteAsync(part));
        Assert.Equal([1, 2, 3], await _network.GetAsync("key"));
    }

    [Fact]
    public async Task A_part_that_is_replaced_while_it_is_being_completed_stays_in_the_object()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        // Held between the choice of the parts and the declaration that names them.
        var signatures = new TaskCompletionSource();
        var chosen = new TaskCompletionSource();
        _network.Signing = account =>
        {
            if (account != _network.Owner.Account)
                return;
            chosen.TrySetResult();
            signatures.Task.Wait();
        };
        Task<PutResult> completion = CompleteAsync(part);
        await chosen.Task.WaitAsync(TestNetwork.Patience);

        await PutAsync(1, [4, 5, 6, 7]);
        signatures.SetResult();

        await completion;
        Assert.Equal([1, 2, 3], await _network.GetAsync("key"));
        await TestNetwork.UntilAsync(() => _network.StoredFragments == 12, "the fragments of the part that came too late to go");
    }

    [Fact]
    public async Task The_headers_that_an_upload_began_with_are_told_with_its_parts()
    {
        var headers = new Dictionary<string, string> { ["x-amz-checksum-algorithm"] = "CRC32", ["content-type"] = "text/plain" };
        string upload = await _network.Objects.BeginMultipartAsync(
            _network.Owner, "photos", "other", new PutOptions { Headers = headers }, CancellationToken.None);

        MultipartInfo info = await _network.Objects.ListPartsAsync(_network.Owner, "photos", "other", upload, CancellationToken.None);

        Assert.Equal(headers.OrderBy(header => header.Key), info.Headers.OrderBy(header => header.Key));
    }

    [Fact]
    public async Task Uploads_are_listed_in_the_order_of_their_keys_in_UTF8()
    {
        foreach (string key in new[] { "a\U0001F600", "a\uFFFD" })
            await _network.Objects.BeginMultipartAsync(_network.Owner, "photos", key, new PutOptions(), CancellationToken.None);

        IReadOnlyList<MultipartInfo> uploads = await _network.Objects.ListMultipartAsync(_network.Owner, "photos", CancellationToken.None);

        Assert.Equal(["a\uFFFD", "a\U0001F600", "key"], uploads.Select(upload => upload.Key));
    }

    [Fact]
    public async Task An_aborted_upload_leaves_nothing_and_is_gone()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        Assert.Single(await _network.Objects.ListMultipartAsync(_network.Owner, "photos", CancellationToken.None));

        await _network.Objects.AbortMultipartAsync(_network.Owner, "photos", "key", _upload, CancellationToken.None);

        Assert.Empty(await _network.Objects.ListMultipartAsync(_network.Owner, "photos", CancellationToken.None));
        Assert.Equal(ObjectStoreError.NoSuchUpload, await RefusalAsync(new CompletedPart(1, part.ETag)));
        await TestNetwork.UntilAsync(() => _network.StoredFragments == 0, "the fragments of an aborted upload to go");
    }

    [Fact]
    public async Task A_part_that_waits_while_its_upload_is_aborted_is_refused_and_leaves_no_page()
    {
        IUploadGrain upload = _network.Grains.GetGrain<IUploadGrain>(_upload);
        var writes = new TaskCompletionSource();
        _network.Storage.Changing = state => state == "upload" ? writes.Task : Task.CompletedTask;

        Task<PartKept> part = upload.PutPartAsync(new UploadedPart(1, 3, "etag", 0, new byte[1], new Dictionary<string, string>()));
        await TestNetwork.UntilAsync(() => _network.Storage.Waiting == 1, "the part to wait");
        Task<bool> abort = upload.AbortAsync();
        // Answered behind the abort's first turn, in which it is decided.
        await upload.GetStartAsync();
        writes.SetResult();

        Assert.False((await part).IsKept);
        Assert.True(await abort);
        Assert.Equal(0, _network.Storage.Count("upload-page"));
        Assert.Equal(0, _network.Storage.Count("upload"));
    }

    [Fact]
    public async Task An_abort_that_fails_halfway_can_be_repeated_and_leaves_no_page()
    {
        await PutAsync(1, [1, 2, 3]);
        await PutAsync(GrainLimits.PartsPerPage + 1, [4, 5, 6]);
        _network.Storage.Changing = state => state == "upload-page" ? throw new IOException("The state is out of reach.") : Task.CompletedTask;
        await Assert.ThrowsAnyAsync<Exception>(AbortAsync);

        _network.Storage.Changing = _ => Task.CompletedTask;
        await AbortAsync();

        Assert.Equal(0, _network.Storage.Count("upload-page"));
        Assert.Equal(0, _network.Storage.Count("upload"));
        Assert.Equal(0, _network.StoredFragments);

        Task AbortAsync() => _network.Objects.AbortMultipartAsync(_network.Owner, "photos", "key", _upload, CancellationToken.None);
    }

    [Fact]
    public async Task An_upload_ends_when_its_lifetime_is_over_and_leaves_nothing()
    {
        PartInfo part = await PutAsync(1, [1, 2, 3]);
        ObjectStore expired = After(GrainLimits.UploadLifetime);

        foreach (Func<Task> use in new Func<Task>[]
        {
            () => expired.ListPartsAsync(_network.Owner, "photos", "key", _upload, CancellationToken.None),
            () => expired.CompleteMultipartAsync(
                _network.Owner, "photos", "key", _upload, [new CompletedPart(1, part.ETag)], new CompleteOptions(), CancellationToken.None),
        })
        {
            Assert.Equal(ObjectStoreError.NoSuchUpload, (await Assert.ThrowsAsync<ObjectStoreException>(use)).Code);
        }
        Assert.Empty(await expired.ListMultipartAsync(_network.Owner, "photos", CancellationToken.None));
        Assert.Equal(12, _network.StoredFragments);

        ObjectStore later = After(GrainLimits.UploadLifetime + GatewayLimits.ExpiredUploadsKept);
        Assert.Empty(await later.ListMultipartAsync(_network.Owner, "photos", CancellationToken.None));
        Assert.Equal(0, _network.StoredFragments);
        Assert.Empty(await _network.Grains.GetGrain<IBucketGrain>("photos").GetUploadsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("00000000000000000000000000000000")]
    public async Task An_upload_that_there_is_not_is_refused(string id)
    {
        var error = await Assert.ThrowsAsync<ObjectStoreException>(
            () => _network.Objects.ListPartsAsync(_network.Owner, "photos", "key", id, CancellationToken.None));

        Assert.Equal(ObjectStoreError.NoSuchUpload, error.Code);
    }

    private Task<PartInfo> PutAsync(int number, byte[] content) => _network.Objects.PutPartAsync(
        _network.Owner, "photos", "key", _upload, number, new MemoryStream(content), new PartOptions(content.Length, null), CancellationToken.None);

    /// <summary>Leaves the owner less than the least fee.</summary>
    private async Task SpendAllAsync(AccountId to)
    {
        AccountId owner = _network.Owner.Account;
        Balance before = _network.Head.Account(owner).Free;
        await PayAsync(owner, to, Balance.Parse("1"));
        Balance left = _network.Head.Account(owner).Free;
        Balance fee = before - left - Balance.Parse("1");
        await PayAsync(owner, to, left - fee - Balance.Parse("0.0005"));
        Assert.True(_network.Head.Account(owner).Free < _network.Genesis.Parameters.TransactionFee);
    }

    private Task<TransactionOutcome> PayAsync(AccountId from, AccountId to, Balance amount) =>
        _network.Get<FileCommitter>().ExecuteAsync(from, new Transfer(to, amount));

    /// <summary>Has the miners wait before they look whether they hold what they are asked to report.</summary>
    private TaskCompletionSource HoldReports()
    {
        var reports = new TaskCompletionSource();
        foreach (FaultyBackend miner in _network.Miners)
            miner.LookUps = reports.Task;
        return reports;
    }

    private Task<PutResult> CompleteAsync(params PartInfo[] parts) =>
        CompleteAsync([.. parts.Select(part => new CompletedPart(part.Number, part.ETag))]);

    private Task<PutResult> CompleteAsync(CompletedPart[] parts) => _network.Objects.CompleteMultipartAsync(
        _network.Owner, "photos", "key", _upload, parts, new CompleteOptions(), CancellationToken.None);

    /// <summary>The store as it is when some time has passed.</summary>
    private ObjectStore After(TimeSpan passed) => new(_network.Get<ObjectStoreServices>() with { Time = new LaterTime(passed) });

    private async Task<ObjectStoreError> RefusalAsync(params CompletedPart[] parts) =>
        (await Assert.ThrowsAsync<ObjectStoreException>(() => CompleteAsync(parts))).Code;

    private sealed class LaterTime(TimeSpan passed) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + passed;
    }
}
