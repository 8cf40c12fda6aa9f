using System.Collections.Immutable;
using System.Security.Cryptography;
using Cess.Blobs;
using Cess.BlockStore;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Node.Keys;
using Cess.Node.Network;
using Cess.Node.Network.Snapshots;
using Cess.Peers;
using Cess.Primitives;

namespace Cess.Node.Setup;

/// <summary>What a node opens before its grains start: keys, chain, miners' backends. Made on the first start.</summary>
public sealed class NodeParts : IAsyncDisposable
{
    /// <summary>Name of chains that are made without a genesis file.</summary>
    private const string LocalChain = "cess-local";

    private NodeParts()
    {
    }

    /// <summary>Account keys.</summary>
    public required KeyStore Keys { get; init; }

    /// <summary>The account that the S3 credentials of this node stand for.</summary>
    public required AccountId Owner { get; init; }

    /// <summary>The accounts for which this node takes part in the consensus.</summary>
    public required ImmutableArray<AccountId> Validators { get; init; }

    /// <summary>Those of them whose part of the journal is not whole, or is of another chain.</summary>
    public required ImmutableArray<AccountId> Abstaining { get; init; }

    /// <summary>Their hash chains.</summary>
    public required HashChainFiles Chains { get; init; }

    /// <summary>True if this node has founded its network for itself, from no genesis of others.</summary>
    public bool IsFounderAlone => Genesis.ChainName == LocalChain && Genesis.Validators.Keys.All(key => Keys.Holds(key.ToAccountId()));

    /// <summary>Accounts of the miners, in order.</summary>
    public required IReadOnlyList<AccountId> Miners { get; init; }

    /// <summary>The chain's start.</summary>
    public required Genesis Genesis { get; init; }

    /// <summary>What this node shows to others; null if it has none.</summary>
    public required NodeCertificate? Certificate { get; init; }

    /// <summary>Blocks.</summary>
    public required IBlockStore Blocks { get; init; }

    /// <summary>What its validators must remember over a restart.</summary>
    public required IBlockStore Votes { get; init; }

    /// <summary>The same, read.</summary>
    public required VoteJournal Journal { get; init; }

    /// <summary>State after the newest stored block, and the iteration of its newest certificate.</summary>
    public required (LedgerState State, ulong Iteration) Chain { get; init; }

    /// <summary>What came with a state that was taken from another node, and is not all in its place yet; null for nothing.</summary>
    internal SnapshotProof? Proof { get; private init; }

    /// <summary>Where each miner keeps its fragments.</summary>
    public required IReadOnlyDictionary<AccountId, IBlobBackend> Backends { get; init; }

    /// <summary>Imported public keys.</summary>
    public required PublicKeyCache PublicKeys { get; init; }

