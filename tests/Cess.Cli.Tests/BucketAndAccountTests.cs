using System.Text.Json;
using Cess.Primitives;
using Cess.TestHost;

namespace Cess.Cli.Tests;

public sealed class BucketAndAccountTests : CliTests
{
    [Fact]
    public async Task Buckets_are_made_listed_and_deleted()
    {
        CliRun made = await DoneAsync("mb", "cess://photos");
        Assert.Equal($"Made cess://photos (block {Host.Chain.Head.Height}).\n", made.Out);
        await DoneAsync("put", Write("a", new byte[2_000]), "cess://photos");
        Assert.Equal("2026-01-01 00:00:00    1.95 KiB  1 object      cess://photos\n", (await DoneAsync("ls")).Out);
        Assert.Equal(
            """{"buckets":[{"bucket":"photos","created":"2026-01-01T00:00:00+00:00","objects":1,"bytes":2000}]}""" + "\n",
            (await DoneAsync("ls", "--json")).Out);

        CliRun refused = await RunAsync("rb", "cess://photos");
        Assert.Equal(ExitCode.Conflict, refused.ExitCode);
        await DoneAsync("rb", "cess://photos", "--force");
        Assert.Empty((await DoneAsync("ls")).Out);
    }

    [Fact]
    public async Task Objects_are_listed_by_folders_or_all()
    {
        await DoneAsync("mb", "cess://photos");
        foreach (string name in new[] { "a", "dir/b", "dir/c" })
            Assert.Equal(0, (await RunAsync([1], ["put", "-", $"cess://photos/{name}"])).ExitCode);
        Assert.Equal(
            "                         folder  dir/\n2026-01-01 00:00:00         1 B  a\n", (await DoneAsync("ls", "cess://photos")).Out);
        Assert.Equal(["a", "dir/b", "dir/c"], Names(await DoneAsync("ls", "cess://photos", "-r", "--json")));
        Assert.Equal(["dir/b", "dir/c"], Names(await DoneAsync("ls", "cess://photos/dir/", "--json")));
    }

    [Fact]
    public async Task Objects_are_deleted_alone_or_with_all_that_begin_so()
    {
        await DoneAsync("mb", "cess://photos");
        foreach (string name in new[] { "a", "dir/b", "dir/c" })
            Assert.Equal(0, (await RunAsync([1], ["put", "-", $"cess://photos/{name}"])).ExitCode);
        Assert.Equal("Deleted cess://photos/a\n", (await DoneAsync("rm", "cess://photos/a")).Out);
        Assert.Equal("""{"bucket":"photos","deleted":["dir/b","dir/c"]}""" + "\n", (await DoneAsync("rm", "-r", "cess://photos/dir/", "--json")).Out);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("rm", "cess://photos/a")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("rm", "cess://photos")).ExitCode);
        Assert.Equal(0, (await RunAsync("rm", "-r", "cess://photos")).ExitCode);
    }

    [Fact]
    public async Task Failures_have_their_class_as_exit_code()
    {
        await DoneAsync("mb", "cess://photos");
        Assert.Equal(ExitCode.Conflict, (await RunAsync("mb", "cess://photos")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("mb", "cess://Not_A_Name")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("mb", "cess://photos/more")).ExitCode);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("ls", "cess://nothing")).ExitCode);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("rb", "cess://nothing")).ExitCode);
        Assert.Equal(ExitCode.Unavailable, (await RunAsync("status", "--endpoint", "http://127.0.0.1:1")).ExitCode);

        string key = Under("other.pem");
        File.WriteAllText(key, Host.Chain.Other.ExportEncryptedPem("secret", Rounds));
        Assert.Equal(ExitCode.NotAuthentic, (await RunAsync("ls", "cess://photos", "--key", key)).ExitCode);
        Assert.Equal(ExitCode.Denied, (await RunAsync("rb", "cess://photos", "--key", key)).ExitCode);
    }

    [Fact]
    public async Task A_failure_is_one_line_with_its_code()
    {
        CliRun text = await RunAsync("ls", "cess://nothing");
        Assert.Equal("cess: There is no such bucket. [buckets.not_found]\n", text.Error);
        Assert.Empty(text.Out);

        CliRun json = await RunAsync("ls", "cess://nothing", "--json");
        JsonElement error = Json(json.Error).GetProperty("error");
        Assert.Equal("buckets.not_found", error.GetProperty("code").GetString());
        Assert.Equal(["code", "message", "requestId"], error.EnumerateObject().Select(member => member.Name));
        Assert.Empty(json.Out);
    }

    [Fact]
    public async Task The_status_needs_no_account()
    {
        Directory.Delete(Path.Combine(Data, "keys"), recursive: true);
        CliRun run = await DoneAsync("status");
        Assert.Contains("miners    12 of 12 healthy\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("policy    4+8\n", run.Out, StringComparison.Ordinal);
        JsonElement status = Json((await DoneAsync("status", "--json")).Out);
        Assert.Equal(["endpoint", "chain", "miners", "space"], status.EnumerateObject().Select(member => member.Name));
        Assert.Equal(Host.Chain.Head.Height, status.GetProperty("chain").GetProperty("height").GetUInt64());
    }

    [Fact]
    public async Task Tokens_are_sent_and_accounts_shown()
    {
        string owner = Host.Chain.Owner.PublicKey.ToAccountId().ToString();
        string other = Host.Chain.Other.PublicKey.ToAccountId().ToString();
        JsonElement sent = Json((await DoneAsync("transfer", other, "12.5", "--json")).Out);
        Assert.Equal(["transaction", "height", "from", "to", "amount"], sent.EnumerateObject().Select(member => member.Name));
        Assert.Equal("12.5", sent.GetProperty("amount").GetString());
        Assert.Contains("free      1000012.5\n", (await DoneAsync("account", other)).Out, StringComparison.Ordinal);
        Assert.Contains($"address   {owner}\n", (await DoneAsync("account")).Out, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Failure, (await RunAsync("transfer", other, "99999999999")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("transfer", other, "-1")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("transfer", "cess1nobody", "1")).ExitCode);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("account", new AccountId(Hash256.Zero).ToString())).ExitCode);
    }

    private static List<string?> Names(CliRun run) =>
        [.. Json(run.Out).GetProperty("objects").EnumerateArray().Select(item => item.GetProperty("name").GetString())];
}
