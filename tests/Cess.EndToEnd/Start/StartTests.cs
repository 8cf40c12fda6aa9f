using System.Text.Json;
using System.Text.RegularExpressions;
using Cess.EndToEnd.Clients;
using Cess.EndToEnd.Network;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Start;

/// <summary>A network is there soon after one command, tells how to use it, and comes back as it was.</summary>
public sealed partial class StartTests : IDisposable
{
    /// <summary>The promise is 3 seconds; a machine that is busy with other things gets more.</summary>
    private static readonly TimeSpan ReadyMax = TimeSpan.FromSeconds(10);

    private TemporaryFolder Folder { get; } = new();

    private string Data => Folder["data"];

    [Fact]
    public async Task It_is_ready_within_seconds_the_first_time_and_again()
    {
        await using (var first = await NodeProcess.StartAsync(Data))
        {
            Figures.Report("node_first_ready_s", first.ReadyAfter.TotalSeconds);
            Assert.InRange(first.ReadyAfter, TimeSpan.Zero, ReadyMax);
            Assert.Equal(0, await first.StopAsync());
        }

        await using var second = await NodeProcess.StartAsync(Data);
        Figures.Report("node_restart_ready_s", second.ReadyAfter.TotalSeconds);
        Assert.InRange(second.ReadyAfter, TimeSpan.Zero, ReadyMax);
    }

    [Fact]
    public async Task Cess_node_is_the_node_with_its_options_and_exit_codes()
    {
        var cess = Path.Combine(AppContext.BaseDirectory, "cess");
        using var keys = JsonDocument.Parse((await ClientProgram.RunAsync(cess, ["node", "keys", "--data", Data])).Succeeded().Output);
        Assert.Equal(1, keys.RootElement.GetProperty("validators").GetArrayLength());

        Assert.Contains("--join", (await ClientProgram.RunAsync(cess, ["node", "--help"])).Succeeded().Output, StringComparison.Ordinal);
        var direct = await ClientProgram.RunAsync(Path.Combine(AppContext.BaseDirectory, "Cess.Node"), ["--miners", "-1"]);
        var through = await ClientProgram.RunAsync(cess, ["node", "--miners", "-1"]);
        Assert.NotEqual(0, through.ExitCode);
        Assert.Equal((direct.ExitCode, direct.Errors), (through.ExitCode, through.Errors));
    }

    [Fact]
    public async Task The_credentials_and_addresses_that_it_prints_work_as_printed()
    {
        await using var node = await NodeProcess.StartAsync(Data);
        await Eventually.SeeAsync("the banner", TestLimits.Ready,
            () => Task.FromResult(SecretLine().IsMatch(node.Output) ? "there" : null));
        Assert.Contains($"{node.Info.S3}".TrimEnd('/'), node.Output, StringComparison.Ordinal);
        Assert.Contains($"{node.Info.Http}".TrimEnd('/'), node.Output, StringComparison.Ordinal);

        var printed = node.Info with
        {
            AccessKeyId = KeyLine().Match(node.Output).Groups[1].Value,
            SecretAccessKey = SecretLine().Match(node.Output).Groups[1].Value,
        };
        using var s3 = new S3HttpClient(printed);
        await s3.MakeBucketAsync("printed");
    }

    [Fact]
    public async Task After_a_restart_everything_is_as_it_was()
    {
        var content = new PseudoRandomContent(3, 3_000_000).ToArray();
        NodeInfo before;
        await using (var node = await NodeProcess.StartAsync(Data))
        {
            before = node.Info;
            using var s3 = new S3HttpClient(node.Info);
            await s3.MakeBucketAsync("kept");
            await s3.PutAsync("kept", "object", content);
            Assert.Equal(0, await node.StopAsync());
        }

        Assert.False(File.Exists(Path.Combine(Data, NodeInfo.FileName)), $"{NodeInfo.FileName} outlives the node.");
        await using var again = await NodeProcess.StartAsync(Data);
        Assert.Equal(before.AccessKeyId, again.Info.AccessKeyId);
        Assert.Equal(before.SecretAccessKey, again.Info.SecretAccessKey);
        Assert.Equal(before.Account, again.Info.Account);
        using var client = new S3HttpClient(again.Info);
        Assert.Equal(content, await client.GetAsync("kept", "object"));
    }

    [Fact]
    public async Task A_second_node_on_the_same_folder_is_refused_and_the_first_goes_on()
    {
        await using var first = await NodeProcess.StartAsync(Data);
        await using var second = NodeProcess.Launch(Data);
        Assert.NotEqual(0, await second.ExitAsync());
        Assert.Contains("open", second.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
        Assert.Equal(first.Info, NodeInfo.TryRead(Data));

        using var s3 = new S3HttpClient(first.Info);
        await s3.MakeBucketAsync("still-there");
    }

    [Fact]
    public async Task Secrets_on_disk_are_for_their_owner_alone()
    {
        await using var node = await NodeProcess.StartAsync(Data);
        string[] secrets = [Path.Combine(Data, NodeInfo.FileName), .. Directory.EnumerateFiles(Path.Combine(Data, "keys"))];
        foreach (var file in secrets)
        {
            var mode = File.GetUnixFileMode(file);
            Assert.True((mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) == 0, $"{file} has mode {mode}.");
        }
    }

    public void Dispose() => Folder.Dispose();

    [GeneratedRegex(@"AWS_ACCESS_KEY_ID=['""]?([^\s'""]+)")]
    private static partial Regex KeyLine();

    [GeneratedRegex(@"AWS_SECRET_ACCESS_KEY=['""]?([^\s'""]+)")]
    private static partial Regex SecretLine();
}
