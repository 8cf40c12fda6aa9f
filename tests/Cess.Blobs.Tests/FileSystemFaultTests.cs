using Cess.Blobs.FileSystem;
using Cess.Blobs.Packs;
using Cess.BlockStore.Files;

namespace Cess.Blobs.Tests;

/// <summary>The file system backend on a disk that fills up and in a process that is killed.</summary>
public sealed class FileSystemFaultTests
{
    [FactOnTmpfs]
    public async Task A_disk_that_is_full_refuses_puts_keeps_what_it_has_and_takes_more_after_a_deletion()
    {
        using var disk = new SmallDisk(kibibytes: 1024);
        await using FileSystemBlobBackend backend = await FileSystemBlobBackend.OpenAsync(disk.Path, new() { ReserveBytes = 0 });
        var stored = new List<BlobName>();
        BlobException? refusal = null;
        while (refusal is null)
        {
            BlobName name = BlobName.Parse($"full/{stored.Count:x4}");
            refusal = await PutOrRefusalAsync(() => backend.PutAsync(name, Content(stored.Count)));
            if (refusal is null)
                stored.Add(name);
        }
        Assert.Equal(BlobError.Full, refusal.Error);
        Assert.InRange(stored.Count, 5, 15);
        BlobException? streamed = await PutOrRefusalAsync(
            () => backend.PutAsync(BlobName.Parse("streamed"), new MemoryStream(Content(0)), Content(0).Length));
        Assert.Equal(BlobError.Full, streamed?.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(disk.Path, ".tmp")));

        for (int i = 0; i < stored.Count; i++)
            Assert.Equal(Content(i), await backend.ReadAllAsync(stored[i], 1 << 20));
        await backend.DeleteAsync(stored[0]);
        await backend.PutAsync(stored[0], Content(0));
        Assert.Equal(stored.Count * (long)Content(0).Length, (await backend.SpaceAsync()).UsedBytes);
    }

    [FactOnTmpfs]
    public async Task Small_blobs_can_be_deleted_on_a_full_disk_and_the_others_stay()
    {
        using var disk = new SmallDisk(kibibytes: 1024);
        await using FileSystemBlobBackend backend =
            await FileSystemBlobBackend.OpenAsync(disk.Path, new() { ReserveBytes = 0 });
        int count = 0;
        while (await PutOrRefusalAsync(() => backend.PutAsync(Small(count), new byte[5000])) is null)
            count++;
        Assert.InRange(count, 150, 210);
        BlobException? refusal = await PutOrRefusalAsync(() => backend.PutAsync(Small(count), new byte[5000]));
        Assert.Equal(BlobError.Full, refusal?.Error);

        // A record is marked as deleted in place, which takes no space.
        await backend.DeleteAsync(Small(0));
        Assert.Null(await backend.StatAsync(Small(0)));
        for (int i = 1; i < count; i++)
            Assert.Equal(new byte[5000], await backend.ReadAllAsync(Small(i), 5000));

        static BlobName Small(int index) => BlobName.Parse($"small/{index:x4}");
    }

    [Fact]
    public async Task The_used_space_is_that_of_the_blobs_also_when_folders_can_not_be_synced()
    {
        const int large = 70_000;
        const int small = 100;
        bool fails = false;
        using var folder = new TemporaryFolder();
        var options = new FileSystemBlobOptions
        {
            SyncFolder = path =>
            {
                if (fails)
                    throw new IOException($"The simulated device can't sync '{path}'.", 5);
                FolderSync.Flush(path);
            },
        };
        BlobName name = BlobName.Parse("ab/cd");
        await using (FileSystemBlobBackend backend = await FileSystemBlobBackend.OpenAsync(folder.Path, options))
        {
            await backend.PutAsync(name, new byte[large]);
            await FailsAsync(() => backend.PutAsync(name, new byte[large + 1]), usedAfter: large + 1);
            await FailsAsync(() => backend.PutAsync(name, new byte[small]), usedAfter: small);
            await backend.PutAsync(name, new byte[large]);
            await FailsAsync(() => backend.DeleteAsync(name), usedAfter: 0);
            await FailsAsync(() => backend.DeleteAsync(name), usedAfter: 0);
            await backend.DeleteAsync(name);
            Assert.Equal(0, await UsedAsync());
            await FailsAsync(() => backend.PutAsync(name, new byte[large]), usedAfter: large);

            async Task FailsAsync(Func<ValueTask> change, long usedAfter)
            {
                fails = true;
                Assert.Equal(BlobError.DeviceFault, (await PutOrRefusalAsync(change))?.Error);
                fails = false;
                Assert.Equal(usedAfter, (await backend.StatAsync(name))?.Length ?? 0);
                Assert.Equal(usedAfter, await UsedAsync());
            }

            async Task<long?> UsedAsync() => (await backend.SpaceAsync()).UsedBytes;
        }
        await using FileSystemBlobBackend again = await FileSystemBlobBackend.OpenAsync(folder.Path);
        Assert.Equal(large, (await again.SpaceAsync()).UsedBytes);
    }

    [Fact]
    public async Task A_file_is_kept_although_a_blob_hides_it_that_damage_to_a_pack_has_brought_back()
    {
        using var folder = new TemporaryFolder();
        BlobName name = BlobName.Parse("ab/cd");
        await using (FileSystemBlobBackend backend = await FileSystemBlobBackend.OpenAsync(folder.Path))
        {
            foreach (BlobName small in (BlobName[])[name, name, BlobName.Parse("other")])
                await backend.PutAsync(small, new byte[100]);
            // The second record of the name is marked as deleted, and hides the first.
            await backend.PutAsync(name, Content(0));
        }
        string pack = Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, ".packs")));
        byte[] bytes = await File.ReadAllBytesAsync(pack);
        int second = PackHeader.Bytes + PackRecord.BytesOf(name, 100);
        bytes[second] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes);

        string file = Path.Combine(folder.Path, "ab=", "cd", "cd");
        await using FileSystemBlobBackend again = await FileSystemBlobBackend.OpenAsync(folder.Path);
        Assert.Equal(second, Assert.Single(again.Damages).Offset);
        Assert.Equal(Content(0), await File.ReadAllBytesAsync(file));
        Assert.Equal(200 + Content(0).Length, (await again.SpaceAsync()).UsedBytes);
        await again.DeleteAsync(name);
        Assert.False(File.Exists(file));
        Assert.Equal(100, (await again.SpaceAsync()).UsedBytes);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(150)]
    public async Task After_a_kill_every_confirmed_blob_is_there_and_every_blob_there_is_whole(int puts)
    {
        using var folder = new TemporaryFolder();
        IReadOnlySet<BlobName> confirmed = await CrashingWriter.RunUntilKilledAsync(folder.Path, puts);
        Assert.True(confirmed.Count >= puts);

        await using FileSystemBlobBackend backend = await FileSystemBlobBackend.OpenAsync(folder.Path);
        foreach (BlobName name in confirmed)
            Assert.NotNull(await backend.StatAsync(name));
        await foreach (BlobInfo info in backend.ListAsync())
            Assert.Equal(CrashingWriter.ContentOf(info.Name), await backend.ReadAllAsync(info.Name, 1 << 20));
    }

    private static byte[] Content(int seed)
    {
        byte[] content = new byte[90_000];
        new Random(seed).NextBytes(content);
        return content;
    }

    private static async Task<BlobException?> PutOrRefusalAsync(Func<ValueTask> put)
    {
        try
        {
            await put();
            return null;
        }
        catch (BlobException e)
        {
            return e;
        }
    }
}
