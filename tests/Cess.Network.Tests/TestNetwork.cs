using System.Collections.Concurrent;
using System.Collections.Immutable;
using Cess.Blobs;
using Cess.BlockStore;
using Cess.Coding;
using Cess.Consensus.Messages;
using Cess.Gateway;
using Cess.Gateway.Objects;
using Cess.Gateway.Objects.Pipeline;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Grains.DataPlane;
using Cess.Grains.LightClients;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Primitives;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Orleans.Storage;

namespace Cess.Network.Tests;

/// <summary>A whole network in memory: chain, grains, miners and object store, without doors.</summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private const string InnerStorage = "memory";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IHost _host;

    private TestNetwork(IHost host, Genesis genesis, Caller owner, IReadOnlyList<FaultyBackend> miners, MemoryBlockStore blocks)
    {
        _host = host;
        Genesis = genesis;
        Owner = owner;
        Miners = miners;
        Blocks = blocks;
    }

    public Genesis Genesis { get; }

    public Caller Owner { get; }

    public IReadOnlyList<FaultyBackend> Miners { get; }

    public MemoryBlockStore Blocks { get; }

    public FaultyStorage Storage => _host.Services.GetRequiredKeyedService<FaultyStorage>(StateNames.Provider);

    public IObjectStore Objects => _host.Services.GetRequiredService<IObjectStore>();

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public LedgerState Head => _host.Services.GetRequiredService<ILedgerReader>().Head;

    /// <summary>What happens before an account signs, on the thread that it signs on.</summary>
    public Action<AccountId> Signing
    {
        set => ((TestCustody)Get<ICustody>()).Signing = value;
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public int StoredFragments => Miners.Sum(miner => miner.Count);

    public static async Task<TestNetwork> StartAsync(
        int miners = 12, long? quota = null, string policy = "4+8", uint eraBlocks = 14_400, int validators = 1,
        Func<ImmutableArray<AccountId>, IHashChains>? chains = null, ConsensusOptions? consensus = null,
        Func<IBlockStore, IBlockStore>? store = null, IIncomingGrainCallFilter? filter = null, ILoggerProvider? warnings = null,
        PublicKeyCache? keys = null, IParallelFor? parallel = null)
    {
        var custody = new TestCustody();
        AccountId owner = custody.Create();
        ImmutableArray<AccountId> seats = [.. Enumerable.Range(0, validators).Select(_ => custody.Create())];
        AccountId[] accounts = [.. Enumerable.Range(0, miners).Select(_ => custody.Create())];
        var genesis = new Genesis(
            "test",
            (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
            new ChainParameters { TransactionFee = Balance.Parse("0.001"), Treasury = custody.Create(), Staking = new StakingParameters { EraBlocks = eraBlocks } },
            Genesis.Sorted(accounts.Append(owner).Concat(seats).Select(
                account => new GenesisAccount(account, Balance.Parse("1000000"), custody.PublicKeyOf(account)))),
            new ValidatorSet([.. seats.Select(custody.PublicKeyOf)]));
        var blocks = new MemoryBlockStore();
        FaultyBackend[] backends = [.. accounts.Select(_ => new FaultyBackend(quota))];

        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(warnings is null ? LogLevel.Error : LogLevel.Warning);
        if (warnings is not null)
            builder.Logging.ClearProviders().AddProvider(warnings);
        IServiceCollection services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(store?.Invoke(blocks) ?? blocks);
        services.AddSingleton(genesis);
        services.AddSingleton<EraReplay>();
        services.AddSingleton(parallel ?? SequentialFor.Instance);
        services.AddSingleton<ICustody>(custody);
        services.AddSingleton(keys ?? new PublicKeyCache());
        services.AddSingleton(new NodeIdentity(seats, chains?.Invoke(seats)));
        services.AddSingleton<CandidateBlocks>();
        services.AddSingleton(await VoteJournal.OpenAsync(new MemoryBlockStore(), CancellationToken.None));
        services.AddSingleton(consensus ?? new ConsensusOptions());
        services.AddSingleton<ConsensusInboxes>();
        services.AddSingleton<IConsensusNetwork>(provider => provider.GetRequiredService<ConsensusInboxes>());
        services.AddSingleton<ITransactionGossip, NoGossip>();
        services.AddSingleton(new LedgerHead(genesis.ToState()));
        services.AddSingleton<ILedgerReader>(provider => provider.GetRequiredService<LedgerHead>());
        services.AddSingleton<INodeFault, NoFault>();
        services.AddSingleton<IRandomSource>(SystemRandom.Instance);
        services.AddSingleton<IBufferRegistry, BufferRegistry>();
        services.AddSingleton<IReadLeases, ReadLeases>();
        services.AddSingleton<IMinerBackends>(provider => new MinerBackends(
            accounts.Zip(backends).ToDictionary(pair => pair.First, pair => (IBlobBackend)pair.Second),
            provider.GetRequiredService<ILedgerReader>()));
        services.AddSingleton<IFragmentReader, FragmentReader>();
        services.AddSingleton(new SegmentBufferPool(256L << 20));
        services.AddSingleton(new ReadBuffers(GatewayLimits.ReadBufferBytesMin));
        services.AddSingleton<FragmentDiscard>();
        services.AddSingleton<SegmentWriter>();
        services.AddSingleton<PartWriter>();
        services.AddSingleton<BucketKeyring>();
        services.AddSingleton<FileCommitter>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ObjectStoreServices>(provider, StoragePolicy.Parse(policy)));
        services.AddSingleton<IObjectStore, ObjectStore>();
        services.AddKeyedSingleton(
            StateNames.Provider, (provider, _) => new FaultyStorage(provider.GetRequiredKeyedService<IGrainStorage>(InnerStorage)));
        services.AddKeyedSingleton<IGrainStorage>(
            StateNames.Provider, (provider, name) => provider.GetRequiredKeyedService<FaultyStorage>(name));
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            silo.AddMemoryGrainStorage(InnerStorage);
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(StreamNames.Provider);
            if (filter is not null)
                silo.AddIncomingGrainCallFilter(filter);
        });
        IHost host = builder.Build();
        await host.StartAsync();
        var network = new TestNetwork(host, genesis, new Caller(owner), backends, blocks);
        await Task.WhenAll(accounts.Select(account => network.RegisterAsync(account, quota ?? 1L << 40)));
        await network.Objects.CreateBucketAsync(network.Owner, "photos", CancellationToken.None);
        return network;
    }

    public Task<PutResult> PutAsync(string key, byte[] content, PutOptions? options = null) =>
        Objects.PutAsync(Owner, "photos", key, new MemoryStream(content), options ?? new PutOptions { ContentLength = content.Length }, CancellationToken.None);

    public async Task<byte[]> GetAsync(string key, long offset = 0, long? length = null)
    {
        await using IObjectReader reader = await Objects.OpenAsync(Owner, "photos", key, CancellationToken.None);
        var content = new MemoryStream();
        await reader.CopyToAsync(content, offset, length ?? reader.Info.Length - offset, CancellationToken.None);
        return content.ToArray();
    }

    public async Task<string[]> ListAsync() =>
        [.. (await Objects.ListAsync(Owner, "photos", new ListQuery("", "", "", 1000), CancellationToken.None)).Objects.Select(o => o.Key)];

    /// <summary>Waits for what happens behind the answers, such as the deletion of fragments.</summary>
    public static async Task UntilAsync(Func<bool> isSo, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!isSo())
        {
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"Waited {Patience} in vain for {what}.");
            await ticks.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private async Task RegisterAsync(AccountId account, long bytes)
    {
        await ExecuteAsync(account, new RegisterMiner(account, "memory", Balance.Parse("1")));
        await ExecuteAsync(account, new DeclareSpace((ulong)bytes));
    }

    private sealed class NoFault : INodeFault
    {
        public void Stop(string reason, Exception cause) => throw new InvalidOperationException(reason, cause);
    }

    /// <summary>Executes a call of a held account, which has to succeed.</summary>
    public async Task ExecuteAsync(AccountId account, Call call)
    {
        TransactionOutcome outcome = await Grains.GetGrain<IAccountGrain>(account.ToString()).ExecuteAsync(new CustodyCall(Scale.Encode(call)));
        Assert.True(outcome.Succeeded, outcome.ErrorMessage);
    }

    /// <summary>Has a validator sign for two blocks of the present iteration, and tells one other.</summary>
    public void Contradict(AccountId liar, AccountId witness)
    {
        var seat = (ushort)Head.EraMembers().Accounts.IndexOf(liar);
        ulong iteration = Get<LedgerHead>().Final.Iteration + 1;
        foreach (Hash256 block in new[] { Hash256.Sha256([1]), Hash256.Sha256([2]) })
        {
            Hash256 digest = Vote.Digest(VoteKind.Notarise, Genesis.ComputeHash(), iteration, block);
            Signature signature = Get<ICustody>().Sign(liar, Head.Validators.Keys[seat], digest);
            Get<ConsensusInboxes>().Send(liar, [witness], new VoteMessage(new Vote(seat, VoteKind.Notarise, iteration, block, signature)));
        }
    }

    /// <summary>Gives a held account another key, which the node has, too.</summary>
    public async Task RotateKeyAsync(AccountId account)
    {
        PrivateKey key = ((TestCustody)Get<ICustody>()).Give(account);
        Signature proof = key.Sign(RotateKey.ProofDigest(Genesis.ComputeHash(), account, key.PublicKey));
        await ExecuteAsync(account, new RotateKey(key.PublicKey, proof));
    }

    private sealed class TestCustody : ICustody
    {
        private readonly ConcurrentDictionary<AccountId, PrivateKey> _keys = new();
        private readonly ConcurrentDictionary<(AccountId, PublicKey), PrivateKey> _given = new();

        public AccountId Create()
        {
            PrivateKey key = PrivateKey.Generate();
            _keys[key.PublicKey.ToAccountId()] = key;
            return key.PublicKey.ToAccountId();
        }

        public PrivateKey Give(AccountId account)
        {
            PrivateKey key = PrivateKey.Generate();
            return _given[(account, key.PublicKey)] = key;
        }

        public bool Holds(AccountId account) => _keys.ContainsKey(account);

        public bool Holds(AccountId account, PublicKey key) => _given.ContainsKey((account, key)) || (Holds(account) && PublicKeyOf(account) == key);

        public PublicKey PublicKeyOf(AccountId account) => _keys[account].PublicKey;

        /// <summary>What happens before an account signs, on the thread that it signs on.</summary>
        public Action<AccountId> Signing { get; set; } = _ => { };

        public Signature Sign(AccountId account, PublicKey key, Hash256 digest)
        {
            Signing(account);
            return _given.TryGetValue((account, key), out PrivateKey? given) ? given.Sign(digest)
                : PublicKeyOf(account) == key ? _keys[account].Sign(digest)
                : throw new KeyNotFoundException();
        }

        public byte[] SealBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> bucketKey) =>
            BucketKeyWrap.Seal(_keys[account], bucket, bucketKey, SystemRandom.Instance);

        public bool TryOpenBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> wrapped, Span<byte> bucketKey) =>
            BucketKeyWrap.TryOpen(_keys[account], bucket, wrapped, bucketKey) == CodingError.None;
    }
}
