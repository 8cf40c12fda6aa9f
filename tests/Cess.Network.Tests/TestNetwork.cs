using System.Collections.Concurrent;
using System.Collections.Immutable;
using Cess.Blobs;
using Cess.BlockStore;
using Cess.Coding;
using Cess.Gateway;
using Cess.Gateway.Objects;
using Cess.Gateway.Objects.Pipeline;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Grains.DataPlane;
using Cess.Grains.LightClients;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
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

namespace Cess.Network.Tests;

/// <summary>A whole network in memory: chain, grains, miners and object store, without doors.</summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

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

    public IObjectStore Objects => _host.Services.GetRequiredService<IObjectStore>();

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public LedgerState Head => _host.Services.GetRequiredService<ILedgerReader>().Head;

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public int StoredFragments => Miners.Sum(miner => miner.Count);

    public static async Task<TestNetwork> StartAsync(
        int miners = 12, long? quota = null, string policy = "4+8", uint eraBlocks = 14_400, int validators = 1,
        Func<ImmutableArray<AccountId>, IHashChains>? chains = null, ConsensusOptions? consensus = null,
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
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        IServiceCollection services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IBlockStore>(blocks);
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
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            silo.AddMemoryGrainStorage(StateNames.Provider);
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(StreamNames.Provider);
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
        using var patience = new CancellationTokenSource(s_patience);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!isSo())
        {
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"Waited {s_patience} in vain for {what}.");
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
        foreach (Call call in new Call[] { new RegisterMiner(account, "memory", Balance.Parse("1")), new DeclareSpace((ulong)bytes) })
        {
            TransactionOutcome outcome = await Grains.GetGrain<IAccountGrain>(account.ToString()).ExecuteAsync(new CustodyCall(Scale.Encode(call)));
            Assert.True(outcome.Succeeded, outcome.ErrorMessage);
        }
    }

    private sealed class NoFault : INodeFault
    {
        public void Stop(string reason, Exception cause) => throw new InvalidOperationException(reason, cause);
    }

    private sealed class TestCustody : ICustody
    {
        private readonly ConcurrentDictionary<AccountId, PrivateKey> _keys = new();

        public AccountId Create()
        {
            PrivateKey key = PrivateKey.Generate();
            _keys[key.PublicKey.ToAccountId()] = key;
            return key.PublicKey.ToAccountId();
        }

        public bool Holds(AccountId account) => _keys.ContainsKey(account);

        public PublicKey PublicKeyOf(AccountId account) => _keys[account].PublicKey;

        public Signature Sign(AccountId account, Hash256 digest) => _keys[account].Sign(digest);

        public byte[] SealBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> bucketKey) =>
            BucketKeyWrap.Seal(_keys[account], bucket, bucketKey, SystemRandom.Instance);

        public bool TryOpenBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> wrapped, Span<byte> bucketKey) =>
            BucketKeyWrap.TryOpen(_keys[account], bucket, wrapped, bucketKey) == CodingError.None;
    }
}
