using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Node.Setup;

/// <summary>
/// A chain's start, written by people: JSON with the chain's name, its time, its accounts and validators, and the parameters that are
/// not to be as usual. All founders of a network start from the same file.
/// </summary>
public sealed record GenesisFile
{
    private const int BytesMax = 16 << 20;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        WriteIndented = true,
    };

    /// <summary>The chain's name, for people.</summary>
    public required string ChainName { get; init; }

    /// <summary>When the chain begins.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Public keys of the first validators, compressed, in hex.</summary>
    public required IReadOnlyList<string> Validators { get; init; }

    /// <summary>The first accounts.</summary>
    public required IReadOnlyList<Account> Accounts { get; init; }

    /// <summary>The chain's parameters that are not to be as usual, by the names of <see cref="ParameterFields"/>.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Parameters { get; init; } = [];

    /// <summary>An account with its tokens, by its key or by its address.</summary>
    /// <param name="Tokens">Whole tokens, with up to 18 decimals.</param>
    /// <param name="Key">Its public key, compressed, in hex.</param>
    /// <param name="Address">Its address, where no single key makes it, as of an account of several keys.</param>
    public sealed record Account(string Tokens, string? Key = null, string? Address = null);

    /// <summary>The parameters of chains that are started without a file.</summary>
    public static ChainParameters UsualParameters { get; } = new()
    {
        TransactionFee = Balance.Parse("0.0001"),
        FeePerByte = Balance.Parse("0.0000001"),
        FeePerWeight = Balance.Parse("0.0000000001"),
        Treasury = TreasuryAccount.Id,
        StakePerTebibyte = Balance.Parse("4000"),
        // CESS's issuance to validators. The first ones need no bond; others may join when four of them have one.
        Staking = new StakingParameters
        {
            ValidatorBondMin = Balance.Parse("100000"),
            NominationMin = Balance.Parse("100"),
            FirstYearIssuance = Balance.Parse("238500000"),
        },
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidOperationException">It is none; the message says where.</exception>
    public static Genesis Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > BytesMax)
                throw new InvalidOperationException($"{path} has more than {BytesMax} bytes.");
            using FileStream file = File.OpenRead(path);
            return (JsonSerializer.Deserialize<GenesisFile>(file, s_json) ?? throw new FormatException("It is null.")).ToGenesis();
        }
        catch (Exception e) when (e is JsonException or FormatException or ScaleException)
        {
            throw new InvalidOperationException($"{path} is no genesis file: {e.Message}", e);
        }
    }

    private Genesis ToGenesis()
    {
        if (Encoding.UTF8.GetByteCount(ChainName) > LedgerLimits.ChainNameBytesMax)
            throw new FormatException($"chainName must have at most {LedgerLimits.ChainNameBytesMax} bytes in UTF-8.");
        if (Time < DateTimeOffset.UnixEpoch)
            throw new FormatException("time must be 1970-01-01T00:00:00Z or later.");
        if (Validators.Count is 0 or > LedgerLimits.ValidatorsMax)
            throw new FormatException($"validators must be 1 to {LedgerLimits.ValidatorsMax} public keys.");
        if (Accounts.Count > LedgerLimits.GenesisAccountsMax)
            throw new FormatException($"accounts must be at most {LedgerLimits.GenesisAccountsMax}.");

        Genesis genesis = new(
            ChainName,
            (ulong)Time.ToUnixTimeMilliseconds(),
            Parameters.Aggregate(UsualParameters, Write),
            Genesis.Sorted(Accounts.Select(ToAccount)),
            new ValidatorSet([.. Validators.Select((key, index) => KeyOf(key, $"validators[{index}]"))]));
        // The rules that are of several fields together: no account twice, and not more tokens than there can be.
        return Scale.Decode<Genesis>(Scale.Encode(genesis));
    }

    private static ChainParameters Write(ChainParameters parameters, KeyValuePair<string, JsonElement> given)
    {
        ParameterField field = ParameterFields.Find(given.Key) ?? throw new FormatException($"There is no field '{given.Key}'.");
        return given.Value.ValueKind switch
        {
            JsonValueKind.Null => parameters,
            JsonValueKind.String => field.Write(parameters, given.Value.GetString()!),
            _ => field.Write(parameters, given.Value.GetRawText()),
        };
    }

    private static GenesisAccount ToAccount(Account account, int index)
    {
        string place = $"accounts[{index}]";
        if (!Balance.TryParse(account.Tokens, out Balance tokens, out BalanceError amountError))
            throw new FormatException($"{place}.tokens must be an amount such as \"12.5\", with up to {Balance.Decimals} decimals ({amountError}).");
        switch (account)
        {
            case { Key: { } text, Address: null }:
                PublicKey key = KeyOf(text, $"{place}.key");
                return new GenesisAccount(key.ToAccountId(), tokens, key);
            case { Key: null, Address: { } text }:
                return AccountId.TryParse(text, out AccountId id, out AddressError error)
                    ? new GenesisAccount(id, tokens, null)
                    : throw new FormatException($"{place}.address must be an address ({error}).");
            default:
                throw new FormatException($"{place} must have either key or address.");
        }
    }

    private static PublicKey KeyOf(string text, string place) => PublicKey.TryParse(text, out PublicKey key)
        ? key
        : throw new FormatException($"{place} must be a public key, 66 hexadecimal digits.");
}
