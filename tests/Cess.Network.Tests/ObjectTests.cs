using System.Security.Cryptography;
using Cess.Blobs;
using Cess.Gateway.Objects;
using Cess.Gateway.Objects.Pipeline;
using Cess.Grains;
using Cess.Grains.DataPlane;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Network.Tests;

public sealed class ObjectTests : IAsyncLifetime
{
    private const int SegmentBytes = 511 * 65_536;

    private TestNetwork _network = null!;

    public async Task InitializeAsync() => _network = await TestNetwork.StartAsync();

    public async Task DisposeAsync() => await _network.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(SegmentBytes)]
    [InlineData(SegmentBytes + 1)]
    public async Task An_object_of_any_length_comes_back_as_it_was_stored(int length)
    {
        byte[] content = Random(length);

        PutResult put = await _network.PutAsync("key", content);

        Assert.Equal(Md5(content), put.ETag);
        AssertSame(content, await _network.GetAsync("key"));
    }

    [Fact]
    public async Task An_object_of_unannounced_length_comes_back_as_it_was_stored()
    {
        byte[] content = Random(100_000);
        await _network.PutAsync("key", content, new PutOptions());
        Assert.Equal(content, await _network.GetAsync("key"));
    }

    [Fact]
    public async Task Ranges_across_frames_and_segments_are_those_of_the_content()
    {
        byte[] content = Random(SegmentBytes + 200_000);
        await _network.PutAsync("key", content);
        foreach ((long offset, int length) in new (long, int)[]
        {
            (0, 0), (0, 1), (65_535, 2), (SegmentBytes - 1, 2), (SegmentBytes - 70_000, 140_000), (content.Length - 1, 1), (1, 3_000_000),
        })
        {
            AssertSame(content.AsMemory((int)offset, length), await _network.GetAsync("key", offset, length));
        }
    }

    [Fact]
    public async Task Any_eight_of_twelve_miners_may_be_lost()
    {
        byte[] content = Random(3_000_000);
        await _network.PutAsync("key", content);
        var random = new Random(20261122);
        FaultyBackend[] lost = [.. _network.Miners.OrderBy(_ => random.Next()).Take(8)];

        foreach (FaultyBackend miner in lost)
            await miner.LoseAllAsync();

        Assert.Equal(content, await _network.GetAsync("key"));
        Assert.Equal(content[1_000_000..1_000_100], await _network.GetAsync("key", 1_000_000, 100));
    }

    [Fact]
    public async Task Corrupt_fragments_are_found_and_rebuilt_from_sound_ones()
    {
        byte[] content = Random(3_000_000);
        await _network.PutAsync("key", content);
        foreach (FaultyBackend miner in _network.Miners.Take(8))
            await miner.SpoilAllAsync();

        Assert.Equal(content, await _network.GetAsync("key"));
    }

    [Fact]
    public async Task One_loss_more_than_the_policy_survives_is_told_and_nothing_wrong_is_written()
    {
        await _network.PutAsync("key", Random(300_000));
        foreach (FaultyBackend miner in _network.Miners.Take(4))
            await miner.LoseAllAsync();
        foreach (FaultyBackend miner in _network.Miners.Skip(4).Take(5))
            await miner.SpoilAllAsync();
        await using IObjectReader reader = await _network.Objects.OpenAsync(_network.Owner, "photos", "key", CancellationToken.None);
        var written = new MemoryStream();

        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => reader.CopyToAsync(written, 0, 300_000, CancellationToken.None));

        Assert.Equal(ObjectStoreError.DataUnavailable, error.Code);
        Assert.Equal(0, written.Length);
    }

    [Fact]
    public async Task A_replaced_object_is_read_to_its_end_by_whoever_had_it_open()
    {
        byte[] content = Random(500_000);
        await _network.PutAsync("key", content);
        await using IObjectReader reader = await _network.Objects.OpenAsync(_network.Owner, "photos", "key", CancellationToken.None);
        byte[] other = Random(1_000);
        await _network.PutAsync("key", other);
        var read = new MemoryStream();

        await reader.CopyToAsync(read, 0, content.Length, CancellationToken.None);

        Assert.Equal(content, read.ToArray());
        Assert.Equal(other, await _network.GetAsync("key"));
    }

    [Fact]
    public async Task A_deleted_object_gives_its_space_back()
    {
        await _network.PutAsync("key", Random(100_000));
        Assert.Equal(12, _network.StoredFragments);

        await _network.Objects.DeleteAsync(_network.Owner, "photos", "key", CancellationToken.None);

        await TestNetwork.UntilAsync(() => _network.StoredFragments == 0, "the fragments of a deleted object to go");
        Assert.All(_network.Head.Miners(), miner => Assert.Equal(0UL, miner.UsedBytes + miner.ReservedBytes));
        Assert.Empty(await _network.ListAsync());
    }

    [Fact]
    public async Task Segments_that_a_second_file_names_outlive_the_first()
    {
        byte[] content = Random(100_000);
        PutResult first = await _network.PutAsync("key", content);
        FileRecord record = _network.Head.File(new FileId(Hash256.Parse(first.FileId)))!;

        // As when a client repeats a completion whose answer it never got: the same parts under the same name.
        await _network.Get<FileCommitter>().CommitAsync(_network.Owner.Account, record.Declaration, DeclareCondition.None);
        await _network.PutAsync("marker", Random(10));
        await _network.Objects.DeleteAsync(_network.Owner, "photos", "marker", CancellationToken.None);
        await TestNetwork.UntilAsync(() => _network.StoredFragments <= 12, "the marker's fragments to go");

        Assert.Equal(content, await _network.GetAsync("key"));
    }

    [Fact]
    public async Task Fragments_that_are_being_deleted_do_not_count_for_a_file_that_names_them_again()
    {
        PutResult put = await _network.PutAsync("key", Random(100_000));
        FileDeclaration declared = _network.Head.File(new FileId(Hash256.Parse(put.FileId)))!.Declaration;
        var deletions = new TaskCompletionSource();
        foreach (FaultyBackend miner in _network.Miners)
            miner.Deletions = deletions.Task;

        await _network.Objects.DeleteAsync(_network.Owner, "photos", "key", CancellationToken.None);
        await TestNetwork.UntilAsync(() => _network.Miners.All(miner => miner.Deleting == 1), "all miners to delete");
        ulong before = _network.Head.Height;
        Task<FileOutcome> again = _network.Get<FileCommitter>().CommitAsync(_network.Owner.Account, declared, DeclareCondition.None);
        await TestNetwork.UntilAsync(
            () => _network.Get<ILedgerReader>().Above(before)!.SelectMany(block => block.Events).Any(happened => happened is DealDropped or FileCompleted),
            "the deal to end");
        deletions.SetResult();

        await Assert.ThrowsAsync<ObjectStoreException>(() => again);
        Assert.Empty(await _network.ListAsync());
    }

    [Fact]
    public async Task A_fragment_counts_for_no_file_until_the_last_of_its_deletions_has_ended()
    {
        PutResult put = await _network.PutAsync("key", Random(100_000));
        FileDeclaration declared = _network.Head.File(new FileId(Hash256.Parse(put.FileId)))!.Declaration;
        FileFragment fragment = declared.Parts[0].Segments[0].Fragments[0];
        IMinerGrain miner = _network.Grains.GetGrain<IMinerGrain>(fragment.Miner.Value);
        var backend = (FaultyBackend)_network.Get<IMinerBackends>().Find(fragment.Miner.Value)!;
        BlobName name = BlobName.Parse(FragmentName.Of(_network.Owner.Account, fragment.Root));
        byte[] content = await backend.ReadAllAsync(name, int.MaxValue);
        await _network.Objects.DeleteAsync(_network.Owner, "photos", "key", CancellationToken.None);
        await TestNetwork.UntilAsync(() => _network.StoredFragments == 0 && backend.Deleting == 0, "the fragments to go");

        await backend.PutAsync(name, content);
        TaskCompletionSource[] ends = [new(), new()];
        var deletions = new List<Task>();
        foreach (TaskCompletionSource end in ends)
        {
            backend.Deletions = end.Task;
            deletions.Add(miner.DiscardAsync(new[] { new DiscardedFragment(name.Value, fragment.Root.ToString()) }));
            await TestNetwork.UntilAsync(() => backend.Deleting == deletions.Count, "the miner to delete");
        }
        TransactionOutcome deal = await _network.Get<FileCommitter>()
            .ExecuteAsync(_network.Owner.Account, new DeclareFile(declared, DeclareCondition.None));
        ends[0].SetResult();
        await deletions[0];
        await backend.PutAsync(name, content);

        Assert.Equal(TransactionErrors.FragmentMissing, await miner.ReportTransferAsync(deal.Id));

        ends[1].SetResult();
        await deletions[1];
    }

    [Fact]
    public async Task What_a_file_names_by_the_time_the_miners_are_told_to_discard_it_stays()
    {
        byte[] content = Random(100_000);
        PutResult put = await _network.PutAsync("key", content);
        FileSegment segment = _network.Head.File(new FileId(Hash256.Parse(put.FileId)))!.Declaration.Parts[0].Segments[0];
        var discard = _network.Get<FragmentDiscard>();

        await discard.DiscardAsync(_network.Owner.Account, [segment]);
        await discard.DiscardAsync(_network.Owner.Account, segment.Fragments[0].Root, segment.Fragments[3..6]);
        foreach (FileFragment fragment in segment.Fragments)
        {
            string name = FragmentName.Of(_network.Owner.Account, fragment.Root);
            await _network.Grains.GetGrain<IMinerGrain>(fragment.Miner.Value)
                .DiscardAsync(new[] { new DiscardedFragment(name, segment.Fragments[0].Root.ToString()) });
        }

        Assert.Equal(12, _network.StoredFragments);
        Assert.Equal(content, await _network.GetAsync("key"));
    }

    [Fact]
    public async Task A_sweep_spares_what_is_declared_while_it_looks()
    {
        byte[] content = Random(100_000);
        PutResult put = await _network.PutAsync("key", content);
        FileDeclaration declared = _network.Head.File(new FileId(Hash256.Parse(put.FileId)))!.Declaration;
        var stored = new List<(FaultyBackend Miner, BlobName Name, byte[] Content)>();
        foreach (FaultyBackend miner in _network.Miners)
            stored.Add((miner, miner.Names().Single(), await miner.ReadAllAsync(miner.Names().Single(), int.MaxValue)));
        await _network.Objects.DeleteAsync(_network.Owner, "photos", "key", CancellationToken.None);
        await TestNetwork.UntilAsync(() => _network.Miners.Sum(miner => miner.Count + miner.Deleting) == 0, "the fragments to go");
        foreach ((FaultyBackend miner, BlobName name, byte[] fragment) in stored)
            await miner.PutAsync(name, fragment);
        IMinerGrain[] miners = [.. _network.Head.Miners().Select(miner => _network.Grains.GetGrain<IMinerGrain>(miner.Id.Value))];
        await Task.WhenAll(miners.Select(miner => miner.SweepAsync()));

        var listings = new TaskCompletionSource();
        foreach (FaultyBackend miner in _network.Miners)
            miner.Listings = listings.Task;
        Task<int>[] sweeps = [.. miners.Select(miner => miner.SweepAsync())];
        await TestNetwork.UntilAsync(() => _network.Miners.All(miner => miner.Listing == 1), "all miners to be swept");
        await _network.Get<FileCommitter>().CommitAsync(_network.Owner.Account, declared, DeclareCondition.None);
        listings.SetResult();

        Assert.All(await Task.WhenAll(sweeps), swept => Assert.Equal(0, swept));
        Assert.Equal(content, await _network.GetAsync("key"));
    }

    [Fact]
    public async Task Segments_that_a_stranger_declares_too_stay_when_the_strangers_file_goes()
    {
        byte[] content = Random(100_000);
        PutResult put = await _network.PutAsync("key", content);
        FileDeclaration declared = _network.Head.File(new FileId(Hash256.Parse(put.FileId)))!.Declaration;
        var stranger = new Caller(_network.Genesis.Accounts.First(account => account.Account != _network.Owner.Account).Account);
        await _network.Objects.CreateBucketAsync(stranger, "copies", CancellationToken.None);

        // No miner has fragments of the stranger to report, so the deal ends, and what it named is given up.
        await Assert.ThrowsAsync<ObjectStoreException>(() => _network.Get<FileCommitter>().CommitAsync(
            stranger.Account, declared with { Bucket = "copies" }, DeclareCondition.None));
        await _network.PutAsync("marker", Random(10));
        await _network.Objects.DeleteAsync(_network.Owner, "photos", "marker", CancellationToken.None);
        await TestNetwork.UntilAsync(() => _network.StoredFragments <= 12, "the marker's fragments to go");

        Assert.Equal(12, _network.StoredFragments);
        Assert.Equal(content, await _network.GetAsync("key"));
    }

    [Fact]
    public async Task A_wrong_digest_leaves_the_older_object_and_no_fragment_behind()
    {
        byte[] content = Random(1_000);
        await _network.PutAsync("key", content);

        var error = await Assert.ThrowsAsync<ObjectStoreException>(
            () => _network.PutAsync("key", Random(2_000), new PutOptions { Md5 = new byte[16] }));

        Assert.Equal(ObjectStoreError.BadDigest, error.Code);
        Assert.Equal(content, await _network.GetAsync("key"));
        Assert.Equal(12, _network.StoredFragments);
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1_001)]
    public async Task A_body_that_is_not_as_long_as_announced_is_refused_and_leaves_nothing(int length)
    {
        var error = await Assert.ThrowsAsync<ObjectStoreException>(
            () => _network.PutAsync("key", Random(length), new PutOptions { ContentLength = 1_000 }));

        Assert.Equal(ObjectStoreError.IncompleteBody, error.Code);
        Assert.Empty(await _network.ListAsync());
        Assert.Equal(0, _network.StoredFragments);
    }

    [Fact]
    public async Task Of_many_conditional_puts_at_once_exactly_one_wins()
    {
        byte[][] contents = [.. Enumerable.Range(0, 8).Select(_ => Random(5_000))];

        bool[] won = await Task.WhenAll(contents.Select(async content =>
        {
            try
            {
                await _network.PutAsync("key", content, new PutOptions { OnlyIfAbsent = true });
                return true;
            }
            catch (ObjectStoreException e) when (e.Code == ObjectStoreError.PreconditionFailed)
            {
                return false;
            }
        }));

        Assert.Single(won, w => w);
        Assert.Equal(contents[Array.IndexOf(won, true)], await _network.GetAsync("key"));
        await TestNetwork.UntilAsync(() => _network.StoredFragments == 12, "the losers' fragments to go");
    }

    [Fact]
    public async Task Of_many_puts_of_one_name_at_once_each_succeeds_and_one_stays()
    {
        byte[][] contents = [.. Enumerable.Range(0, 32).Select(_ => Random(5_000))];

        await Task.WhenAll(contents.Select(content => _network.PutAsync("key", content)));

        Assert.Contains(await _network.GetAsync("key"), contents);
        await TestNetwork.UntilAsync(() => _network.StoredFragments == 12, "the fragments of those that were replaced to go");
    }

    [Fact]
    public async Task What_many_clients_put_at_once_is_all_listed_when_they_are_answered()
    {
        string[] keys = [.. Enumerable.Range(0, 100).Select(i => $"k{i:D3}")];

        await Task.WhenAll(keys.Select(key => _network.PutAsync(key, Random(100))));

        Assert.Equal(keys, await _network.ListAsync());
    }

    [Fact]
    public async Task Buckets_and_objects_of_others_are_out_of_reach()
    {
        await _network.PutAsync("key", Random(10));
        var stranger = new Caller(new AccountId(Hash256.Sha256("stranger"u8)));

        var error = await Assert.ThrowsAsync<ObjectStoreException>(
            () => _network.Objects.OpenAsync(stranger, "photos", "key", CancellationToken.None));

        Assert.Equal(ObjectStoreError.AccessDenied, error.Code);
        Assert.Empty(await _network.Objects.ListBucketsAsync(stranger, CancellationToken.None));
    }

    [Fact]
    public async Task A_page_of_no_keys_is_the_last()
    {
        await _network.PutAsync("key", Random(10));

        ListPage page = await _network.Objects.ListAsync(_network.Owner, "photos", new ListQuery("", "", "", 0), CancellationToken.None);

        Assert.Empty(page.Objects);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Nothing_is_listed_for_who_has_gone()
    {
        await _network.PutAsync("key", Random(10));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _network.Objects.ListAsync(
            _network.Owner, "photos", new ListQuery("", "", "", 1000), new CancellationToken(canceled: true)));

        Assert.Equal(["key"], await _network.ListAsync());
    }

    [Fact]
    public async Task Metadata_of_a_name_that_cannot_be_kept_is_refused_before_the_content_is_read()
    {
        var options = new PutOptions { Metadata = new Dictionary<string, string> { [new string('n', 129)] = "value" } };
        var content = new MemoryStream(Random(10));

        var error = await Assert.ThrowsAsync<ObjectStoreException>(
            () => _network.Objects.PutAsync(_network.Owner, "photos", "key", content, options, CancellationToken.None));

        Assert.Equal(ObjectStoreError.MetadataTooLarge, error.Code);
        Assert.Equal(0, content.Position);
    }

    [Fact]
    public async Task A_copied_bucket_key_opens_nothing_for_the_account_that_copied_it()
    {
        await _network.PutAsync("secret name", Random(10));
        BucketRecord victim = _network.Head.Bucket("photos")!;
        var thief = new Caller(_network.Head.Miners().First().Account);
        await _network.Get<FileCommitter>().ExecuteAsync(thief.Account, new CreateBucket("copied", victim.WrappedKey));

        foreach (Func<Task> read in new Func<Task>[]
        {
            () => _network.Objects.HeadAsync(thief, "copied", "secret name", CancellationToken.None),
            () => _network.Objects.PutAsync(thief, "copied", "key", new MemoryStream([1]), new PutOptions(), CancellationToken.None),
        })
        {
            Assert.Equal(ObjectStoreError.AccessDenied, (await Assert.ThrowsAsync<ObjectStoreException>(read)).Code);
        }
    }

    [Fact]
    public async Task A_bucket_that_another_account_makes_anew_with_the_former_key_is_not_listed_with_it()
    {
        await _network.PutAsync("secret name", Random(10));
        Assert.Equal(["secret name"], await _network.ListAsync());
        BucketRecord former = _network.Head.Bucket("photos")!;
        await _network.Objects.DeleteAsync(_network.Owner, "photos", "secret name", CancellationToken.None);
        await _network.Objects.DeleteBucketAsync(_network.Owner, "photos", CancellationToken.None);
        var thief = new Caller(_network.Head.Miners().First().Account);
        await _network.Get<FileCommitter>().ExecuteAsync(thief.Account, new CreateBucket("photos", former.WrappedKey));

        var error = await Assert.ThrowsAsync<ObjectStoreException>(
            () => _network.Objects.ListAsync(thief, "photos", new ListQuery("", "", "", 1000), CancellationToken.None));

        Assert.Equal(ObjectStoreError.NoSuchBucket, error.Code);
    }

    [Fact]
    public async Task The_chain_replays_from_its_store_to_the_same_state()
    {
        await _network.PutAsync("a", Random(10_000));
        await _network.PutAsync("b", Random(10_000));
        await _network.Objects.DeleteAsync(_network.Owner, "photos", "a", CancellationToken.None);
        Ledger.Blocks.LedgerState head = _network.Head;
        var keys = new PublicKeyCache();

        (Ledger.Blocks.LedgerState replayed, ulong iteration) = await Grains.Chain.ChainLoader.LoadAsync(
            _network.Blocks, _network.Genesis, keys, Ledger.State.SequentialFor.Instance, CancellationToken.None);

        Assert.True(replayed.Height >= head.Height);
        Assert.True(iteration >= replayed.Height, "Each block has its iteration.");
        Assert.NotNull(replayed.Object("photos", head.Objects("photos").Single().File.Declaration.NameTag));
    }

    /// <summary>As Assert.Equal, but quick for megabytes.</summary>
    private static void AssertSame(ReadOnlyMemory<byte> expected, byte[] found) =>
        Assert.True(expected.Span.SequenceEqual(found), $"{found.Length} bytes came back, {expected.Length} of other content were expected.");

#pragma warning disable CA5351 // S3 defines an object's ETag as its MD5.
    private static string Md5(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351

    private static byte[] Random(int length) => RandomNumberGenerator.GetBytes(length);
}
