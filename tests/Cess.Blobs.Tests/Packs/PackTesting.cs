using Cess.Blobs.Packs;
using Cess.BlockStore.Files;
using Cess.BlockStore.Simulated;

namespace Cess.Blobs.Tests.Packs;

/// <summary>Packs small enough for a test to fill many, and blobs to put into them.</summary>
internal static class PackTesting
{
    public static PackOptions Options(long packBytes = 1500)
    {
        ulong salt = 0x5A17;
        return new PackOptions { PackBytes = packBytes, NewSalt = () => salt += 0x9E3779B97F4A7C15 };
    }

    public static ValueTask<PackedBlobs> OpenAsync(ILogDirectory disk, long packBytes = 1500) =>
        PackedBlobs.OpenAsync(disk, Options(packBytes), CancellationToken.None);

    public static BlobName Name(int index) => BlobName.Parse($"n/{index}");

    /// <summary>A blob's bytes; each version of each name has others.</summary>
    public static byte[] Content(int index, int version)
    {
        var random = new Random((index * 7919) + version);
        byte[] content = new byte[random.Next(200)];
        random.NextBytes(content);
        return [(byte)index, (byte)version, .. content];
    }

    public static Task<int?> PutAsync(PackedBlobs blobs, int index, int version) =>
        blobs.PutAsync(Name(index), new(Content(index, version)), CancellationToken.None).AsTask();

    public static Task<int?> DeleteAsync(PackedBlobs blobs, int index) =>
        blobs.DeleteAsync(Name(index), CancellationToken.None).AsTask();

    public static ValueTask<byte[]?> ReadAsync(PackedBlobs blobs, int index) =>
        blobs.ReadAsync(Name(index), CancellationToken.None);

    public static string[] PacksOn(SimulatedLogDirectory disk) =>
        [.. disk.List().Where(PackHeader.IsFileName).Order(StringComparer.Ordinal)];

    public static long BytesOn(SimulatedLogDirectory disk) => disk.List().Sum(name => disk.Peek(name).LongLength);

    /// <summary>The names that are listed, in order, a batch at a time.</summary>
    public static List<BlobName> NamesIn(PackedBlobs blobs)
    {
        var listing = new PackedListing(() => blobs, "", "");
        var names = new List<BlobName>();
        while (listing.MoveNext())
            names.Add(listing.Current.Name);
        return names;
    }
}
