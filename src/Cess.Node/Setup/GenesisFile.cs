using System.Text.Json;
using System.Text.Json.Serialization;
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

    /// <summary>Blocks of an era.</summary>
    public uint? EraBlocks { get; init; }

    /// <summary>Most validators of an era.</summary>
    public uint? Seats { get; init; }

    /// <summary>Fewest candidates that an era's validators are drawn from.</summary>
    public uint? CandidatesMin { get; init; }

    /// <summary>Least own stake of a validator, in tokens.</summary>
    public string? ValidatorBondMin { get; init; }

    /// <summary>Blocks between a proposal of governance and its enactment at least.</summary>
    public uint? VotingBlocks { get; init; }

    /// <summary>An account with its tokens.</summary>
    /// <param name="Key">Its public key, compressed, in hex.</param>
    /// <param name="Tokens">Whole tokens, with up to 18 decimals.</param>
    public sealed record Account(string Key, string Tokens);

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
            return JsonSerializer.Deserialize<GenesisFile>(file, s_json)!.ToGenesis();
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyException or ArgumentException or OverflowException)
        {
            throw new InvalidOperationException($"{path} is no genesis file: {e.Message}", e);
        }
    }

    private Genesis ToGenesis()
    {
        StakingParameters usual = UsualParameters.Staking;
        return new Genesis(
            ChainName,
            (ulong)Time.ToUnixTimeMilliseconds(),
            UsualParameters with
            {
                VotingBlocks = VotingBlocks ?? UsualParameters.VotingBlocks,
                Staking = usual with
                {
                    EraBlocks = EraBlocks ?? usual.EraBlocks,
                    Seats = Seats ?? usual.Seats,
                    CandidatesMin = CandidatesMin ?? usual.CandidatesMin,
                    ValidatorBondMin = ValidatorBondMin is { } bond ? Balance.Parse(bond) : usual.ValidatorBondMin,
                },
            },
            Genesis.Sorted(Accounts.Select(account =>
            {
                PublicKey key = PublicKey.Parse(account.Key);
                return new GenesisAccount(key.ToAccountId(), Balance.Parse(account.Tokens), key);
            })),
            new ValidatorSet([.. Validators.Select(key => PublicKey.Parse(key))]));
    }
}
