using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Transactions;
using Cess.Node.Setup;
using Cess.Primitives;

namespace Cess.Node.Tests;

/// <summary>A chain's start as founders write it.</summary>
public sealed class GenesisFileTests : IDisposable
{
    private const string Key = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";

    private static readonly PublicKey s_key = PublicKey.Parse(Key);

    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("cess-node-tests-").FullName, "genesis.json");

    public static TheoryData<string> Names => [.. ParameterFields.All.Select(one => one.Name)];

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    /// <summary>Founders of a network that runs have their file still: whoever starts from it must join the same chain.</summary>
    [Theory]
    [InlineData("", "77ed173ffc7334f42d4e91679937be5768c99a5d21ba4df0155ba1276a1a14ea")]
    [InlineData(
        """, "eraBlocks": 100, "seats": 7, "candidatesMin": 3, "validatorBondMin": "2500.5", "votingBlocks": 20""",
        "d5c4c2cebe561f2fc3ab382d6f9808281530c65b4f87b1a61a4ec108207a4b03")]
    public void A_file_of_before_gives_the_genesis_that_it_gave(string parameters, string hash) =>
        Assert.Equal(hash, Read(parameters).ComputeHash().ToString());

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_parameter_can_be_set_and_the_others_stay_as_usual(string name)
    {
        string value = name == "treasury" ? new AccountId(Hash256.Sha256("t"u8)).ToString() : name == "blockWeight" ? "123456" : "13";
        ParameterChange change = Assert.Single(
            ParameterFields.Differences(GenesisFile.UsualParameters, Read($""", "{name}": "{value}" """).Parameters));
        Assert.Equal((name, value), (change.Name, change.To));
    }

    [Fact]
    public void Counts_are_numbers_or_texts_and_null_is_as_usual()
    {
        ChainParameters parameters = Read(""", "jailEras": 0, "ErasPerYear": "4", "seats": null""").Parameters;
        StakingParameters expected = GenesisFile.UsualParameters.Staking with { JailEras = 0, ErasPerYear = 4 };
        Assert.Equal(GenesisFile.UsualParameters with { Staking = expected }, parameters);
    }

    [Theory]
    [InlineData("seats", "1025", "seats must be 1 to 1024")]
    [InlineData("seats", "1.5", "seats must be 1 to 1024")]
    [InlineData("seats", "[7]", "seats must be 1 to 1024")]
    [InlineData("unbondingEras", "0", "unbondingEras must be 1 to 128")]
    [InlineData("blockWeight", "99999", "blockWeight must be 100000 to 1099511627776")]
    [InlineData("treasuryPermille", "\"1001\"", "treasuryPermille must be 0 to 1000")]
    [InlineData("firstYearIssuance", "\"-1\"", "firstYearIssuance must be 0 to 20282409603651.670423947251286016 tokens")]
    [InlineData("treasury", "\"cess1nobody\"", "treasury must be an address")]
    [InlineData("chairs", "7", "There is no field 'chairs'")]
    [InlineData("accounts", "[{ \"tokens\": \"1\" }]", "accounts[0] must have either key or address")]
    [InlineData("accounts", "[{ \"tokens\": \"1,5\", \"key\": \"KEY\" }]", "accounts[0].tokens must be an amount")]
    [InlineData("accounts", "[{ \"tokens\": \"1\", \"key\": \"02ab\" }]", "accounts[0].key must be a public key")]
    [InlineData("accounts", "[{ \"tokens\": \"1\", \"address\": \"02ab\" }]", "accounts[0].address must be an address")]
    [InlineData("accounts", "[{ \"tokens\": \"1\", \"address\": \"OWN\", \"key\": \"KEY\" }]", "accounts[0] must have either key or address")]
    [InlineData("accounts", "[{ \"tokens\": \"1\", \"address\": \"OWN\" }, { \"tokens\": \"1\", \"key\": \"KEY\" }]", "twice in the list")]
    [InlineData("accounts", "[{ \"tokens\": \"1\", \"key\": \"KEY\", \"nonce\": 1 }]", "nonce")]
    [InlineData("accounts", "[{ \"tokens\": \"99999999999999\", \"key\": \"KEY\" }]", "exceed the largest supply")]
    [InlineData("validators", "[]", "validators must be 1 to 1024 public keys")]
    [InlineData("validators", "[\"02ab\"]", "validators[0] must be a public key")]
    [InlineData("time", "\"1969-12-31T00:00:00Z\"", "time must be 1970-01-01T00:00:00Z or later")]
    [InlineData("chainName", "\"a name of more bytes than a name can have, which is sixty-four of UTF-8\"", "chainName must have at most 64 bytes")]
    public void What_is_wrong_is_said_by_the_name_of_its_field(string name, string json, string message)
    {
        string value = json.Replace("KEY", Key, StringComparison.Ordinal).Replace("OWN", s_key.ToAccountId().ToString(), StringComparison.Ordinal);
        // Of a name that is given twice the last one counts.
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => Read($""", "{name}": {value}"""));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith(_file, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_of_several_keys_has_tokens_from_the_start()
    {
        using PrivateKey other = PrivateKey.Generate();
        AccountId several = MultisigPolicy.Of(2, [s_key, other.PublicKey]).ToAccountId();

        Genesis genesis = Read($$""", "accounts": [{ "address": "{{several}}", "tokens": "12.5" }, { "key": "{{Key}}", "tokens": "1" }]""");
        LedgerState state = genesis.ToState();
        Assert.Equal((Balance.Parse("12.5"), null), (state.Account(several).Free, state.Account(several).Key));
        Assert.Equal((Balance.OneToken, s_key), (state.Account(s_key.ToAccountId()).Free, state.Account(s_key.ToAccountId()).Key));
    }

    [Fact]
    public void The_documentation_lists_all_parameters_with_range_and_usual_value()
    {
        string documentation = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "operators.md"));
        IEnumerable<string> rows = ParameterFields.All.Select(field =>
            $"| `{field.Name}` | {RangeOf(field)} | {UsualOf(field)} | {field.Meaning} |");
        Assert.Equal(
            rows,
            documentation.Split('\n').Where(line =>
                ParameterFields.All.Any(field => line.StartsWith($"| `{field.Name}` |", StringComparison.Ordinal))));

        static string RangeOf(ParameterField field) => field.Range == $"0 to {Balance.MaxValue} tokens" ? "tokens" : field.Range;

        static string UsualOf(ParameterField field) =>
            field.Name == "treasury" ? "nobody's key opens it" : field.Read(GenesisFile.UsualParameters);
    }

    private Genesis Read(string more)
    {
        string accounts = $$"""[{ "key": "{{Key}}", "tokens": "1000000" }]""";
        File.WriteAllText(
            _file,
            $$"""{ "chainName": "ours", "time": "2026-12-01T00:00:00Z", "validators": ["{{Key}}"], "accounts": {{accounts}}{{more}} }""");
        return GenesisFile.Read(_file);
    }
}
