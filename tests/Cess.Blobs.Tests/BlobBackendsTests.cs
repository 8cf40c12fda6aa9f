using Cess.Blobs.FileSystem;

namespace Cess.Blobs.Tests;

public sealed class BlobBackendsTests
{
    [Theory]
    [InlineData("memory:", null)]
    [InlineData("memory:?quota=0", 0L)]
    [InlineData("memory:?quota=1000", 1000L)]
    [InlineData("memory:?quota=64KiB", 65_536L)]
    [InlineData("memory:?quota=3MiB", 3L << 20)]
    [InlineData("memory:?quota=2GiB", 2L << 30)]
    [InlineData("memory:?quota=5TiB", 5L << 40)]
    public async Task A_memory_address_opens_memory_with_its_quota(string address, long? quota)
    {
        await using IBlobBackend backend = await BlobBackends.OpenAsync(address);
        Assert.IsType<MemoryBlobBackend>(backend);
        Assert.Equal(quota, (await backend.SpaceAsync()).AvailableBytes);
    }

    [Fact]
    public async Task A_file_address_opens_a_folder_with_its_quota()
    {
        using var folder = new TemporaryFolder();
        await using IBlobBackend backend = await BlobBackends.OpenAsync($"file://{folder.Path}/a%20b?quota=1KiB");
        Assert.IsType<FileSystemBlobBackend>(backend);
        Assert.Equal(1024, (await backend.SpaceAsync()).AvailableBytes);
        Assert.True(Directory.Exists(Path.Combine(folder.Path, "a b")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("blobs")]
    [InlineData("ftp://host/path")]
    [InlineData("memory:?quota")]
    [InlineData("memory:?quota=")]
    [InlineData("memory:?quota=-1")]
    [InlineData("memory:?quota=1kg")]
    [InlineData("memory:?quota=KiB")]
    [InlineData("memory:?quota=99999999TiB")]
    [InlineData("memory:?quota=1&quota=2")]
    [InlineData("memory:?quotta=1")]
    [InlineData("memory:#fragment")]
    [InlineData("s3://key:secret@bucket/")]
    [InlineData("s3://bucket/?endpoint=nowhere")]
    [InlineData("s3://bucket/?endpoint=ftp://host")]
    [InlineData("s3://bucket/?path-style=maybe")]
    [InlineData("s3://bucket/?color=blue")]
    public async Task An_address_that_makes_no_sense_is_refused(string address)
    {
        BlobException thrown =
            await Assert.ThrowsAsync<BlobException>(async () => await BlobBackends.OpenAsync(address));
        Assert.Equal(BlobError.InvalidConfiguration, thrown.Error);
        Assert.DoesNotContain("secret", thrown.Message);
    }
}
