using System.Text;
using System.Text.Json;
using Cess.Ledger.Modules.Governance;
using Cess.Primitives;
using Cess.TestHost;

namespace Cess.Cli.Tests;

/// <summary>Proposals and validators from the command line.</summary>
public sealed class GovernCommandTests : CliTests
{
    private static readonly string s_payee = new AccountId(Hash256.Sha256("payee"u8)).ToString();

    private string Validator => Host.Chain.Validator.PublicKey.ToAccountId().ToString();

    private string Later => $"{Host.Chain.Head.Height + 50}";

    [Fact]
    public async Task A_payment_is_proposed_listed_shown_and_taken_back_by_its_number()
    {
        Assert.Equal("", (await DoneAsync("govern", "list")).Out);
        string at = Later;
        CliRun made = await DoneAsync("govern", "spend", s_payee, "12.5", "--at", at, "--key", ValidatorKeyFile());
        Assert.Contains($"payment   12.5 of the treasury to {s_payee}\nproposal  0, decided at block {at}\n", made.Out, StringComparison.Ordinal);

        Assert.Equal($"     0  1 of 1 approve  block {at}  pay 12.5 to {s_payee}\n", (await DoneAsync("govern", "list")).Out);
        string shown =
            $"proposal  0\nby        {Validator}\npayment   12.5 of the treasury to {s_payee}\ndecided   at block {at}\n"
            + $"approved  by 1 of 1 validator, 1 needed\n          {Validator}\n";
        Assert.Equal(shown, (await DoneAsync("govern", "show", "0")).Out);

        await DoneAsync("govern", "disapprove", "0", "--key", ValidatorKeyFile());
        CliRun approved = await DoneAsync("govern", "approve", "0", "--key", ValidatorKeyFile());
        Assert.StartsWith(shown[..shown.IndexOf("decided", StringComparison.Ordinal)], approved.Out, StringComparison.Ordinal);
        await DoneAsync("govern", "retract", "0", "--key", ValidatorKeyFile());
        CliRun gone = await RunAsync("govern", "show", "0");
        Assert.Equal(ExitCode.NotFound, gone.ExitCode);
        Assert.EndsWith("[cli.no_proposal]\n", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_are_proposed_from_a_file_and_the_difference_is_shown_first()
    {
        string file = File("""{ "seats": 21, "transactionFee": "0.5", "jailEras": 4 }""");
        const string difference = "change    transactionFee: 0.000000000000001 -> 0.5\nchange    seats: 11 -> 21\n";
        Assert.Equal(difference, (await DoneAsync("govern", "parameters", file, "--dry-run")).Out);
        Assert.Empty(Host.Chain.Head.Proposals());

        string at = Later;
        CliRun made = await DoneAsync("govern", "parameters", file, "--at", at, "--key", ValidatorKeyFile());
        Assert.StartsWith(difference + "Done: Governance.Propose", made.Out, StringComparison.Ordinal);
        Assert.Contains($"proposal  0, decided at block {at}\n", made.Out, StringComparison.Ordinal);
        ChangeParameters change = Assert.IsType<ChangeParameters>(Host.Chain.Head.Proposal(0)!.Change);
        Assert.Equal((21u, Balance.Parse("0.5")), (change.Parameters.Staking.Seats, change.Parameters.TransactionFee));

        CliRun listed = await DoneAsync("govern", "list");
        Assert.Contains("  transactionFee 0.000000000000001 -> 0.5, seats 11 -> 21\n", listed.Out, StringComparison.Ordinal);
        Assert.Contains(difference, (await DoneAsync("govern", "show", "0")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scripts_get_one_document_with_the_number_and_what_changes()
    {
        string file = File("""{ "seats": 21 }""");
        JsonElement made = Json((await DoneAsync("govern", "parameters", file, "--at", Later, "--key", ValidatorKeyFile(), "--json")).Out);
        Assert.Equal(
            ["transaction", "height", "account", "call", "proposal", "enactAt", "changes"], made.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""[{"name":"seats","from":"11","to":"21"}]""", made.GetProperty("changes").GetRawText());
        await DoneAsync("govern", "spend", s_payee, "1", "--at", Later, "--key", ValidatorKeyFile());

        JsonElement listed = Json((await DoneAsync("govern", "list", "--json")).Out).GetProperty("proposals");
        Assert.Equal([0, 1], listed.EnumerateArray().Select(proposal => proposal.GetProperty("number").GetInt32()));
        JsonElement shown = Json((await DoneAsync("govern", "show", "1", "--json")).Out);
        Assert.Equal($$"""{"to":"{{s_payee}}","amount":"1"}""", shown.GetProperty("payment").GetRawText());
        Assert.Equal(Validator, Assert.Single(shown.GetProperty("approvals").EnumerateArray()).GetString());
    }

    /// <summary>A proposal says all parameters: enacted, it would undo what its proposer has not seen.</summary>
    [Fact]
    public async Task A_proposal_that_would_undo_what_was_enacted_meanwhile_is_reported()
    {
        ulong at = Host.Chain.Head.Height + 1 + TestChain.VotingBlocks;
        await DoneAsync("govern", "parameters", File("""{ "jailEras": 9 }"""), "--at", $"{at}", "--key", ValidatorKeyFile());
        while (Host.Chain.Head.Height < at - 1)
            await DoneAsync("transfer", s_payee, "1");

        // The block that takes this one enacts the other first.
        CliRun made = await RunAsync("govern", "parameters", File("""{ "seats": 21 }"""), "--at", Later, "--key", ValidatorKeyFile());
        Assert.Equal(ExitCode.Conflict, made.ExitCode);
        Assert.Contains("cess govern retract 1", made.Error, StringComparison.Ordinal);
        Assert.Equal(9u, Host.Chain.Head.Parameters.Staking.JailEras);
        await DoneAsync("govern", "retract", "1", "--key", ValidatorKeyFile());
    }

    [Fact]
    public async Task Parameters_in_force_are_listed_with_their_ranges()
    {
        CliRun run = await DoneAsync("govern", "parameters");
        Assert.Matches("\nseats +11 +1 to 1024; most validators of an era\n", run.Out);
        JsonElement listed = Json((await DoneAsync("govern", "parameters", "--json")).Out).GetProperty("parameters");
        Assert.Equal(23, listed.EnumerateObject().Count());
        Assert.Equal($"{TestChain.EraBlocks}", listed.GetProperty("eraBlocks").GetString());
    }

    [Theory]
    [InlineData("""{ "seats": 5000 }""", "seats must be 1 to 1024, not '5000'")]
    [InlineData("""{ "chairs": 5 }""", "There is no parameter 'chairs'")]
    [InlineData("""[5]""", "no JSON object")]
    [InlineData("""{ "seats" """, "is no file of parameters")]
    public async Task A_file_of_other_things_is_refused_with_what_is_wrong(string json, string message)
    {
        CliRun run = await RunAsync("govern", "parameters", File(json), "--at", Later);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.EndsWith("[cli.bad_parameters]\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_changes_nothing_and_one_without_a_height_propose_nothing()
    {
        CliRun same = await RunAsync("govern", "parameters", File("""{ "seats": 11 }"""), "--at", Later, "--key", ValidatorKeyFile());
        Assert.Equal(ExitCode.Conflict, same.ExitCode);
        Assert.EndsWith("[cli.unchanged]\n", same.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await RunAsync("govern", "parameters", File("""{ "seats": 12 }"""))).ExitCode);
        Assert.Empty(Host.Chain.Head.Proposals());
    }

    [Fact]
    public async Task Members_of_an_account_of_several_keys_see_what_they_propose()
    {
        string[] policy = ["--threshold", "1", "--member", Host.Chain.Owner.PublicKey.ToString()];
        JsonElement account = Json((await DoneAsync(["account", "multisig", "address", .. policy, "--json"])).Out);
        await DoneAsync("transfer", account.GetProperty("address").GetString()!, "10");
        Propose call = new(new SpendTreasury(AccountId.Parse(s_payee), Balance.OneToken), 77);
        string bytes = Convert.ToHexStringLower(Scale.Encode<Cess.Ledger.Modules.Call>(call));

        CliRun written = await DoneAsync(["account", "multisig", "call", bytes, "--out", Under("proposal"), .. policy]);
        Assert.Contains(
            $"asks for  Governance.Propose at block 77 a payment of 1 by the treasury to {s_payee}\n", written.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validators_and_candidates_are_listed()
    {
        await DoneAsync("stake", "bond", "200000");
        await DoneAsync("stake", "validate", "--chain-file", Under("chain.json"));
        string owner = Host.Chain.Owner.PublicKey.ToAccountId().ToString();
        var era = Host.Chain.Head.Era;
        Assert.Equal(
            $"era       {era.Index}, blocks {era.Start + 1} to {era.End}\nseat 0    {Validator}  stake 0  blocks 0  of the genesis\n"
            + $"candidate {owner}  stake 200000  pool 0  credit 0\n",
            (await DoneAsync("stake", "validators")).Out);
        JsonElement json = Json((await DoneAsync("stake", "validators", "--json")).Out);
        Assert.Equal(Validator, Assert.Single(json.GetProperty("validators").EnumerateArray()).GetProperty("address").GetString());
        JsonElement candidate = Assert.Single(json.GetProperty("candidates").EnumerateArray());
        Assert.Equal(("200000", "Candidate"), (candidate.GetProperty("stake").GetString(), candidate.GetProperty("status").GetString()));
    }

    private string File(string json) => Write("parameters.json", Encoding.UTF8.GetBytes(json));

    private string ValidatorKeyFile() =>
        Write("validator.pem", Encoding.ASCII.GetBytes(Host.Chain.Validator.ExportEncryptedPem("secret", Rounds)));
}
