using System.Text.Json;
using Cess.Ledger.Modules.Files;
using Cess.TestHost;

namespace Cess.Cli.Tests;

public sealed class TransferCommandTests : CliTests
{
    private static readonly byte[] s_content = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7))];

    [Fact]
    public async Task A_file_comes_back_as_it_was_put()
    {
        await DoneAsync("mb", "cess://photos");
        string file = Write("a.jpg", s_content);
        CliRun put = await DoneAsync("put", file, "cess://photos/2024/a.jpg");
        Assert.Equal("Stored 1 object, 97.7 KiB, in 0.0 s (95.4 MiB/s).\n", put.Out);
        Assert.Empty(put.Error);

        CliRun get = await DoneAsync("get", "cess://photos/2024/a.jpg", Under("b.jpg"));
        Assert.Equal("Fetched 1 object, 97.7 KiB, in 0.0 s (95.4 MiB/s).\n", get.Out);
        Assert.Equal(s_content, File.ReadAllBytes(Under("b.jpg")));
    }

    [Theory]
    [InlineData("cess://photos", "a.jpg")]
    [InlineData("cess://photos/", "a.jpg")]
    [InlineData("cess://photos/dir/", "dir/a.jpg")]
    [InlineData("cess://photos/dir", "dir")]
    public async Task A_folder_as_destination_keeps_the_files_name(string destination, string expected)
    {
        await DoneAsync("mb", "cess://photos");
        await DoneAsync("put", Write("a.jpg", s_content), destination);
        JsonElement listing = Json((await DoneAsync("ls", "cess://photos", "-r", "--json")).Out);
        Assert.Equal(expected, listing.GetProperty("objects")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Standard_streams_are_a_source_and_a_destination()
    {
        await DoneAsync("mb", "cess://photos");
        CliRun put = await RunAsync(s_content, ["put", "-", "cess://photos/piped"]);
        Assert.Equal(0, put.ExitCode);
        CliRun get = await DoneAsync("get", "cess://photos/piped", "-");
        Assert.Equal(s_content, get.Binary);
        Assert.Empty(get.Out);
        Assert.Equal(ExitCode.Usage, (await RunAsync("put", "-", "cess://photos/")).ExitCode);
    }

    [Theory]
    [InlineData("0-9", 0, 10)]
    [InlineData("99990-", 99_990, 10)]
    [InlineData("-10", 99_990, 10)]
    [InlineData("99990-200000", 99_990, 10)]
    public async Task A_range_is_fetched(string range, int offset, int length)
    {
        await DoneAsync("mb", "cess://photos");
        await DoneAsync("put", Write("a", s_content), "cess://photos");
        CliRun get = await DoneAsync("get", "cess://photos/a", "-", "--range", range);
        Assert.Equal(s_content.AsSpan(offset, length).ToArray(), get.Binary);
    }

    [Theory]
    [InlineData("9-8")]
    [InlineData("-")]
    [InlineData("-0")]
    [InlineData("x-1")]
    [InlineData("1")]
    [InlineData("100000-")]
    public async Task A_range_that_is_none_is_refused(string range)
    {
        await DoneAsync("mb", "cess://photos");
        await DoneAsync("put", Write("a", s_content), "cess://photos");
        Assert.Equal(ExitCode.Usage, (await RunAsync("get", "cess://photos/a", "-", "--range", range)).ExitCode);
    }

    [Fact]
    public async Task A_folder_comes_back_as_it_was_put()
    {
        await DoneAsync("mb", "cess://photos");
        string[] names = ["one", "sub/two", "sub/deep/three"];
        foreach (string name in names)
            Write(Path.Combine("tree", name), [.. s_content.Take(name.Length)]);

        CliRun put = await DoneAsync("put", "-r", Under("tree"), "cess://photos/backup");
        Assert.StartsWith("Stored 3 objects, 24 B, in", put.Out, StringComparison.Ordinal);
        Assert.Equal(3, put.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.StartsWith("put ", StringComparison.Ordinal)));

        await DoneAsync("get", "-r", "cess://photos/backup/", Under("copy"));
        Assert.All(names, name => Assert.Equal(name.Length, new FileInfo(Under(Path.Combine("copy", name))).Length));
        await DoneAsync("get", "-r", "cess://photos/backup/sub/", Under("part"));
        Assert.Equal(["deep/three", "two"], Directory.GetFiles(Under("part"), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Under("part"), file)).Order());
    }

    [Fact]
    public async Task A_folder_is_put_only_when_that_is_meant()
    {
        Directory.CreateDirectory(Under("tree"));
        CliRun run = await RunAsync("put", Under("tree"), "cess://photos/");
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("-r", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("a/../../escape")]
    [InlineData("a//b")]
    [InlineData("/etc/passwd")]
    [InlineData("a/.")]
    public async Task No_name_leads_out_of_the_folder(string name)
    {
        await DoneAsync("mb", "cess://photos");
        CliRun put = await RunAsync(s_content, ["put", "-", $"cess://photos/{name}"]);
        Assert.Equal(0, put.ExitCode);
        CliRun get = await RunAsync("get", "-r", "cess://photos", Under("into"));
        Assert.Equal(ExitCode.Failure, get.ExitCode);
        Assert.Contains("[cli.unsafe_name]", get.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Under("escape")));
        Assert.Equal(0, (await RunAsync("get", $"cess://photos/{name}", Under("chosen"))).ExitCode);
    }

    [Fact]
    public async Task A_fetch_that_fails_leaves_the_old_file_and_nothing_else()
    {
        await DoneAsync("mb", "cess://photos");
        await DoneAsync("put", Write("a", s_content), "cess://photos/a");
        string target = Write("target/a", [1, 2, 3]);
        foreach (byte[] fragment in Host.Segments.Fragments.Values)
            fragment[0] ^= 1;

        CliRun get = await RunAsync("get", "cess://photos/a", target);
        Assert.NotEqual(0, get.ExitCode);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(target));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(target)!, "*", new EnumerationOptions { AttributesToSkip = 0 }));
    }

    [Fact]
    public async Task A_cancelled_put_says_so_and_leaves_nothing()
    {
        await DoneAsync("mb", "cess://photos");
        using CancellationTokenSource stop = new();
        Host.Faults.Plan("PUT", "/segments/0", Fault.Hang);
        Task<CliRun> put = RunAsync(s_content, ["put", "-", "cess://photos/a"], cancellation: stop.Token);
        await Host.Faults.Hanging;
        await stop.CancelAsync();
        CliRun run = await put;
        Assert.Equal(ExitCode.Cancelled, run.ExitCode);
        Assert.Equal("cess: Cancelled. [cli.cancelled]\n", run.Error);
        Assert.Equal("{\"objects\":[],\"prefixes\":[]}\n", (await DoneAsync("ls", "cess://photos", "--json")).Out);
    }

    [Fact]
    public async Task Options_of_put_are_kept_with_the_object()
    {
        await DoneAsync("mb", "cess://photos");
        JsonElement result = Json((await DoneAsync(
            "put", Write("a", s_content), "cess://photos", "--policy", "2+1", "--content-type", "image/jpeg", "--meta", "a=1", "--meta", "B=x=y", "--json")).Out);
        string id = result.GetProperty("objects")[0].GetProperty("fileId").GetString()!;
        FileRecord file = Host.Chain.Head.File(new FileId(Primitives.Hash256.Parse(id)))!;
        Assert.Equal(new FilePolicy(2, 1), file.Declaration.Policy);
        Assert.Equal(ExitCode.Usage, (await RunAsync("put", Under("a"), "cess://photos", "--meta", "novalue")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("put", Under("a"), "cess://photos", "--policy", "4")).ExitCode);
    }

    [Fact]
    public async Task If_absent_keeps_what_is_there()
    {
        await DoneAsync("mb", "cess://photos");
        string file = Write("a", s_content);
        await DoneAsync("put", file, "cess://photos", "--if-absent");
        CliRun again = await RunAsync("put", file, "cess://photos", "--if-absent");
        Assert.Equal(ExitCode.Conflict, again.ExitCode);
        Assert.Contains("[Files.ConditionFailed]", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_of_put_and_get_is_stable()
    {
        await DoneAsync("mb", "cess://photos");
        string file = Write("a", [1, 2, 3]);
        JsonElement put = Json((await DoneAsync("put", file, "cess://photos", "--json")).Out);
        Assert.Equal(["objects", "bytes", "seconds"], put.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["bucket", "name", "bytes", "etag", "fileId", "height", "path"], put.GetProperty("objects")[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal("5289df737df57326fcdd22597afb1fac", put.GetProperty("objects")[0].GetProperty("etag").GetString());

        CliRun get = await DoneAsync("get", "cess://photos/a", Under("b"), "--json");
        Assert.Equal(["bucket", "name", "bytes", "etag", "fileId", "time", "path"], Json(get.Out).GetProperty("objects")[0].EnumerateObject().Select(member => member.Name));
        Assert.Empty(get.Error);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_not_found()
    {
        Assert.Equal(ExitCode.NotFound, (await RunAsync("put", Under("nothing"), "cess://photos")).ExitCode);
        await DoneAsync("mb", "cess://photos");
        Assert.Equal(ExitCode.NotFound, (await RunAsync("get", "cess://photos/nothing", Under("b"))).ExitCode);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("get", "-r", "cess://photos/nothing", Under("b"))).ExitCode);
        Assert.False(File.Exists(Under("b")));
    }
}
