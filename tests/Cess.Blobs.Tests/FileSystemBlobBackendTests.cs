using Cess.Blobs.FileSystem;

namespace Cess.Blobs.Tests;

/// <summary>Small blobs in packs, as by default.</summary>
public sealed class PackingFileSystemBlobBackendTests : FileSystemBlobBackendTests
{
    protected override FileSystemBlobOptions Options => new();
}

/// <summary>Each blob in a file of its own.</summary>
public sealed class PlainFileSystemBlobBackendTests : FileSystemBlobBackendTests
{
    protected override FileSystemBlobOptions Options => new() { PackedBytes = 0 };

    [Fact]
    public async Task Files_that_are_no_blobs_are_not_listed()
    {
        string folder = NewFolder();
        await using FileSystemBlobBackend backend = await OpenAsync(folder);
        await backend.PutAsync(Name("ab"), Bytes(1, seed: 9));
        await File.WriteAllTextAsync(Path.Combine(folder, "README"), "left by an operator");
        await File.WriteAllTextAsync(Path.Combine(folder, "ab", "ab.blob~"), "left by an editor");
        Assert.Equal("ab", Assert.Single(await ListAsync(backend)).Name.Value);
    }
}

public abstract class FileSystemBlobBackendTests : BlobBackendContract, IDisposable
{
    private readonly List<TemporaryFolder> _folders = [];

    protected abstract FileSystemBlobOptions Options { get; }

    public void Dispose()
    {
        _folders.ForEach(folder => folder.Dispose());
        GC.SuppressFinalize(this);
    }

    protected override async ValueTask<IBlobBackend> CreateAsync() => await OpenAsync(NewFolder());

    [Fact]
    public async Task A_put_past_the_quota_is_refused_as_full_and_fits_again_after_a_deletion()
    {
        await using FileSystemBlobBackend backend = await OpenAsync(NewFolder(), quota: 1000);
        await QuotaChecks.CheckAsync(backend);
    }

    [Fact]
    public async Task Blobs_and_the_space_they_use_are_there_after_opening_again()
    {
        string folder = NewFolder();
        await using (FileSystemBlobBackend backend = await OpenAsync(folder))
        {
            await backend.PutAsync(Name("a/b/c"), Bytes(100, seed: 1));
            await backend.PutAsync(Name("00ff"), Bytes(70_000, seed: 2));
            await backend.PutAsync(Name("gone"), Bytes(70_000, seed: 3));
            await backend.DeleteAsync(Name("gone"));
        }
        await using FileSystemBlobBackend again = await OpenAsync(folder, quota: 70_150);
        Assert.Equal(["00ff", "a/b/c"], (await ListAsync(again)).Select(info => info.Name.Value));
        Assert.Equal(Bytes(100, seed: 1), await again.ReadAllAsync(Name("a/b/c"), 100));
        Assert.Equal(70_100, (await again.SpaceAsync()).UsedBytes);
        await ThrowsAsync(BlobError.Full, async () => await again.PutAsync(Name("d"), Bytes(51, seed: 4)));
    }

    [Fact]
    public async Task A_folder_is_open_once_at_a_time()
    {
        string folder = NewFolder();
        await using (await OpenAsync(folder))
            await ThrowsAsync(BlobError.Locked, async () => await OpenAsync(folder));
        await using FileSystemBlobBackend again = await OpenAsync(folder);
    }

