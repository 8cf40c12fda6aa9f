using Cess.Blobs;
using Cess.Blobs.FileSystem;
using Cess.BlockStore;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Node.Keys;
using Cess.Primitives;

namespace Cess.Node.Setup;

/// <summary>What a node opens before its grains start: keys, chain, miners' backends. Made on the first start.</summary>
public sealed class NodeParts : IAsyncDisposable
{
    private const string OwnerName = "owner";
    private const string ValidatorName = "validator";

    private NodeParts()
    {
    }

    /// <summary>Account keys.</summary>
    public required KeyStore Keys { get; init; }

    /// <summary>The account that the S3 credentials of this node stand for.</summary>
    public required AccountId Owner { get; init; }

    /// <summary>The account that sequences blocks.</summary>
    public required AccountId Validator { get; init; }

    /// <summary>Accounts of the miners, in order.</summary>
    public required IReadOnlyList<AccountId> Miners { get; init; }

    /// <summary>The chain's start.</summary>
    public required Genesis Genesis { get; init; }

    /// <summary>Blocks.</summary>
    public required IBlockStore Blocks { get; init; }

    /// <summary>State after the newest stored block.</summary>
    public required LedgerState State { get; init; }

    /// <summary>Where each miner keeps its fragments.</summary>
    public required IReadOnlyDictionary<AccountId, IBlobBackend> Backends { get; init; }

    /// <summary>Imported public keys.</summary>
    public required PublicKeyCache PublicKeys { get; init; }

    /// <summary>Opens a data folder; makes what is missing.</summary>
    public static async Task<NodeParts> OpenAsync(NodeOptions options, NodeFolder folder, IParallelFor parallel, CancellationToken cancellation)
    {
        // First of all: its lock tells that no other node has this folder.
        FileBlockStore blocks = await FileBlockStore.OpenAsync(folder.Blocks, cancellation: cancellation);
        var keys = new KeyStore(folder.Keys, KeyStore.PassphraseFor(folder));
        AccountId owner = keys.GetOrCreate(OwnerName);
        AccountId validator = keys.GetOrCreate(ValidatorName);
        int count = CountMiners(folder, options.Miners);
        AccountId[] miners = [.. Enumerable.Range(1, count).Select(i => keys.GetOrCreate($"miner-{i:D2}"))];
        Genesis genesis = LoadGenesis(folder) ?? MakeGenesis(folder, keys, owner, validator, miners);
        var publicKeys = new PublicKeyCache();
        LedgerState state = await ChainLoader.LoadAsync(blocks, genesis, publicKeys, parallel, cancellation);

        var backends = new Dictionary<AccountId, IBlobBackend>();
        for (int i = 0; i < miners.Length; i++)
            backends.Add(miners[i], await FileSystemBlobBackend.OpenAsync(folder.Miner(i + 1), new FileSystemBlobOptions(options.QuotaPerMiner), cancellation));
        return new NodeParts
        {
            Keys = keys,
            Owner = owner,
            Validator = validator,
            Miners = miners,
            Genesis = genesis,
            Blocks = blocks,
            State = state,
            Backends = backends,
            PublicKeys = publicKeys,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Blocks.DisposeAsync();
        foreach (IBlobBackend backend in Backends.Values)
            await backend.DisposeAsync();
        PublicKeys.Dispose();
        Keys.Dispose();
    }

    /// <summary>A network keeps the miners that it started with; the option counts for a new one.</summary>
    private static int CountMiners(NodeFolder folder, int wanted)
    {
        int present = Directory.GetFiles(folder.Keys, "miner-*.pem").Length;
        return present > 0 ? present : wanted;
    }

    private static Genesis? LoadGenesis(NodeFolder folder) =>
        File.Exists(folder.GenesisFile) ? Scale.Decode<Genesis>(File.ReadAllBytes(folder.GenesisFile)) : null;

    private static Genesis MakeGenesis(NodeFolder folder, KeyStore keys, AccountId owner, AccountId validator, AccountId[] miners)
    {
        var genesis = new Genesis(
            "cess-local",
            (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
            new ChainParameters
            {
                TransactionFee = Balance.Parse("0.0001"),
                FeePerByte = Balance.Parse("0.0000001"),
                FeePerWeight = Balance.Parse("0.0000000001"),
                Treasury = TreasuryAccount.Id,
                StakePerTebibyte = Balance.Parse("4000"),
                // CESS's issuance to validators. One validator needs no bond; others may join when four of them have one.
                Staking = new StakingParameters
                {
                    ValidatorBondMin = Balance.Parse("100000"),
                    NominationMin = Balance.Parse("100"),
                    FirstYearIssuance = Balance.Parse("238500000"),
                },
            },
            Genesis.Sorted(
            [
                Funded(owner, "1000000000"),
                Funded(validator, "1000000"),
                .. miners.Select(miner => Funded(miner, "1000000")),
            ]),
            new ValidatorSet([keys.PublicKeyOf(validator)]));
        NodeFolder.WritePrivate(folder.GenesisFile, Scale.Encode(genesis));
        return genesis;

        GenesisAccount Funded(AccountId account, string tokens) => new(account, Balance.Parse(tokens), keys.PublicKeyOf(account));
    }
}
