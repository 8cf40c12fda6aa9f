using System.Text.Json;
using Cess.Client.Chain;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Cli.Tests;

/// <summary>Keys, delegates, accounts of several keys, stake and votes from the command line.</summary>
public sealed class LedgerCommandTests : CliTests
{
    private static readonly string s_payee = new AccountId(Hash256.Sha256("payee"u8)).ToString();

    private string Owner => Host.Chain.Owner.PublicKey.ToAccountId().ToString();

    private string Other => Host.Chain.Other.PublicKey.ToAccountId().ToString();

    [Fact]
    public async Task The_public_key_and_its_address_are_shown_without_a_node()
    {
        CliRun run = await DoneAsync("account", "key", "--endpoint", "http://127.0.0.1:1");
        Assert.Equal($"key       {Host.Chain.Owner.PublicKey}\naddress   {Owner}\n", run.Out);
        JsonElement json = Json((await DoneAsync("account", "key", "--json")).Out);
        Assert.Equal(["key", "address"], json.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Accounts_are_shown_with_and_without_the_word_show()
    {
        Assert.Equal((await DoneAsync("account", Other)).Out, (await DoneAsync("account", "show", Other)).Out);
        Assert.Contains($"address   {Owner}\n", (await DoneAsync("account", "show")).Out, StringComparison.Ordinal);
        await DoneAsync("account", "transfer", Other, "1");
        Assert.Contains($"key       {Host.Chain.Owner.PublicKey}\n", (await DoneAsync("account", "show", Owner)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transactions_are_listed_with_what_came_in_and_what_went_out()
    {
        while ((await RunAsync("account", "transactions")).ExitCode == ExitCode.Unavailable)
            await Task.Yield();
        JsonElement paid = Json((await DoneAsync("transfer", s_payee, "4.5", "--json")).Out);
        string incoming = Json((await DoneAsync("transfer", Owner, "2", "--key", OtherKeyFile(), "--json")).Out).GetProperty("transaction").GetString()!;
        string outgoing = paid.GetProperty("transaction").GetString()!;
        ulong height = paid.GetProperty("height").GetUInt64();

        string first = $"{height + 1,10}  {incoming}  party   Balances.Transfer         in 2\n";
        string second = $"{height,10}  {outgoing}  sender  Balances.Transfer         out 4.5\n";
        Assert.Equal(first + second, (await DoneAsync("account", "transactions")).Out);
        Assert.Equal(first, (await DoneAsync("account", "transactions", "--limit", "1")).Out);
        Assert.Equal(first, (await DoneAsync("account", "transactions", "--role", "party")).Out);
        Assert.Equal(second, (await DoneAsync("account", "transactions", Owner, "--role", "sender")).Out);
        Assert.Equal("", (await DoneAsync("account", "transactions", s_payee, "--role", "sender")).Out);

        JsonElement listed = Json((await DoneAsync("account", "transactions", s_payee, "--json")).Out);
        Assert.Equal(["address", "transactions"], listed.EnumerateObject().Select(member => member.Name));
        JsonElement only = Assert.Single(listed.GetProperty("transactions").EnumerateArray());
        Assert.Equal((outgoing, "party", "4.5"), (only.GetProperty("id").GetString(), only.GetProperty("role").GetString(), only.GetProperty("received").GetString()));

        CliRun wrong = await RunAsync("account", "transactions", "--role", "recipient");
        Assert.Equal(ExitCode.Usage, wrong.ExitCode);
        Assert.Contains("Try: cess account transactions --help", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await RunAsync("account", "transactions", "--limit", "0")).ExitCode);
    }

    [Fact]
    public async Task With_a_new_key_the_account_goes_on_and_the_old_one_is_refused()
    {
        await DoneAsync("mb", "cess://photos");
        await DoneAsync("put", Write("a", [1, 2, 3]), "cess://photos/a");
        string key = Under("new.pem");
        JsonElement rotated = Json((await DoneAsync("account", "rotate-key", "--new-key", key, "--json")).Out);
        Assert.Equal(["transaction", "height", "account", "key", "keyFile"], rotated.EnumerateObject().Select(member => member.Name));
        Assert.Equal(Owner, rotated.GetProperty("account").GetString());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));

        Assert.NotEqual(0, (await RunAsync("transfer", s_payee, "1")).ExitCode);
        Assert.Equal(ExitCode.Denied, (await RunAsync("ls")).ExitCode);

        string[] renewed = ["--key", key, "--account", Owner, "--former-key", Path.Combine(Data, "keys", "owner.pem")];
        await DoneAsync(["transfer", s_payee, "1", .. renewed]);
        await DoneAsync(["get", "cess://photos/a", Under("b"), .. renewed]);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Under("b")));

        SetVariable("CESS_KEY_FILE", key);
        SetVariable("CESS_ACCOUNT", Owner);
        Assert.Contains($"address   {Owner}\n", (await DoneAsync("account")).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Conflict, (await RunAsync("account", "rotate-key", "--new-key", key)).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("account", "--account", "cess1nobody")).ExitCode);
    }

    [Fact]
    public async Task A_delegate_is_set_shown_used_and_removed()
    {
        string key = OtherKeyFile();
        await DoneAsync("account", "delegate", "set", Other, "--allow", "balances.transfer,files", "--limit", "5", "--blocks", "100");
        Assert.Contains("allowed   Balances.Transfer,Files\nleft      5\n", (await DoneAsync("account", "delegate", "show", Other)).Out, StringComparison.Ordinal);

        JsonElement paid = Json((await DoneAsync("account", "transfer", s_payee, "4", "--as", Owner, "--key", key, "--json")).Out);
        Assert.Equal(Owner, paid.GetProperty("from").GetString());
        JsonElement left = Json((await DoneAsync("account", "delegate", "show", Other, "--of", Owner, "--json")).Out);
        Assert.Equal("1", left.GetProperty("left").GetString());
        Assert.Equal(ExitCode.Denied, (await RunAsync("account", "transfer", s_payee, "4", "--as", Owner, "--key", key)).ExitCode);

        await DoneAsync("account", "delegate", "remove", Other);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("account", "delegate", "show", Other)).ExitCode);
        Assert.Equal(ExitCode.Denied, (await RunAsync("transfer", s_payee, "1", "--as", Owner, "--key", key)).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("account", "delegate", "set", Other, "--allow", "everything", "--limit", "5")).ExitCode);
    }

    [Fact]
    public async Task Members_sign_a_payment_of_their_account_one_after_the_other()
    {
        string[] policy = ["--threshold", "2", "--member", Host.Chain.Owner.PublicKey.ToString(), Host.Chain.Other.PublicKey.ToString()];
        JsonElement account = Json((await DoneAsync(["account", "multisig", "address", .. policy, "--json"])).Out);
        string address = account.GetProperty("address").GetString()!;
        Assert.Equal(MultisigPolicy.Of(2, [Host.Chain.Owner.PublicKey, Host.Chain.Other.PublicKey]).ToAccountId().ToString(), address);
        await DoneAsync("transfer", address, "10");

        string file = Under("payment");
        await DoneAsync(["account", "multisig", "transfer", s_payee, "3", "--out", file, .. policy]);
        Assert.Equal(ExitCode.Conflict, (await RunAsync("account", "multisig", "send", file)).ExitCode);
        await DoneAsync("account", "multisig", "sign", file);
        CliRun shown = await DoneAsync("account", "multisig", "show", file);
        Assert.Contains($"asks for  Balances.Transfer of 3 to {s_payee}\n", shown.Out, StringComparison.Ordinal);
        Assert.Contains("missing   1 signature\n", shown.Out, StringComparison.Ordinal);
        await DoneAsync("account", "multisig", "sign", file, "--key", OtherKeyFile());
        JsonElement sent = Json((await DoneAsync("account", "multisig", "send", file, "--json")).Out);
        Assert.Equal((address, "Balances.Transfer"), (sent.GetProperty("account").GetString(), sent.GetProperty("call").GetString()));
        Assert.Equal(Balance.FromTokens(3), Host.Chain.Head.Account(AccountId.Parse(s_payee)).Free);
    }

    [Fact]
    public async Task Members_sign_any_call_side_by_side()
    {
        string[] policy = ["--threshold", "2", "--member", Host.Chain.Owner.PublicKey.ToString(), "--member", Host.Chain.Other.PublicKey.ToString()];
        AccountId account = MultisigPolicy.Of(2, [Host.Chain.Owner.PublicKey, Host.Chain.Other.PublicKey]).ToAccountId();
        await DoneAsync("transfer", account.ToString(), "10");
        string call = Convert.ToHexStringLower(Scale.Encode<Cess.Ledger.Modules.Call>(new Bond(Balance.FromTokens(2))));
        string mine = Under("mine");
        string theirs = Under("theirs");
        await DoneAsync(["account", "multisig", "call", call, "--out", mine, .. policy]);
        File.Copy(mine, theirs);
        await DoneAsync("account", "multisig", "sign", mine);
        await DoneAsync("account", "multisig", "sign", theirs, "--key", OtherKeyFile());
        await DoneAsync("account", "multisig", "send", mine, theirs);
        Assert.Equal(Balance.FromTokens(2), Host.Chain.Head.Stake(account).Active);

        Assert.Equal(ExitCode.Usage, (await RunAsync(["account", "multisig", "call", "00", "--out", mine, .. policy])).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("account", "multisig", "address", "--threshold", "2", "--member", Host.Chain.Owner.PublicKey.ToString())).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("account", "multisig", "show", Write("garbage", [1, 2, 3]))).ExitCode);
    }

    [Fact]
    public async Task A_tip_is_shown_before_somebody_signs_it()
    {
        var policy = MultisigPolicy.Of(1, [Host.Chain.Owner.PublicKey]);
        Transfer call = new(AccountId.Parse(s_payee), Balance.FromTokens(3));
        UnsignedTransaction generous = new(Hash256.Zero, policy.ToAccountId(), 0, 100, Balance.FromTokens(900), call);
        string file = Write("payment", System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(Scale.Encode(new MultisigTransaction(generous, policy)))));
        Assert.Contains("tip       900\n", (await DoneAsync("account", "multisig", "show", file)).Out, StringComparison.Ordinal);
        Assert.Equal("900", Json((await DoneAsync("account", "multisig", "show", file, "--json")).Out).GetProperty("tip").GetString());
    }

    [Fact]
    public async Task A_key_that_is_no_member_cannot_sign()
    {
        string[] policy = ["--threshold", "1", "--member", Host.Chain.Other.PublicKey.ToString()];
        await DoneAsync("transfer", MultisigPolicy.Of(1, [Host.Chain.Other.PublicKey]).ToAccountId().ToString(), "10");
        string file = Under("payment");
        await DoneAsync(["account", "multisig", "transfer", s_payee, "3", "--out", file, .. policy]);
        Assert.Equal(ExitCode.Denied, (await RunAsync("account", "multisig", "sign", file)).ExitCode);
    }

    [Fact]
    public async Task Stake_is_bonded_shown_unbonded_and_makes_a_candidate()
    {
        await DoneAsync("stake", "bond", "200000");
        JsonElement unbonded = Json((await DoneAsync("stake", "unbond", "1.5", "--json")).Out);
        Assert.Equal("Staking.Unbond", unbonded.GetProperty("call").GetString());
        string chain = Under("chain.json");
        await DoneAsync("stake", "validate", "--commission", "50", "--chain-file", chain, "--chain-length", "30");
        ValidatorRecord validator = Host.Chain.Head.Validator(AccountId.Parse(Owner))!;
        Assert.Equal(50, validator.CommissionPermille);

        CliRun shown = await DoneAsync("stake", "show", Owner);
        Assert.Contains("bonded    199998.5\n", shown.Out, StringComparison.Ordinal);
        Assert.Contains("validator Candidate, keeps 50 of 1,000\n", shown.Out, StringComparison.Ordinal);
        Assert.Equal("Candidate", Json((await DoneAsync("stake", "show", "--json")).Out).GetProperty("status").GetString());

        // A second time the chain of the file goes on, it is not begun anew.
        await DoneAsync("stake", "validate", "--commission", "60", "--chain-file", chain);
        Assert.Equal(validator.Chain, Host.Chain.Head.Validator(AccountId.Parse(Owner))!.Chain);
        await DoneAsync("stake", "chill");
        Assert.Equal(CandidateStatus.Chilled, Host.Chain.Head.Validator(AccountId.Parse(Owner))!.Status);
        Assert.Contains("Staking.NothingToWithdraw", (await RunAsync("stake", "withdraw")).Error, StringComparison.Ordinal);
        Assert.Contains("Staking.NotJailed", (await RunAsync("stake", "unjail")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nominations_are_made_and_left()
    {
        string key = OtherKeyFile();
        await DoneAsync("stake", "bond", "200000", "--key", key);
        await DoneAsync("stake", "validate", "--chain-file", Under("chain.json"), "--key", key);
        await DoneAsync("stake", "bond", "500");
        await DoneAsync("stake", "nominate", Other, "400");
        Assert.NotNull(Host.Chain.Head.Nomination(AccountId.Parse(Owner), AccountId.Parse(Other)));
        await DoneAsync("stake", "leave", Other);
        Assert.Equal(UInt128.Zero, Host.Chain.Head.Nomination(AccountId.Parse(Owner), AccountId.Parse(Other))!.Shares);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("stake", "leave", Owner)).ExitCode);
        Assert.Contains("Staking.NothingToWithdraw", (await RunAsync("stake", "withdraw", "--validator", Other)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_validator_reveals_this_eras_value_and_another_account_cannot()
    {
        string chain = Under("chain.json");
        Assert.Equal(ExitCode.Failure, (await RunAsync("stake", "reveal", "--chain-file", chain)).ExitCode);
        await DoneAsync("stake", "bond", "200000");
        await DoneAsync("stake", "validate", "--chain-file", chain);

        // The value is right for the era after that of the chain's end; the account is not drawn here, and the ledger says just that.
        while (Host.Chain.Head.Era.Index == Host.Chain.Head.Validator(AccountId.Parse(Owner))!.Chain.Position)
            await DoneAsync("transfer", s_payee, "1");
        Assert.Contains("Staking.NotInEra", (await RunAsync("stake", "reveal", "--chain-file", chain)).Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await RunAsync("stake", "reveal", "--chain-file", chain, "--key", OtherKeyFile())).ExitCode);
        Assert.Equal(ExitCode.Usage, (await RunAsync("stake", "reveal", "--chain-file", Write("garbage", [1]))).ExitCode);
    }

    [Fact]
    public async Task Without_a_name_the_hash_chain_is_the_file_beside_the_key_where_a_node_finds_it()
    {
        string key = OtherKeyFile();
        await DoneAsync("stake", "bond", "200000", "--key", key);
        await DoneAsync("stake", "validate", "--key", key, "--chain-length", "30");
        HashChainSecret secret = HashChainSecret.Parse(File.ReadAllBytes(Path.ChangeExtension(key, ".chain")))!;
        using HashChain chain = secret.Compute(position: 0);
        Assert.Equal(chain.Commitment.Value, Host.Chain.Head.Validator(AccountId.Parse(Other))!.Chain.Value);
    }

    [Fact]
    public async Task Votes_are_for_validators()
    {
        Assert.Equal(ExitCode.Denied, (await RunAsync("govern", "approve", "3")).ExitCode);
        Assert.Equal(ExitCode.Denied, (await RunAsync("govern", "disapprove", "3")).ExitCode);
        Assert.Equal(ExitCode.Denied, (await RunAsync("govern", "spend", s_payee, "1", "--at", "100000")).ExitCode);
        Assert.Equal(ExitCode.Denied, (await RunAsync("govern", "retract", "3")).ExitCode);
    }

    [Theory]
    [InlineData("account", "show")]
    [InlineData("account", "transfer")]
    [InlineData("account", "rotate-key")]
    [InlineData("account", "delegate", "set")]
    [InlineData("account", "multisig", "sign")]
    [InlineData("stake", "validate")]
    [InlineData("stake", "validators")]
    [InlineData("govern", "approve")]
    [InlineData("govern", "list")]
    [InlineData("govern", "parameters")]
    [InlineData("govern", "show")]
    public async Task Every_command_below_a_command_explains_itself(params string[] command)
    {
        CliRun help = await DoneAsync([.. command, "--help"]);
        Assert.Contains("Description:", help.Out, StringComparison.Ordinal);
        Assert.Contains("--json", help.Out, StringComparison.Ordinal);
    }

    private string OtherKeyFile()
    {
        string file = Under("other.pem");
        File.WriteAllText(file, Host.Chain.Other.ExportEncryptedPem("secret", Rounds));
        return file;
    }
}
