namespace Cess.Cli.Tests;

public sealed class SettingsTests : CliTests
{
    [Fact]
    public async Task A_nodes_data_folder_says_everything() => await DoneAsync("account");

    [Fact]
    public async Task The_data_folder_may_be_an_option()
    {
        SetVariable("CESS_DATA", Under("nowhere"));
        await DoneAsync("account", "--data", Data);
    }

    [Fact]
    public async Task Options_win_over_variables_and_variables_over_the_data_folder()
    {
        string key = Under("other.pem");
        File.WriteAllText(key, Host.Chain.Other.ExportEncryptedPem("other secret"));
        File.WriteAllText(Under("other.pass"), "other secret");
        string other = Host.Chain.Other.PublicKey.ToAccountId().ToString();

        SetVariable("CESS_KEY_FILE", key);
        SetVariable("CESS_PASSPHRASE_FILE", Under("other.pass"));
        Assert.Contains(other, (await DoneAsync("account")).Out, StringComparison.Ordinal);
        CliRun owner = await DoneAsync("account", "--key", Path.Combine(Data, "keys", "owner.pem"), "--passphrase-file", Path.Combine(Data, "keys", "passphrase"));
        Assert.DoesNotContain(other, owner.Out, StringComparison.Ordinal);

        SetVariable("CESS_ENDPOINT", "http://127.0.0.1:1");
        Assert.Equal(ExitCode.Unavailable, (await RunAsync("account")).ExitCode);
        await DoneAsync("account", "--endpoint", Host.Endpoint.ToString());
    }

    [Fact]
    public async Task Without_a_node_the_failure_says_what_to_do()
    {
        File.Delete(Path.Combine(Data, "node.json"));
        CliRun run = await RunAsync("account");
        Assert.Equal(ExitCode.Unavailable, run.ExitCode);
        Assert.Contains("--endpoint", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("[cli.no_endpoint]\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_passphrase_is_refused_and_never_shown()
    {
        File.WriteAllText(Path.Combine(Data, "keys", "passphrase"), "wrong-passphrase");
        CliRun run = await RunAsync("account");
        Assert.Equal(ExitCode.Denied, run.ExitCode);
        Assert.EndsWith("[cli.key_closed]\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-passphrase", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--key")]
    [InlineData("--passphrase-file")]
    public async Task A_key_file_that_is_not_there_is_said_to_be(string option)
    {
        CliRun run = await RunAsync("account", option, Under("nothing"));
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("nothing cannot be read", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    public async Task A_node_file_that_is_damaged_is_refused(string content)
    {
        File.WriteAllText(Path.Combine(Data, "node.json"), content);
        Assert.Contains("[cli.bad_node_file]", (await RunAsync("account")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://host")]
    [InlineData("nonsense")]
    public async Task An_endpoint_that_is_none_is_refused(string endpoint) =>
        Assert.Contains("[cli.bad_endpoint]", (await RunAsync("status", "--endpoint", endpoint)).Error, StringComparison.Ordinal);
}
