using System.Text.Json;
using Cess.Client;
using Cess.Client.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;

namespace Cess.Cli.Tests;

/// <summary>Commands that do not take the node's word.</summary>
public sealed class TrustTests : CliTests
{
    private static readonly string s_wrong = new('a', 64);

    private string Genesis => Host.Chain.Head.Genesis.ToString();

    private string Other => Host.Chain.Other.PublicKey.ToAccountId().ToString();

    [Fact]
    public async Task Objects_and_tokens_go_their_way_with_proofs()
    {
        SetVariable("CESS_TRUST", Genesis);
        await DoneAsync("mb", "cess://photos");
        await DoneAsync("put", Write("a", [1, 2, 3]), "cess://photos/a");
        await DoneAsync("put", Write("b", [4]), "cess://photos/a");
        await DoneAsync("get", "cess://photos/a", Under("c"));
        Assert.Equal([4], File.ReadAllBytes(Under("c")));

        JsonElement sent = Json((await DoneAsync("transfer", Other, "12.5", "--json")).Out);
        Assert.Equal(Host.Chain.Head.Height, sent.GetProperty("height").GetUInt64());
        Assert.Contains("free      1000012.5\n", (await DoneAsync("account", Other)).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("account", new AccountId(Hash256.Zero).ToString())).ExitCode);

        await DoneAsync("rm", "cess://photos/a");
        CliRun gone = await RunAsync("get", "cess://photos/a", Under("d"));
        Assert.Equal(ExitCode.NotFound, gone.ExitCode);
        Assert.EndsWith("[objects.not_found]\n", gone.Error, StringComparison.Ordinal);
        await DoneAsync("rb", "cess://photos");

