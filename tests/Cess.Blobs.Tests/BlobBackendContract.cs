using System.Buffers;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Blobs.Tests;

/// <summary>What <see cref="IBlobBackend"/> promises, checked on every backend.</summary>
public abstract class BlobBackendContract
{
    private const int Small = 1000;

    /// <summary>Runs of each property test: fewer where a call costs a round trip.</summary>
    protected virtual int Trials => 30;

    /// <summary>Lengths around the sizes at which backends change their ways.</summary>
    public static TheoryData<int> Lengths => [0, 1, 4095, 4096, 65_535, 65_536, 65_537, 262_144, 262_145, 1_000_003];

    /// <summary>A new, empty backend.</summary>
    protected abstract ValueTask<IBlobBackend> CreateAsync();

    [ContractTheory]
    [MemberData(nameof(Lengths))]
    public async Task A_blob_put_from_memory_reads_back_whole(int length)
    {
        await using IBlobBackend backend = await CreateAsync();
        byte[] content = Bytes(length, seed: 1);
        await backend.PutAsync(Name("a/b"), content);
        Assert.Equal(content, await backend.ReadAllAsync(Name("a/b"), length));
        Assert.Equal(new BlobInfo(Name("a/b"), length), await backend.StatAsync(Name("a/b")));
    }

    [ContractTheory]
    [MemberData(nameof(Lengths))]
    public async Task A_blob_put_from_a_stream_of_small_pieces_reads_back_whole(int length)
    {
        await using IBlobBackend backend = await CreateAsync();
        byte[] content = Bytes(length, seed: 2);
        await backend.PutAsync(Name("a"), new DribblingStream(content), length);
        Assert.Equal(content, await backend.ReadAllAsync(Name("a"), length));
    }

    [ContractFact]
    public async Task A_blob_put_from_scattered_memory_reads_back_whole()
    {
        await using IBlobBackend backend = await CreateAsync();
        byte[] content = Bytes(10_000, seed: 3);
        await backend.PutAsync(Name("a"), Scattered.Of(content, 1, 0, 4096, 5000));
        Assert.Equal(content, await backend.ReadAllAsync(Name("a"), content.Length));
    }

    [ContractFact]
    public async Task Any_range_reads_the_same_bytes_as_the_whole()
    {
        await using IBlobBackend backend = await CreateAsync();
        foreach (int length in (int[])[100, 70_000])
        {
            byte[] content = Bytes(length, seed: 4);
            BlobName name = Name($"ranges/{length}");
            await backend.PutAsync(name, content);
            Check(
                Gen.Choose(0, length + 10).Two(),
                range => ReadsRange(backend, name, content, range.Item1, range.Item2));
        }
    }

    [ContractFact]
    public async Task A_read_at_or_past_the_end_gives_nothing()
    {
        await using IBlobBackend backend = await CreateAsync();
        await backend.PutAsync(Name("a"), Bytes(Small, seed: 5));
        Assert.Equal(0, await backend.ReadAsync(Name("a"), Small, new byte[10]));
        Assert.Equal(0, await backend.ReadAsync(Name("a"), long.MaxValue - 100, new byte[10]));
        Assert.Equal(0, await backend.ReadAsync(Name("a"), 0, Memory<byte>.Empty));
    }

    [ContractFact]
    public async Task A_read_of_an_empty_blob_gives_nothing()
    {
        await using IBlobBackend backend = await CreateAsync();
        await backend.PutAsync(Name("empty"), ReadOnlyMemory<byte>.Empty);
        Assert.Equal(0, await backend.ReadAsync(Name("empty"), 0, new byte[10]));
    }

