using Cess.Blobs;
using Cess.Node.Setup;

namespace Cess.Node.Tests;

/// <summary>A miner's folder when a node starts.</summary>
public sealed class MinerStorageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cess-test-").FullName;
    private readonly List<string> _told = [];

    [Fact]
    public async Task Damage_in_the_packs_of_a_miner_is_told_with_its_place_and_the_rest_is_read()
    {
        await using (IBlobBackend backend = await OpenAsync())
        {
            await backend.PutAsync(BlobName.Parse("a"), new byte[100]);
            await backend.PutAsync(BlobName.Parse("b"), new byte[200]);
        }
        Assert.Empty(_told);
        string pack = Assert.Single(Directory.GetFiles(Path.Combine(_folder, ".packs")));
        byte[] bytes = await File.ReadAllBytesAsync(pack);
        // The first record follows a header of 64 bytes.
        bytes[64] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes);

        await using IBlobBackend again = await OpenAsync();
        string told = Assert.Single(_told);
        Assert.Contains(Path.GetFileName(pack), told, StringComparison.Ordinal);
        Assert.Contains(" at 64 ", told, StringComparison.Ordinal);
        Assert.Equal(new byte[200], await again.ReadAllAsync(BlobName.Parse("b"), 200));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<IBlobBackend> OpenAsync() => MinerStorage.OpenAsync(_folder, quota: null, _told.Add, CancellationToken.None);
}