        string[] words = ["/v1/accounts/", "/objects/"];
        Assert.DoesNotContain(Host.Faults.Seen, request => words.Any(request.Contains));
    }

    [Fact]
    public async Task Stake_and_delegates_are_shown_with_proofs()
    {
        SetVariable("CESS_TRUST", Genesis);
        await DoneAsync("stake", "bond", "5");
        Assert.Contains("bonded    5\n", (await DoneAsync("stake", "show")).Out, StringComparison.Ordinal);
        await DoneAsync("account", "delegate", "set", Other, "--allow", "files", "--limit", "5");
        Assert.Contains("left      5\n", (await DoneAsync("account", "delegate", "show", Other)).Out, StringComparison.Ordinal);
        Assert.Contains(Host.Faults.Seen, request => request.Contains("/v1/genesis", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("account")]
    [InlineData("account", "cess://other")]
    [InlineData("account", "multisig", "transfer", "cess://other", "1", "--out", "/nowhere/file", "--threshold", "1", "--member", "cess://key")]
    [InlineData("account", "delegate", "show", "cess://other")]
    [InlineData("get", "cess://photos/a", "-")]
    [InlineData("put", "-", "cess://photos/b")]
    [InlineData("rm", "cess://photos/a")]
    [InlineData("mb", "cess://more")]
    [InlineData("stake", "show")]
    [InlineData("stake", "show", "cess://other")]
    [InlineData("stake", "bond", "1")]
    [InlineData("govern", "approve", "0")]
    [InlineData("transfer", "cess://other", "1")]
    [InlineData("trust")]
    public async Task A_chain_with_another_genesis_is_refused(params string[] args)
    {
        await DoneAsync("mb", "cess://photos");
        Assert.Equal(0, (await RunAsync([1], ["put", "-", "cess://photos/a"])).ExitCode);
        ulong height = Host.Chain.Head.Height;
        string key = Host.Chain.Owner.PublicKey.ToString();
        string[] line = [.. args.Select(word => word.Replace("cess://other", Other, StringComparison.Ordinal).Replace("cess://key", key, StringComparison.Ordinal))];
        CliRun run = await RunAsync([1], [.. line, "--trust", s_wrong]);
        Assert.EndsWith("[client.other_chain]\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Conflict, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.Equal(height, Host.Chain.Head.Height);
    }

    [Fact]
    public async Task The_start_that_is_shown_is_one_to_go_on_from()
    {
        Directory.Delete(Path.Combine(Data, "keys"), recursive: true);
        Shown first = await TrustAsync("--trust", Genesis);
        EraRecord era = Host.Chain.Head.Era;
        Assert.True(era.Index > 0);
        Assert.Equal(new Shown(Genesis, true, Host.Chain.Head.Height, era.Index, first.Start), first);
        Assert.Equal(new TrustedStart(Host.Chain.Head.Genesis, TrustedEra.Of(era, Host.Chain.Head.Validators)).ToString(), first.Start);

        for (int block = 0; block < TestChain.EraBlocks; block++)
            Assert.True(Host.Chain.Execute(Host.Chain.Owner, new Transfer(Host.Chain.Other.PublicKey.ToAccountId(), Balance.OneToken)).Succeeded);
        Host.Faults.Seen.Clear();
        Shown second = await TrustAsync("--trust", first.Start);
        Assert.Equal((era.Index + 1, Host.Chain.Head.Height), (second.Era, second.Height));
        Assert.NotEqual(first.Start, second.Start);
        Assert.DoesNotContain(Host.Faults.Seen, request => request.Contains("/v1/genesis", StringComparison.Ordinal));
        await DoneAsync("account", Other, "--trust", second.Start);
    }

    [Fact]
    public async Task Without_one_the_genesis_is_said_to_be_the_nodes_word()
    {
        Directory.Delete(Path.Combine(Data, "keys"), recursive: true);
        CliRun run = await DoneAsync("trust");
        BlockHeader head = Host.Chain.Head.Header;
        Assert.StartsWith(
            $"genesis   {Genesis}\nheight    {head.Height}, 2026-01-01 00:00:00 UTC\nera       {Host.Chain.Head.Era.Index}\nstart     {Genesis}@",
            run.Out, StringComparison.Ordinal);
        Assert.Contains("is the node's word", run.Out, StringComparison.Ordinal);
        Assert.Contains("genesis.scale", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("is the node's word", (await DoneAsync("trust", "--trust", Genesis)).Out, StringComparison.Ordinal);
        Shown found = await TrustAsync();
        Assert.False(found.IsGenesisTrusted);
        Assert.Equal((await TrustAsync("--trust", Genesis)) with { IsGenesisTrusted = false }, found);
    }

    [Fact]
    public async Task An_era_that_is_another_is_refused()
    {
        string start = (await TrustAsync()).Start;
        string other = start[..^1] + (start[^1] == '0' ? '1' : '0');
        Assert.EndsWith("[client.other_chain]\n", (await RunAsync("trust", "--trust", other)).Error, StringComparison.Ordinal);
        CliRun genesis = await RunAsync("account", Other, "--trust", s_wrong + start[64..]);
        Assert.Equal(ExitCode.NotAuthentic, genesis.ExitCode);
        Assert.EndsWith("[client.not_authentic]\n", genesis.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("@")]
    [InlineData("GENESIS@")]
    [InlineData("GENESIS@1")]
    [InlineData("GENESIS@-1:GENESIS")]
    [InlineData("GENESIS@1:GENESIS@1:GENESIS")]
    [InlineData("GENESIS0")]
    public async Task What_is_no_start_is_refused(string text)
    {
        string start = text.Replace("GENESIS", Genesis, StringComparison.Ordinal);
        foreach (string command in new[] { "account", "status", "trust" })
        {
            CliRun run = await RunAsync(command, "--trust", start);
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.EndsWith("[cli.bad_trust]\n", run.Error, StringComparison.Ordinal);
        }

        Assert.Empty(Host.Faults.Seen);
        SetVariable("CESS_TRUST", start);
        Assert.EndsWith("[cli.bad_trust]\n", (await RunAsync("account")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_option_wins_over_the_variable()
    {
        SetVariable("CESS_TRUST", s_wrong);
        Assert.EndsWith("[client.other_chain]\n", (await RunAsync("account")).Error, StringComparison.Ordinal);
        await DoneAsync("account", "--trust", Genesis);
        SetVariable("CESS_TRUST", "");
        await DoneAsync("account");
    }

    [Fact]
    public async Task A_chain_that_is_too_old_is_refused_unless_its_age_is_allowed()
    {
        Host.Time.Advance(ClientLimits.StateAgeDefault + TimeSpan.FromSeconds(1));
        foreach (string command in new[] { "account", "trust" })
        {
            CliRun run = await RunAsync(command, "--trust", Genesis);
            Assert.Equal(ExitCode.Unavailable, run.ExitCode);
            Assert.Contains("is 00:10:01 old", run.Error, StringComparison.Ordinal);
            Assert.EndsWith("[client.too_old]\n", run.Error, StringComparison.Ordinal);
            await DoneAsync(command, "--trust", Genesis, "--max-age", "601");
            await DoneAsync(command, "--trust", Genesis, "--max-age", "off");
        }

        SetVariable("CESS_TRUST", Genesis);
        SetVariable("CESS_MAX_AGE", "off");
        await DoneAsync("account");
        Assert.EndsWith("[client.too_old]\n", (await RunAsync("account", "--max-age", "600")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_start_to_trust_nothing_is_too_old()
    {
        Host.Time.Advance(TimeSpan.FromDays(1));
        await DoneAsync("account");
        await DoneAsync("status", "--max-age", "1");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("10m")]
    [InlineData("99999999999")]
    public async Task What_is_no_age_is_refused(string text)
    {
        foreach (string command in new[] { "account", "status", "trust" })
        {
            CliRun run = await RunAsync(command, "--trust", Genesis, "--max-age", text);
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.EndsWith("[cli.bad_max_age]\n", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_a_node_cannot_prove_has_its_class_as_exit_code()
    {
        Assert.Equal(ExitCode.NotAuthentic, ExitCode.Of(new CessException(ClientErrors.NotAuthentic, "")));
        Assert.Equal(ExitCode.Conflict, ExitCode.Of(new CessException(ClientErrors.OtherChain, "")));
        Assert.Equal(ExitCode.Unavailable, ExitCode.Of(new CessException(ClientErrors.Stale, "")));
        Assert.Equal(ExitCode.Unavailable, ExitCode.Of(new CessException(ClientErrors.TooOld, "")));
        Assert.Equal(ExitCode.Unavailable, ExitCode.Of(new CessException(ClientErrors.EraUnverifiable, "")));
        Assert.Equal(ExitCode.Unavailable, ExitCode.Of(new CessException(ClientErrors.NotProven, "")));
    }

    private async Task<Shown> TrustAsync(params string[] args)
    {
        JsonElement json = Json((await DoneAsync(["trust", "--json", .. args])).Out);
        Assert.Equal(["endpoint", "genesis", "genesisTrusted", "height", "time", "era", "start"], json.EnumerateObject().Select(member => member.Name));
        return new Shown(
            json.GetProperty("genesis").GetString()!, json.GetProperty("genesisTrusted").GetBoolean(), json.GetProperty("height").GetUInt64(),
            json.GetProperty("era").GetUInt64(), json.GetProperty("start").GetString()!);
    }

    /// <summary>What cess trust has said.</summary>
    private sealed record Shown(string Genesis, bool IsGenesisTrusted, ulong Height, ulong Era, string Start);
}
