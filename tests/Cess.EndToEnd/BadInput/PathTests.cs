using Cess.TestNetwork;

namespace Cess.EndToEnd.BadInput;

/// <summary>Keys that look like paths are keys: they come back, and never lead out of the data folder.</summary>
public sealed class PathTests : IDisposable
{
    private static readonly string[] Keys =
    [
        "../escape", "../../escape", "a/../../b", "..", "%2E%2E/escape", "/absolute", "/etc/passwd", "a//b", "./here", "back\\..\\slash",
        "C:\\windows", "nul", "trailing/", "~root", "$HOME", "a\u0001b",
    ];

    private TemporaryFolder Folder { get; } = new();

    [Fact]
    public async Task Keys_with_dots_and_slashes_come_back_and_stay_in_the_data_folder()
    {
        // Deep enough that a step or two up would still land in a folder that this test can see.
        var data = Folder["a/b/c/data"];
        Directory.CreateDirectory(Path.GetDirectoryName(data)!);
        await using var node = await NodeProcess.StartAsync(data);
        var signer = S3Signer.Of(node.Info);
        using var s3 = new S3HttpClient(node.Info);
        await s3.MakeBucketAsync("paths");

        foreach (var (key, number) in Keys.Select((key, number) => (key, number)))
        {
            var put = new RawRequest { Method = "PUT", Path = PathOf(key), Body = [(byte)number, 1, 2] };
            Assert.Equal((key, 200), (key, (await put.SendAsync(node.Info, signer)).Status));
        }

        foreach (var (key, number) in Keys.Select((key, number) => (key, number)))
        {
            var response = await new RawRequest { Method = "GET", Path = PathOf(key) }.SendAsync(node.Info, signer);
            Assert.Equal((key, 200), (key, response.Status));
            Assert.Equal([(byte)number, 1, 2], response.Body);
        }

        var outside = Directory.EnumerateFiles(Folder.Root, "*", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(data + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        Assert.Empty(outside);
    }

    public void Dispose() => Folder.Dispose();

    private static string PathOf(string key) => "/paths/" + S3Signer.EncodePath(key);
}