    /// <summary>Opens a data folder; makes what is missing.</summary>
    public static async Task<NodeParts> OpenAsync(NodeOptions options, NodeFolder folder, IParallelFor parallel, CancellationToken cancellation)
    {
        // First of all: its lock tells that no other node has this folder.
        FileBlockStore votes = await NodeKeys.OpenVotesAsync(folder, cancellation);
        IBlockStore blocks = await BlockStorage.OpenAsync(options, folder, cancellation);
        var keys = new KeyStore(folder.Keys, KeyStore.PassphraseFor(folder));
        AccountId owner = keys.GetOrCreate(NodeKeys.Owner);
        VoteJournal journal = await VoteJournal.OpenAsync(votes, cancellation);
        ImmutableArray<AccountId> validators =
            await NodeKeys.OpenValidatorsAsync(keys, journal, Count(folder, NodeKeys.Validator, options.Validators));
        AccountId[] miners = [.. Enumerable.Range(1, Count(folder, NodeKeys.Miner, options.Miners ?? DefaultMiners(options, folder))).Select(i => keys.GetOrCreate(NodeKeys.Numbered(NodeKeys.Miner, i)))];
        NodeCertificate? certificate = options.HasPeers ? OpenCertificate(folder, keys) : null;
        Genesis genesis = LoadGenesis(folder)
            ?? await FetchGenesisAsync(options, folder, certificate, cancellation)
            ?? MakeGenesis(folder, keys, owner, validators, miners);
        RequireTrusted(options, genesis);
        var publicKeys = new PublicKeyCache();
        ((LedgerState State, ulong Iteration) chain, SnapshotProof? proof) =
            await LoadChainAsync(options, folder, certificate, blocks, genesis, publicKeys, parallel, cancellation);

        var backends = new Dictionary<AccountId, IBlobBackend>();
        for (int i = 0; i < miners.Length; i++)
            backends.Add(miners[i], await MinerStorage.OpenAsync(folder.Miner(i + 1), options.QuotaPerMiner, Console.Error.WriteLine, cancellation));
        return new NodeParts
        {
            Keys = keys,
            Owner = owner,
            Validators = validators,
            Chains = NodeKeys.OpenChains(keys, validators),
            Miners = miners,
            Genesis = genesis,
            Certificate = certificate,
            Blocks = blocks,
            Votes = votes,
            Journal = journal,
            Abstaining = [.. validators.Where(validator => !journal.IsWhole(validator, genesis.ComputeHash()))],
            Chain = chain,
            Proof = proof,
            Backends = backends,
            PublicKeys = publicKeys,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Blocks.DisposeAsync();
        await Votes.DisposeAsync();
        foreach (IBlobBackend backend in Backends.Values)
            await backend.DisposeAsync();
        Certificate?.Dispose();
        PublicKeys.Dispose();
        Chains.Dispose();
        Keys.Dispose();
    }

    /// <summary>This node's own chain, or another node's state where that is far ahead.</summary>
    private static async Task<((LedgerState State, ulong Iteration) Chain, SnapshotProof? Proof)> LoadChainAsync(
        NodeOptions options, NodeFolder folder, NodeCertificate? certificate, IBlockStore blocks, Genesis genesis, PublicKeyCache keys,
        IParallelFor parallel, CancellationToken cancellation)
    {
        if (certificate is null)
            return (await ChainLoader.LoadAsync(blocks, genesis, keys, parallel, Console.Error.WriteLine, cancellation), null);
        using var client = new PeerChainClient(certificate, TimeProvider.System);
        var catchUp = new SnapshotCatchUp(blocks, client, keys, parallel, folder, Console.Error.WriteLine)
        {
            BlocksAheadMin = (ulong)options.BlocksPerSnapshot,
            Trust = options.Trust,
        };
        SnapshotProof? proof = await catchUp.ResumeAsync(cancellation);
        (LedgerState State, ulong Iteration) own =
            await ChainLoader.LoadAsync(blocks, genesis, keys, parallel, Console.Error.WriteLine, cancellation);
        if (options.Trust is { } trust && trust.IsContradictedBy(own.State))
            throw new InvalidOperationException(ChainTrust.Contradiction(own.State.Era.Index));
        // What was taken a moment ago is new enough.
        if (proof is not null)
            return (own, proof);
        IEnumerable<string> known = options.Join.Union(KnownNodes.Load(new PeerFile(folder.PeersFile), certificate.Node));
        return await catchUp.TryTakeAsync(own.State, await LearnNodesAsync(client, known, certificate.Node, cancellation), cancellation) is { } taken
            ? ((taken.State, taken.Proof.Block.Certificate!.Iteration), taken.Proof)
            : (own, null);
    }

    /// <summary>The nodes that are known, and those that they name.</summary>
    private static async Task<IReadOnlyList<string>> LearnNodesAsync(
        PeerChainClient client, IEnumerable<string> known, PublicKey self, CancellationToken cancellation)
    {
        string[] asked = [.. known.Take(NodeLimits.SnapshotNodesMax)];
        IEnumerable<string>[] named = await Task.WhenAll(asked.Select(async url =>
        {
            try
            {
                // A node that does not answer is not asked for more.
                return (await client.GetNodeUrlsAsync(url, self, cancellation)).Prepend(url);
            }
            catch (PeerException)
            {
                return [];
            }
        }));
        return [.. named.SelectMany(urls => urls).OrderByDescending(url => asked.Contains(url)).Distinct()];
    }

    /// <summary>A network keeps the miners and validators that it started with; the options count for a new one.</summary>
    private static int Count(NodeFolder folder, string name, int wanted)
    {
        int present = Directory.GetFiles(folder.Keys, $"{name}-*.pem").Length;
        return present > 0 ? present : wanted;
    }

    /// <summary>Who founds a network alone needs miners; who takes part in one has them only if asked for.</summary>
    private static int DefaultMiners(NodeOptions options, NodeFolder folder) =>
        options.Genesis is null && options.Join.Count == 0 && !File.Exists(folder.GenesisFile) ? NodeLimits.MinersDefault : 0;

    private static NodeCertificate OpenCertificate(NodeFolder folder, KeyStore keys)
    {
        using ECDsa key = keys.OpenNodeKey(folder.NodeKeyFile);
        return NodeCertificate.Create(key, TimeProvider.System);
    }

    private static Genesis? LoadGenesis(NodeFolder folder)
    {
        if (!File.Exists(folder.GenesisFile))
            return null;
        try
        {
            return Scale.Decode<Genesis>(File.ReadAllBytes(folder.GenesisFile));
        }
        catch (ScaleException e)
        {
            throw new DamagedFileException(folder.GenesisFile, e.Message, e);
        }
    }

    /// <summary>The genesis of the operator's file, or of the node to join; null if a network is founded here.</summary>
    private static async Task<Genesis?> FetchGenesisAsync(
        NodeOptions options, NodeFolder folder, NodeCertificate? certificate, CancellationToken cancellation)
    {
        Genesis genesis;
        if (options is { Trust: not null, Genesis: null, Join: [] })
            throw new InvalidOperationException("--trust names a network that there is: give --join, or its --genesis.");
        if (options.Genesis is { } file)
        {
            genesis = GenesisFile.Read(file);
        }
        else if (options.Join is [var url, ..])
        {
            using var client = new PeerChainClient(certificate!, TimeProvider.System);
            genesis = Scale.Decode<Genesis>(await client.GetGenesisAsync(url, cancellation: cancellation));
        }
        else
        {
            return null;
        }

        // Before it is kept: the next start must be able to take another.
        RequireTrusted(options, genesis);
        NodeFolder.WritePrivate(folder.GenesisFile, Scale.Encode(genesis));
        return genesis;
    }

    private static void RequireTrusted(NodeOptions options, Genesis genesis)
    {
        if (options.Trust is { } trust && genesis.ComputeHash() != trust.Genesis)
            throw new InvalidOperationException($"The chain's genesis is {genesis.ComputeHash()}, and --trust names {trust.Genesis}.");
    }

    private static Genesis MakeGenesis(
        NodeFolder folder, KeyStore keys, AccountId owner, ImmutableArray<AccountId> validators, AccountId[] miners)
    {
        var genesis = new Genesis(
            LocalChain,
            (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
            GenesisFile.UsualParameters,
            Genesis.Sorted(
            [
                Funded(owner, "1000000000"),
                .. validators.Select(validator => Funded(validator, "1000000")),
                .. miners.Select(miner => Funded(miner, "1000000")),
            ]),
            new ValidatorSet([.. validators.Select(keys.PublicKeyOf)]));
        NodeFolder.WritePrivate(folder.GenesisFile, Scale.Encode(genesis));
        return genesis;

        GenesisAccount Funded(AccountId account, string tokens) => new(account, Balance.Parse(tokens), keys.PublicKeyOf(account));
    }
}
