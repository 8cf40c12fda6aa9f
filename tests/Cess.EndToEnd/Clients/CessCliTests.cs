using System.Text.Json;
using Cess.EndToEnd.Network;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>The battery through <c>cess</c>, and what only it does.</summary>
public sealed class CessCliTests(NetworkFixture network) : ClientBattery(network)
{
    private CessCli Cess => (CessCli)Client;

    [Fact]
    public async Task What_cess_has_put_any_S3_client_of_the_account_reads()
    {
        var content = new PseudoRandomContent(21, 300_000);
        content.WriteTo(this["file"]);
        await Client.PutAsync(Bucket, "from/cess", this["file"]);
        Assert.Equal(content.ToArray(), await Network.S3.GetAsync(Bucket, "from/cess"));
    }

    [Fact]
    public async Task What_an_S3_client_has_put_cess_reads()
    {
        var content = new PseudoRandomContent(22, 300_000);
        await Network.S3.PutAsync(Bucket, "from/s3", content.ToArray());
        await Client.GetAsync(Bucket, "from/s3", this["back"]);
        Assert.Null(content.DifferenceTo(this["back"]));
    }

    [Fact]
    public async Task Status_tells_the_height_and_the_miners_to_scripts_and_to_people()
    {
        using var status = await Cess.JsonAsync(["status"]);
        Assert.True(status.RootElement.GetProperty("chain").GetProperty("height").GetUInt64() > 0);
        Assert.Equal(12, status.RootElement.GetProperty("miners").GetProperty("total").GetInt32());
        Assert.Contains("12 of 12", (await Cess.SucceedAsync(["status"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_coded_and_one_line()
    {
        var run = await Cess.RunAsync(["get", $"cess://{Bucket}/nothing", this["never"], "--json"]);
        Assert.NotEqual(0, run.ExitCode);
        using var failure = JsonDocument.Parse(run.Errors);
        Assert.NotEmpty(failure.RootElement.GetProperty("error").GetProperty("code").GetString()!);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(this["never"]));
    }

    internal override IStorageClient Connect(NodeProcess node, TemporaryFolder folder) => new CessCli(node);
}
