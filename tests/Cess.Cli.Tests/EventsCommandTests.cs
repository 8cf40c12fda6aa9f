using System.Text.Json;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Cli.Tests;

/// <summary>The feed from the command line.</summary>
public sealed class EventsCommandTests : CliTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private AccountId Owner => Host.Chain.Owner.PublicKey.ToAccountId();

    private AccountId Other => Host.Chain.Other.PublicKey.ToAccountId();

    [Fact]
    public async Task Blocks_are_shown_one_a_line()
    {
        ulong height = Host.Chain.Head.Height;
        string line = $"{height,10}  {Host.Chain.Head.BlockHash}  2026-01-01 00:00:00  1 transaction\n";
        Assert.Equal(line, (await ShownAsync("events", "--from", $"{height}", "--limit", "1")).Out);

        string[] written = (await ShownAsync("events", "--from", "0", "--limit", $"{height}", "--json")).Out.TrimEnd('\n').Split('\n');
        Assert.Equal(
            Enumerable.Range(1, (int)height).Select(each => (ulong)each), written.Select(each => Json(each).GetProperty("height").GetUInt64()));
        Assert.Equal($"{Host.Chain.Head.BlockHash}", Json(written[^1]).GetProperty("hash").GetString());
    }

    [Fact]
    public async Task What_happens_to_an_account_is_shown_one_a_line()
    {
        ulong height = Host.Chain.Head.Height + 1;
        Call[] calls = [new Transfer(Other, Balance.FromTokens(2)), new Transfer(Other, Balance.FromTokens(3))];
        string transaction = Host.Chain.Execute(Host.Chain.Owner, new Batch(BatchMode.AllOrNothing, [.. calls])).Id;
        string LineOf(int amount) => $"{height,10}  {transaction}  Balances.Transferred  from={Owner} to={Other} amount={amount} kind=Transferred\n";
        string[] command = ["events", "--account", $"{Other}", "--from", $"{height}", "--limit", "2"];
        Assert.Equal(LineOf(2) + LineOf(3), (await ShownAsync(command)).Out);

        // Whose events is for the command line alone to say, and needs no key.
        SetVariable("CESS_ACCOUNT", $"{Owner}");
        SetVariable("CESS_DATA", Under("nothing"));
        SetVariable("CESS_ENDPOINT", $"{Host.Endpoint}");
        JsonElement[] events = [.. (await ShownAsync([.. command, "--json"])).Out.TrimEnd('\n').Split('\n').Select(Json)];
        Assert.Equal(["2", "3"], events.Select(happened => happened.GetProperty("fields").GetProperty("amount").GetString()));
        Assert.Equal(["height", "name", "fields", "transaction"], events[0].EnumerateObject().Select(member => member.Name));
        string block = (await ShownAsync("events", "--from", $"{height}", "--limit", "1")).Out;
        Assert.StartsWith($"{height,10}  {Host.Chain.Head.BlockHash}  ", block, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happens_to_a_bucket_a_file_and_a_miner_is_shown()
    {
        await DoneAsync("mb", "cess://photos");
        JsonElement stored = Json((await DoneAsync("put", Write("a", [1, 2, 3]), "cess://photos/a", "--json")).Out);
        string file = stored.GetProperty("objects")[0].GetProperty("fileId").GetString()!;
        async Task<string> FirstAsync(params string[] subject) =>
            Json((await ShownAsync(["events", .. subject, "--from", "1", "--limit", "1", "--json"])).Out).GetProperty("name").GetString()!;
        Assert.Equal("Files.BucketCreated", await FirstAsync("--bucket", "photos"));
        Assert.Equal("Files.DealOpened", await FirstAsync("--file", file));
        Assert.Equal("Miners.MinerRegistered", await FirstAsync("--miner", "3"));
    }

    [Fact]
    public async Task What_happened_at_the_start_of_a_block_has_no_transaction()
    {
        string validator = $"{Host.Chain.Validator.PublicKey.ToAccountId()}";
        string started = (await ShownAsync("events", "--account", validator, "--from", $"{Host.Chain.Head.Era.Start}", "--limit", "1")).Out;
        Assert.StartsWith($"{"start of the block",-64}  Staking.EraStarted  ", started[12..], StringComparison.Ordinal);
        Assert.Contains($" validators=[\"{validator}\"]", started, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_is_out_as_soon_as_its_event_is_final_and_an_interruption_ends_the_command()
    {
        using CancellationTokenSource interrupted = new();
        ulong first = Host.Chain.Head.Height + 1;
        // Each block is made when the line of the one before has come out.
        using Flushed output = new(lines =>
        {
            if (lines == 3)
                interrupted.Cancel();
            else
                Host.Chain.Execute(Host.Chain.Owner, new CreateBucket($"bucket-{lines}", new byte[64]));
        });
        Host.Chain.Execute(Host.Chain.Owner, new CreateBucket("bucket-0", new byte[64]));
        CliRun run = await RunAsync([], ["events", "--from", $"{first}"], output, interrupted.Token).WaitAsync(s_limit);
        Assert.Equal(ExitCode.Cancelled, run.ExitCode);
        Assert.Equal("cess: Cancelled. [cli.cancelled]\n", run.Error);
        Assert.Equal([first, first + 1, first + 2], output.ToString().TrimEnd('\n').Split('\n').Select(line => ulong.Parse(line[..10])));
    }

    [Fact]
    public async Task What_a_node_says_neither_breaks_a_line_nor_steers_the_terminal()
    {
        // The door's own names are tame, so this one is another node's.
        await using TextDoor door = await TextDoor.StartAsync(
            """
            event: event
            data: {"height":7,"name":"Files.\u001b[2J","fields":{"a b":"x\ny","c":null,"d":["\u009b1m"],"e":"caf\u00e9","f":""}}
            id: 7


            """);
        CliRun run = await ShownAsync("events", "--bucket", "photos", "--limit", "1", "--endpoint", $"{door.Endpoint}");
        Assert.Equal(
            $$"""         7  {{"start of the block",-64}}  "Files.\u001B[2J"  "a b"="x\ny" c=null d=["\u009B1m"] e="caf\u00E9" f=""{{"\n"}}""", run.Out);
    }

    [Theory]
    [InlineData("--file", "12")]
    [InlineData("--miner", "first")]
    [InlineData("--account", "cess1nobody")]
    [InlineData("--from", "-1")]
    [InlineData("--limit", "0")]
    [InlineData("--bucket", "photos", "--miner", "1")]
    [InlineData("--bucket", "photos", "--account", "cess1nobody")]
    public async Task A_feed_of_nothing_in_particular_is_refused(params string[] options)
    {
        CliRun run = await RunAsync(["events", .. options]);
        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Out));
    }

    [Fact]
    public async Task Blocks_that_the_node_no_longer_has_are_told_by_their_code()
    {
        Host.Chain.HasForgotten = true;
        Host.Chain.PrunedBelow = 5;
        CliRun run = await RunAsync("events", "--from", "4");
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.EndsWith("[blocks.gone]\n", run.Error, StringComparison.Ordinal);
    }

    /// <summary>A feed goes on for ever unless it has a limit, and has that much to show.</summary>
    private Task<CliRun> ShownAsync(params string[] args) => DoneAsync(args).WaitAsync(s_limit);

    /// <summary>Tells how many lines had been written whenever it is flushed.</summary>
    private sealed class Flushed(Action<int> flushed) : StringWriter
    {
        public override void Flush() => flushed(ToString().Count(letter => letter == '\n'));
    }
}