    [Fact]
    public async Task A_temporary_file_left_by_a_crash_is_removed_and_is_no_blob()
    {
        string folder = NewFolder();
        await (await OpenAsync(folder)).DisposeAsync();
        string torn = Path.Combine(folder, ".tmp", "0000000000000001");
        await File.WriteAllBytesAsync(torn, Bytes(5000, seed: 5));
        await using FileSystemBlobBackend backend = await OpenAsync(folder);
        Assert.False(File.Exists(torn));
        Assert.Empty(await ListAsync(backend));
        Assert.Equal(0, (await backend.SpaceAsync()).UsedBytes);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(300_000)]
    public async Task A_put_that_fails_leaves_no_temporary_file(int length)
    {
        string folder = NewFolder();
        await using FileSystemBlobBackend backend = await OpenAsync(folder);
        await Assert.ThrowsAsync<EndOfTheWireException>(
            async () => await backend.PutAsync(Name("a"), new DribblingStream(Bytes(length, seed: 6), failAt: length / 2), length));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, ".tmp")));
    }

    [Fact]
    public async Task When_the_folder_is_removed_under_way_reads_find_nothing_and_puts_create_it_again()
    {
        string folder = NewFolder();
        await using FileSystemBlobBackend backend = await OpenAsync(folder);
        await backend.PutAsync(Name("a/b"), Bytes(100, seed: 7));
        await backend.PutAsync(Name("large"), Bytes(100_000, seed: 7));
        Directory.Delete(folder, recursive: true);

        await ThrowsAsync(BlobError.NotFound, async () => await backend.ReadAsync(Name("a/b"), 0, new byte[1]));
        await ThrowsAsync(BlobError.NotFound, async () => await backend.OpenReadAsync(Name("large")));
        Assert.Null(await backend.StatAsync(Name("a/b")));
        Assert.Empty(await ListAsync(backend));
        await backend.DeleteAsync(Name("large"));

        await backend.PutAsync(Name("a/b"), Bytes(200, seed: 8));
        await backend.PutAsync(Name("large"), new DribblingStream(Bytes(100_001, seed: 8)), 100_001);
        Assert.Equal(Bytes(200, seed: 8), await backend.ReadAllAsync(Name("a/b"), 200));
        Assert.Equal(Bytes(100_001, seed: 8), await backend.ReadAllAsync(Name("large"), 100_001));
        Assert.Equal(100_201, (await backend.SpaceAsync()).UsedBytes);
    }

    [Fact]
    public async Task Blobs_that_were_packed_are_there_when_packing_is_changed()
    {
        string folder = NewFolder();
        foreach (int packed in (int[])[0, 1000, 50_000, 0])
        {
            await using FileSystemBlobBackend backend =
                await FileSystemBlobBackend.OpenAsync(folder, Options with { PackedBytes = packed });
            foreach (int length in (int[])[10, 2000, 60_000])
            {
                if (await backend.StatAsync(Name($"b{length}")) is not null)
                    Assert.Equal(Bytes(length, seed: length), await backend.ReadAllAsync(Name($"b{length}"), length));
                await backend.PutAsync(Name($"b{length}"), Bytes(length, seed: length));
            }
            Assert.Equal(3, (await ListAsync(backend)).Count);
            Assert.Equal(62_010, (await backend.SpaceAsync()).UsedBytes);
        }
    }

    [Fact]
    public async Task A_disk_with_no_more_left_than_the_reserve_is_full()
    {
        await using FileSystemBlobBackend backend =
            await FileSystemBlobBackend.OpenAsync(NewFolder(), Options with { ReserveBytes = long.MaxValue });
        await ThrowsAsync(BlobError.Full, async () => await backend.PutAsync(Name("a"), Bytes(1, seed: 1)));
        await ThrowsAsync(BlobError.Full, async () => await backend.PutAsync(Name("a"), Bytes(100_000, seed: 1)));
        Assert.Equal(0, (await backend.SpaceAsync()).AvailableBytes);
        await backend.DeleteAsync(Name("a"));
    }

    protected ValueTask<FileSystemBlobBackend> OpenAsync(string folder, long? quota = null) =>
        FileSystemBlobBackend.OpenAsync(folder, Options with { QuotaBytes = quota });

    protected string NewFolder()
    {
        _folders.Add(new TemporaryFolder());
        return Path.Combine(_folders[^1].Path, "blobs");
    }
}