    [ContractFact]
    public async Task A_negative_offset_is_refused()
    {
        await using IBlobBackend backend = await CreateAsync();
        await backend.PutAsync(Name("a"), Bytes(Small, seed: 5));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await backend.ReadAsync(Name("a"), -1, new byte[1]));
    }

    [ContractTheory]
    [InlineData(100, 70_000)]
    [InlineData(70_000, 100)]
    [InlineData(100, 100)]
    [InlineData(70_000, 0)]
    public async Task A_put_under_a_name_in_use_replaces_the_blob_whatever_its_length(int before, int after)
    {
        await using IBlobBackend backend = await CreateAsync();
        await backend.PutAsync(Name("a"), Bytes(before, seed: 6));
        byte[] content = Bytes(after, seed: 7);
        await backend.PutAsync(Name("a"), content);
        Assert.Equal(content, await backend.ReadAllAsync(Name("a"), content.Length));
        Assert.Equal(new BlobInfo(Name("a"), after), Assert.Single(await ListAsync(backend)));
    }

    [ContractFact]
    public async Task An_open_stream_never_mixes_a_blob_with_its_replacement()
    {
        await using IBlobBackend backend = await CreateAsync();
        byte[] former = Bytes(500_000, seed: 8);
        await backend.PutAsync(Name("a"), former);
        await using Stream stream = await backend.OpenReadAsync(Name("a"));
        byte[] read = new byte[former.Length];
        await stream.ReadExactlyAsync(read.AsMemory(0, 1000));
        await backend.PutAsync(Name("a"), Bytes(500_000, seed: 9));
        await stream.ReadExactlyAsync(read.AsMemory(1000));
        Assert.Equal(former, read);
    }

    [ContractFact]
    public async Task An_absent_blob_is_not_found_has_no_stat_and_can_be_deleted()
    {
        await using IBlobBackend backend = await CreateAsync();
        BlobName absent = Name("no/such-blob");
        await ThrowsAsync(BlobError.NotFound, async () => await backend.ReadAsync(absent, 0, new byte[1]));
        await ThrowsAsync(BlobError.NotFound, async () => await backend.OpenReadAsync(absent));
        Assert.Null(await backend.StatAsync(absent));
        await backend.DeleteAsync(absent);
    }

    [ContractTheory]
    [InlineData(100)]
    [InlineData(70_000)]
    public async Task A_deleted_blob_is_gone_and_deleting_it_again_succeeds(int length)
    {
        await using IBlobBackend backend = await CreateAsync();
        await backend.PutAsync(Name("a"), Bytes(length, seed: 10));
        await backend.DeleteAsync(Name("a"));
        Assert.Null(await backend.StatAsync(Name("a")));
        await ThrowsAsync(BlobError.NotFound, async () => await backend.ReadAsync(Name("a"), 0, new byte[1]));
        Assert.Empty(await ListAsync(backend));
        await backend.DeleteAsync(Name("a"));
    }

    [ContractFact]
    public async Task The_default_name_is_refused()
    {
        await using IBlobBackend backend = await CreateAsync();
        await ThrowsAsync(BlobError.InvalidName, async () => await backend.PutAsync(default, new byte[1]));
        await ThrowsAsync(BlobError.InvalidName, async () => await backend.PutAsync(default, new MemoryStream(), 0));
        await ThrowsAsync(BlobError.InvalidName, async () => await backend.ReadAsync(default, 0, new byte[1]));
        await ThrowsAsync(BlobError.InvalidName, async () => await backend.OpenReadAsync(default));
        await ThrowsAsync(BlobError.InvalidName, async () => await backend.StatAsync(default));
        await ThrowsAsync(BlobError.InvalidName, async () => await backend.DeleteAsync(default));
    }

    [ContractTheory]
    [InlineData(100, 101)]
    [InlineData(100, 99)]
    [InlineData(300_000, 300_001)]
    [InlineData(300_000, 299_999)]
    [InlineData(1, 0)]
    public async Task A_stream_of_another_length_than_declared_stores_nothing(int length, int declared)
    {
        await using IBlobBackend backend = await CreateAsync();
        await ThrowsAsync(
            BlobError.LengthMismatch,
            async () => await backend.PutAsync(Name("new"), new DribblingStream(Bytes(length, seed: 11)), declared));
        Assert.Empty(await ListAsync(backend));

        byte[] former = Bytes(Small, seed: 12);
        await backend.PutAsync(Name("old"), former);
        await ThrowsAsync(
            BlobError.LengthMismatch,
            async () => await backend.PutAsync(Name("old"), new DribblingStream(Bytes(length, seed: 11)), declared));
        Assert.Equal(former, await backend.ReadAllAsync(Name("old"), Small));
    }

    [ContractFact]
    public async Task A_stream_that_fails_passes_its_own_error_on_and_stores_nothing()
    {
        await using IBlobBackend backend = await CreateAsync();
        long? used = (await backend.SpaceAsync()).UsedBytes;
        await Assert.ThrowsAsync<EndOfTheWireException>(
            async () => await backend.PutAsync(Name("a"), new DribblingStream(Bytes(400_000, seed: 13), failAt: 300_000), 400_000));
        Assert.Empty(await ListAsync(backend));
        Assert.Equal(used, (await backend.SpaceAsync()).UsedBytes);
    }

    [ContractFact]
    public async Task A_stream_declared_too_large_is_refused_before_it_is_read()
    {
        await using IBlobBackend backend = await CreateAsync();
        var stream = new DribblingStream(Bytes(Small, seed: 14));
        await ThrowsAsync(
            BlobError.TooLarge, async () => await backend.PutAsync(Name("a"), stream, backend.BlobBytesMax + 1));
        Assert.Equal(0, stream.Position);
    }

    [ContractFact]
    public async Task A_cancelled_put_stores_nothing()
    {
        await using IBlobBackend backend = await CreateAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await backend.PutAsync(Name("a"), Bytes(Small, seed: 15), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await backend.PutAsync(Name("a"), new MemoryStream(Bytes(Small, seed: 15)), Small, cancelled));
        Assert.Empty(await ListAsync(backend));
    }

    [ContractFact]
    public async Task Names_that_are_prefixes_of_each_other_are_different_blobs_listed_in_ordinal_order()
    {
        await using IBlobBackend backend = await CreateAsync();
        string[] names = ["a", "a-b", "a-b/c", "a.b", "a/b", "a/b/c", "a0", "a_", "ab", "ab/c", "abc", "abc-d/e", "abcd", "b/a"];
        foreach (string name in names.Reverse())
            await backend.PutAsync(Name(name), Bytes(name.Length, seed: 16));
        Assert.Equal(names, (await ListAsync(backend)).Select(info => info.Name.Value));
        foreach (string name in names)
            Assert.Equal(name.Length, (await backend.StatAsync(Name(name)))?.Length);
    }

    [ContractFact]
    public async Task A_list_gives_the_names_with_the_prefix_after_the_last_one_seen()
    {
        await using IBlobBackend backend = await CreateAsync();
        string[] names = [.. SomeNames().Take(200).Distinct().Order(StringComparer.Ordinal)];
        await Task.WhenAll(names.Select(name => backend.PutAsync(Name(name), Bytes(1, seed: 17)).AsTask()));
        Gen<string> starts = Gen.Elements(names).SelectMany(name => Gen.Choose(0, name.Length).Select(count => name[..count]));
        Gen<string?> lasts = Gen.Elements<string?>([null, .. names]);
        Check(
            starts.SelectMany(prefix => lasts.Select(last => (prefix, last))),
            query =>
            {
                BlobName? after = query.last is null ? null : Name(query.last);
                List<BlobInfo> listed = ListAsync(backend, query.prefix, after).GetAwaiter().GetResult();
                return names
                    .Where(name => name.StartsWith(query.prefix, StringComparison.Ordinal))
                    .Where(name => query.last is null || string.CompareOrdinal(name, query.last) > 0)
                    .SequenceEqual(listed.Select(info => info.Name.Value));
            });
    }

    [ContractTheory]
    [InlineData("A")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public async Task A_prefix_that_no_name_can_have_is_refused(string prefix)
    {
        await using IBlobBackend backend = await CreateAsync();
        await ThrowsAsync(BlobError.InvalidName, async () => await ListAsync(backend, prefix));
    }

    [ContractFact]
    public async Task Any_sequence_of_calls_does_what_a_dictionary_does()
    {
        Gen<(int Call, int Name, int Length)> calls =
            from call in Gen.Choose(0, 9)
            from name in Gen.Choose(0, 4)
            from length in Gen.Elements(0, 1, 500, 65_536, 65_537, 90_000)
            select (call, name, length);
        foreach (var sequence in calls.ListOf(40).Sample(Math.Max(1, Trials / 3)))
        {
            await using IBlobBackend backend = await CreateAsync();
            var model = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            int seed = 100;
            foreach ((int call, int index, int length) in sequence)
            {
                string name = ((string[])["ab/1", "ab/2", "ab", "c0ffee", "c0ffee.x"])[index];
                byte[] content = Bytes(length, ++seed);
                if (call < 3)
                    await backend.PutAsync(Name(name), model[name] = content);
                else if (call < 5)
                    await backend.PutAsync(Name(name), new DribblingStream(model[name] = content), length);
                else if (call < 7)
                    await DeleteAsync(backend, model, name);
                else
                    Assert.Equal(model.GetValueOrDefault(name), await ReadOrNullAsync(backend, name));
            }
            Assert.Equal(
                model.Select(entry => (entry.Key, entry.Value.LongLength)),
                (await ListAsync(backend)).OrderBy(info => info.Name).Select(info => (info.Name.Value, info.Length)));
            if ((await backend.SpaceAsync()).UsedBytes is { } used)
                Assert.Equal(model.Values.Sum(blob => blob.LongLength), used);
        }
    }

    [ContractTheory]
    [InlineData(2_000)]
    [InlineData(150_000)]
    public async Task Readers_during_replacements_see_whole_blobs_only(int length)
    {
        await using IBlobBackend backend = await CreateAsync();
        byte[][] versions = [.. Enumerable.Range(0, 4).Select(version => Bytes(length + version, seed: 200 + version))];
        await backend.PutAsync(Name("hot"), versions[0]);
        using var finished = new CancellationTokenSource();
        Task[] readers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!finished.IsCancellationRequested)
            {
                byte[] seen = await backend.ReadAllAsync(Name("hot"), length + versions.Length);
                Assert.Equal(versions[seen.Length - length], seen);
            }
        }))];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < Trials; i++)
                await backend.PutAsync(Name("hot"), versions[(writer + i) % versions.Length]);
        })));
        await finished.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Single(await ListAsync(backend));
    }

    [ContractFact]
    public async Task Many_puts_at_once_are_all_there()
    {
        await using IBlobBackend backend = await CreateAsync();
        (BlobName Name, byte[] Content)[] blobs =
            [.. Enumerable.Range(0, 300).Select(i => (Name($"many/{i:x4}"), Bytes(i * 7, seed: 300 + i)))];
        await Task.WhenAll(blobs.Select(blob => backend.PutAsync(blob.Name, blob.Content).AsTask()));
        foreach ((BlobName name, byte[] content) in blobs)
            Assert.Equal(content, await backend.ReadAllAsync(name, content.Length));
    }

    [ContractFact]
    public async Task Space_used_follows_puts_replacements_and_deletions()
    {
        await using IBlobBackend backend = await CreateAsync();
        if ((await backend.SpaceAsync()).UsedBytes is not { } empty)
            return; // This backend counts nothing, as its contract allows.
        Assert.Equal(0, empty);
        await backend.PutAsync(Name("a"), Bytes(100_000, seed: 20));
        await backend.PutAsync(Name("b"), Bytes(10, seed: 20));
        Assert.Equal(100_010, (await backend.SpaceAsync()).UsedBytes);
        await backend.PutAsync(Name("a"), Bytes(500, seed: 21));
        Assert.Equal(510, (await backend.SpaceAsync()).UsedBytes);
        await backend.DeleteAsync(Name("a"));
        await backend.DeleteAsync(Name("a"));
        Assert.Equal(10, (await backend.SpaceAsync()).UsedBytes);
    }

    protected static BlobName Name(string text) => BlobName.Parse(text);

    protected static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected static async Task<List<BlobInfo>> ListAsync(IBlobBackend backend, string prefix = "", BlobName? after = null)
    {
        var listed = new List<BlobInfo>();
        await foreach (BlobInfo info in backend.ListAsync(prefix, after))
            listed.Add(info);
        return listed;
    }

    protected static async Task<BlobException> ThrowsAsync(BlobError expected, Func<Task> call)
    {
        BlobException thrown = await Assert.ThrowsAsync<BlobException>(call);
        Assert.Equal(expected, thrown.Error);
        return thrown;
    }

    private void Check<T>(Gen<T> gen, Func<T, bool> holds) =>
        Prop.ForAll(gen.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(Trials));

    private static bool ReadsRange(IBlobBackend backend, BlobName name, byte[] content, int offset, int length)
    {
        byte[] buffer = new byte[length];
        int count = backend.ReadAsync(name, offset, buffer).AsTask().GetAwaiter().GetResult();
        int expected = Math.Clamp(content.Length - offset, 0, length);
        return count == expected && buffer.AsSpan(0, count).SequenceEqual(content.AsSpan(Math.Min(offset, content.Length), count));
    }

    private static async Task DeleteAsync(IBlobBackend backend, SortedDictionary<string, byte[]> model, string name)
    {
        await backend.DeleteAsync(Name(name));
        model.Remove(name);
    }

    private static async Task<byte[]?> ReadOrNullAsync(IBlobBackend backend, string name)
    {
        try
        {
            return await backend.ReadAllAsync(Name(name), 1 << 20);
        }
        catch (BlobException e) when (e.Error == BlobError.NotFound)
        {
            return null;
        }
    }

    private static IEnumerable<string> SomeNames()
    {
        var random = new Random(18);
        string[] segments = ["a", "ab", "abc", "abd", "a-b", "a.b", "b", "0f", "0fe1", "0fe2"];
        while (true)
            yield return string.Join('/', random.GetItems(segments, random.Next(1, 4)));
    }
}
