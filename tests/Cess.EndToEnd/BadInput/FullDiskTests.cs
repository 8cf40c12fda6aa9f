using System.Net;
using Cess.EndToEnd.Clients;
using Cess.EndToEnd.Network;
using Cess.TestNetwork;

namespace Cess.EndToEnd.BadInput;

/// <summary>When space runs out, uploads are refused by a coded error, what is there stays, and freed space is used again.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const string Bucket = "full";
    private const int ObjectLength = 4 << 20;

    private TemporaryFolder Folder { get; } = new();

    [Fact]
    public async Task When_the_miners_have_promised_all_their_space_uploads_are_refused_until_some_is_freed()
    {
        await using var node = await NodeProcess.StartAsync(Folder["data"], new NodeOptions { QuotaPerMiner = 16 << 20 });
        using var s3 = new S3HttpClient(node.Info);
        await s3.MakeBucketAsync(Bucket);

        var stored = new List<string>();
        HttpRequestException? refused = null;
        // 12 miners of 16 MiB at 12/4 hold 64 MiB; twice as much cannot fit.
        for (var i = 0; refused is null && i < 2 * 64 / 4; i++)
        {
            refused = await TryPutAsync(s3, $"{i}");
            if (refused is null)
            {
                stored.Add($"{i}");
            }
        }

        AssertNoSpace(refused);
        Assert.NotEmpty(stored);
        AssertNoSpace(await TryPutAsync(s3, stored[0], seed: 99));
        await AssertHoldsAsync(s3, stored);

        await s3.DeleteAsync(Bucket, stored[0]);
        await Eventually.SucceedAsync("space for another object", EndToEndLimits.Client, () => PutAsync(s3, "after"));
        await AssertHoldsAsync(s3, [.. stored.Skip(1), "after"]);
    }

    [ClientFact]
    [Needs(Needs.Mount)]
    public async Task When_the_disk_is_full_uploads_are_refused_until_some_is_freed()
    {
        var disk = Folder["disk"];
        Directory.CreateDirectory(disk);
        (await ClientProgram.RunAsync("mount", ["-t", "tmpfs", "-o", "size=256m", "tmpfs", disk])).Succeeded();
        try
        {
            var data = Path.Combine(disk, "data");
            await using (var node = await NodeProcess.StartAsync(data))
            {
                using var s3 = new S3HttpClient(node.Info);
                await s3.MakeBucketAsync(Bucket);
                await PutAsync(s3, "before");

                var ballast = FillUp(disk);
                AssertNoSpace(await TryPutAsync(s3, "too-much"));
                AssertNoSpace(await TryPutAsync(s3, "before", seed: 99));
                await AssertHoldsAsync(s3, ["before"]);

                File.Delete(ballast);
                await Eventually.SucceedAsync("an upload after space was freed", EndToEndLimits.Client, () => PutAsync(s3, "after"));
                await AssertHoldsAsync(s3, ["before", "after"]);
                await node.KillAsync();
            }

            await using var again = await NodeProcess.StartAsync(data);
            using var client = new S3HttpClient(again.Info);
            await AssertHoldsAsync(client, ["before", "after"]);
        }
        finally
        {
            (await ClientProgram.RunAsync("umount", ["--lazy", disk])).Succeeded();
        }
    }

    public void Dispose() => Folder.Dispose();

    /// <summary>Leaves about half an object's room on a disk.</summary>
    private static string FillUp(string disk)
    {
        var path = Path.Combine(disk, "ballast");
        using var file = File.Create(path);
        var block = new byte[64 << 10];
        while (new DriveInfo(disk).AvailableFreeSpace > ObjectLength / 2)
        {
            file.Write(block);
            file.Flush();
        }

        return path;
    }

    private static PseudoRandomContent ContentOf(string key, ulong seed) => new(seed + (ulong)key.Sum(letter => letter), ObjectLength);

    private static Task PutAsync(S3HttpClient s3, string key, ulong seed = 0) => s3.PutAsync(Bucket, key, ContentOf(key, seed).ToArray());

    private static async Task<HttpRequestException?> TryPutAsync(S3HttpClient s3, string key, ulong seed = 0)
    {
        try
        {
            await PutAsync(s3, key, seed);
            return null;
        }
        catch (HttpRequestException refused)
        {
            return refused;
        }
    }

    private static void AssertNoSpace(HttpRequestException? refused)
    {
        Assert.True(refused is not null, "An upload was accepted for which there is no space.");
        Assert.True(
            refused.StatusCode is HttpStatusCode.InsufficientStorage or HttpStatusCode.ServiceUnavailable, $"Not a refusal for want of space: {refused.Message}");
        Assert.Contains("<Code>", refused.Message, StringComparison.Ordinal);
    }

    private static async Task AssertHoldsAsync(S3HttpClient s3, List<string> keys)
    {
        foreach (var key in keys)
        {
            var bytes = await s3.GetAsync(Bucket, key);
            Assert.True(bytes is not null, $"{key} is gone.");
            Assert.Null(ContentOf(key, seed: 0).DifferenceTo(new MemoryStream(bytes)));
        }

        using var listing = await s3.SendAsync(HttpMethod.Get, Bucket, query: "list-type=2");
        Assert.Contains($"<KeyCount>{keys.Count}</KeyCount>", await listing.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
