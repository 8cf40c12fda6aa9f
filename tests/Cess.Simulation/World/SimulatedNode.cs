using Cess.BlockStore;
using Cess.BlockStore.Simulated;
using Cess.Consensus.Messages;
using Cess.Gateway.Objects;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Grains.LightClients;
using Cess.Ledger.Blocks;
using Cess.Ledger.State;
using Cess.Primitives;
using Cess.Simulation.Actors;
using Cess.Simulation.Checks;
using Cess.Simulation.Faults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.InProcess;
using Orleans.Storage;

namespace Cess.Simulation.World;

/// <summary>A node: disks that stay, and one process after the other that works on them, each with a silo of its own.</summary>
internal sealed class SimulatedNode(SimulatedWorld world, int index, ActorKey validator)
{
    /// <summary>Transactions of one account that a node lets wait: few, so that it can be too many.</summary>
    public const int PoolTransactionsPerAccount = 40;

    private const long SegmentBytes = 8 << 10;
    private static readonly TimeSpan s_startTime = TimeSpan.FromMilliseconds(200);
    private static readonly ILoggerFactory s_silent = LoggerFactory.Create(_ => { });
    private readonly MemoryGrainStorage _grainState = new(StateNames.Provider);
    private Life? _life;
    private ServiceProvider? _services;
    private ulong _durable;
    private bool _isNew = true;

    public int Index => index;

    public ActorKey Validator => validator;

    public SimulatedDisk Blocks { get; } = new(world, $"n{index} blocks");

    public SimulatedDisk Votes { get; } = new(world, $"n{index} votes");

    /// <summary>Whether its disk may lose, or give wrongly, what it has stored; what then follows is that the node notices.</summary>
    public bool HasBadDisk { get; set; }

    /// <summary>What it stores for others; null for a node that has the chain alone.</summary>
    public StorageSite? Site { get; set; }

    public IObjectStore Objects => _services!.GetRequiredService<IObjectStore>();

    /// <summary>What it does besides, or instead of, what its software would; null for an honest node.</summary>
    public Attacker? Attacker { get; set; }

    public bool IsHonest => Attacker is null;

    public bool IsRunning => _life is { IsAlive: true };

    public bool IsUp => _life is { IsAlive: true, IsUp: true, IsPaused: false };

    /// <summary>Whether the grain that makes the chain, or one that votes, is active twice in the running process, which must stop for it.</summary>
    public bool HasTwoChains
    {
        get => _life is { IsAlive: true, HasTwoChains: true };
        set => _life!.HasTwoChains = value;
    }

    public bool IsPaused => _life is { IsAlive: true, IsPaused: true };

    /// <summary>The newest final state of the running process; null if there is none.</summary>
    public LedgerState? Head => IsRunning && _services?.GetService<LedgerHead>() is { } head ? head.Head : null;

    /// <summary>Ends with the process that runs now.</summary>
    public Task Ended => _life!.Ended;

    public TimeSpan Skew { get; set; }

    public IGrainFactory Grains => _services!.GetRequiredService<IGrainFactory>();

    /// <summary>Begins with what another release has left.</summary>
    public void Take(NodeImage image)
    {
        Blocks.Load(image.Blocks);
        Votes.Load(image.Votes);
        _isNew = false;
    }

    public NodeImage ToImage()
    {
        var image = new NodeImage([], []);
        Blocks.ForEach(image.Blocks.Add);
        Votes.ForEach(image.Votes.Add);
        return image;
    }

    public void Start()
    {
        if (IsRunning)
            return;
        Life life = _life = new Life(world.Simulation) { Skew = Skew };
        _services = null;
        world.Trace.Add($"n{index} starts");
        world.Spawn(() => RunAsync(life));
    }

    /// <summary>The process dies, now.</summary>
    public void Crash(SurvivingWrites surviving)
    {
        if (!IsRunning)
            return;
        world.Trace.Add($"n{index} crashes");
        if (!_life!.IsUp)
            world.Count(FaultKind.CrashInStart);
        _life.Die();
        FreeSite();
        Blocks.Restart(surviving);
        Votes.Restart(surviving);
    }

    private void FreeSite()
    {
        if (Site is not null && _services is { } services)
            StorageSite.Free(services);
    }

    public void Pause()
    {
        world.Trace.Add($"n{index} pauses");
        _life!.Pause();
    }

    public void Resume()
    {
        world.Trace.Add($"n{index} goes on");
        _life!.Resume();
    }

    public void JumpClock(TimeSpan skew)
    {
        Skew = skew;
        _life?.Skew = skew;
    }

    /// <summary>The operator's answer to blocks that can't be read: takes them away, and lets the others give them again.</summary>
    public void ForgetBlocks()
    {
        _durable = 0;
        Blocks.Wipe();
    }

    public void ForgetSince(ulong height) => _durable = Math.Min(_durable, height);

    public ulong Durable => _durable;

    public void Receive(AccountId from, byte[] bytes) => OnLife(services =>
    {
        try
        {
            services.GetRequiredService<ConsensusInboxes>().Post(from, validator.Id, Scale.Decode<ConsensusMessage>(bytes), bytes.Length);
        }
        catch (ScaleException) when (!world.IsHonest(from))
        {
            world.Sometimes(Rare.GarbageRefused);
        }
    });

    public void ReceiveTransactions(IReadOnlyList<ReadOnlyMemory<byte>> transactions) => OnLife(services => world.Spawn(
        () => services.GetRequiredService<IGrainFactory>().GetGrain<IIntakeGrain>(0)
            .SubmitAsync(new TransactionBatch(transactions, SubmissionGoal.Accepted, IsGossip: true))));

    /// <summary>Gives another node blocks, unless there are none or they can't be read.</summary>
    public void ServeFinalBlocks(ulong above, Action<byte[]> answer) => OnLife(services => world.Spawn(async () =>
    {
        if (await FinalBlockReader.ReadAsync(services.GetRequiredService<IBlockStore>(), above) is { } blocks)
            answer(Scale.Encode<ConsensusMessage>(Attacker?.Rewrite(blocks) ?? blocks));
    }));

    public void OnLife(Action<IServiceProvider> action)
    {
        if (_life is { IsAlive: true } life && _services is { } services)
            life.Run(() => action(services));
    }

    private async Task RunAsync(Life life)
    {
        try
        {
            ServiceProvider services = await BuildAsync(life);
            if (!life.IsAlive)
                return;
            _services = services;
            foreach (IHostedService hosted in services.GetServices<IHostedService>())
                await hosted.StartAsync(CancellationToken.None);
            // Its first call begins its work, and that of the validator.
            await services.GetRequiredService<IGrainFactory>().GetGrain<IChainGrain>(StreamNames.ChainKey).GetStatusAsync();
            life.IsUp = true;
            var follower = new SimulatedFollower(
                world, this, services.GetRequiredService<LedgerHead>(), services.GetRequiredService<CandidateBlocks>(), Grains,
                services.GetRequiredService<TimeProvider>());
            world.Spawn(follower.RunAsync);
            if (Site is not null)
                world.Spawn(() => Site.RegisterAsync(this));
            world.Trace.Add($"n{index} is up at {Head!.Height}");
        }
        catch (Exception e) when (life.IsAlive && e is BlockStoreException or ChainLoadException or IOException or BrokenPromiseException)
        {
            world.Trace.Add($"n{index} can't start: {e.Message}");
            life.Die();
            if (e is BrokenPromiseException)
                throw;
            bool isCorrupt = e is BlockStoreException { Error: BlockStoreError.CorruptMiddle or BlockStoreError.CorruptSnapshot or BlockStoreError.Gap };
            if (isCorrupt && !world.MayBeHarmed(this))
                throw new BrokenPromiseException("what is stored can be read again", $"n{index}: {e.Message}");
            // The end of a log that was harmed can't be told from a torn write, until a snapshot of what was there tells.
            world.NodeStopped(this, isCorrupt || (e is ChainLoadException && world.MayBeHarmed(this)));
        }
        catch (Exception) when (!life.IsAlive)
        {
            // The process is gone; nobody is there to hear of it.
        }
    }

    private async Task<ServiceProvider> BuildAsync(Life life)
    {
        void Crash() => this.Crash(world.DrawSurvivors());
        var clock = new NodeClock(world.Time, life);
        await Task.Delay(world.DiskDice.Between(TimeSpan.Zero, s_startTime), clock);
        var keys = SharedKeyCache.Instance;
        FileBlockStore blocks = await FileBlockStore.OpenAsync(
            Blocks.Mount(life, Crash), new FileBlockStoreOptions { SegmentBytes = SegmentBytes, NewSalt = NewSalt });
        if (blocks.TornTail is not null)
            world.Sometimes(Rare.TornBlockCutOff);
        FileBlockStore votes = await FileBlockStore.OpenAsync(
            Votes.Mount(life, Crash), new FileBlockStoreOptions { SegmentBytes = SegmentBytes, NewSalt = NewSalt });
        if (votes.TornTail is not null)
            world.Sometimes(Rare.TornVoteCutOff);
        await Task.Delay(world.DiskDice.Between(TimeSpan.Zero, s_startTime), clock);
        VoteJournal journal = await VoteJournal.OpenAsync(votes, CancellationToken.None);
        if (_isNew)
        {
            await journal.BeginAsync(validator.Id);
            _isNew = false;
        }

        bool isWhole = journal.IsWhole(validator.Id, world.Genesis.ComputeHash());
        world.SometimesIf(!isWhole, Rare.JournalMissed);
        await using (Snapshot? snapshot = await blocks.OpenLatestSnapshotAsync())
            world.SometimesIf(snapshot is not null, Rare.StartedFromSnapshot);
        (LedgerState state, ulong iteration) = await ChainLoader.LoadAsync(
            blocks, world.Genesis, keys, SequentialFor.Instance, CancellationToken.None);
        if (IsHonest && !HasBadDisk && state.Height < _durable)
            throw new BrokenPromiseException("what is durable stays", $"n{index} had block {_durable} and starts at {state.Height}");

        // What was durable before it could be acknowledged.
        if (IsHonest && blocks.Head > _durable)
        {
            await foreach (BlockEntry entry in blocks.ReadFromAsync(Math.Max(_durable + 1, blocks.First!.Value)))
                Appended(life, [entry]);
        }

        var head = new LedgerHead(state, iteration);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton<IBlockStore>(new ObservedStore(blocks, entries => Appended(life, entries)));
        services.AddSingleton(world.Genesis);
        services.AddSingleton<EraReplay>();
        services.AddSingleton<IParallelFor>(SequentialFor.Instance);
        services.AddSingleton<ICustody>(new ActorCustody([validator, .. Site?.Keys ?? []], new StorageSite.SimulatedRandom(world.Simulation)));
        services.AddSingleton<PublicKeyCache>(keys);
        services.AddSingleton(new NodeIdentity([validator.Id], new SimulatedChains(validator)) { Abstaining = isWhole ? [] : [validator.Id] });
        services.AddSingleton<CandidateBlocks>();
        services.AddSingleton(journal);
        services.AddSingleton(new ConsensusOptions
        {
            PoolTransactions = 2 * PoolTransactionsPerAccount,
            PoolTransactionsPerAccount = PoolTransactionsPerAccount,
            BlocksPerSnapshot = world.BlocksPerSnapshot,
        });
        services.AddSingleton<ConsensusInboxes>();
        var router = new NodeRouter(world.Network, this, life);
        services.AddSingleton<IConsensusNetwork>(router);
        services.AddSingleton<ITransactionGossip>(router);
        services.AddSingleton(head);
        services.AddSingleton<ILedgerReader>(head);
        services.AddSingleton<INodeFault>(new NodeFault(world, this, life));
        services.AddSingleton(s_silent);
        Site?.AddTo(services);
        services.AddOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            silo.Services.AddKeyedSingleton<IGrainStorage>(StateNames.Provider, _grainState);
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(StreamNames.Provider);
        });
        services.Replace(ServiceDescriptor.Singleton<ITurnScheduler>(life));
        services.Replace(ServiceDescriptor.Singleton<IRandomSource>(world.Simulation));
        return services.BuildServiceProvider();
    }

    private ulong NewSalt() => (ulong)world.DiskDice.Random.NextInt64();

    private void Appended(Life life, IReadOnlyList<BlockEntry> entries)
    {
        if (!life.IsAlive || !IsHonest)
            return;
        _durable = entries[^1].Height;
        try
        {
            foreach (BlockEntry entry in entries)
                world.Chain.Durable(this, Scale.Decode<BlockRecord>(entry.Bytes.Span));
        }
        catch (BrokenPromiseException e)
        {
            world.Fail(e);
        }
    }

    private sealed class NodeFault(SimulatedWorld world, SimulatedNode node, Life life) : INodeFault
    {
        public void Stop(string reason, Exception cause)
        {
            if (!life.IsAlive)
                return;
            world.Trace.Add($"n{node.Index} stops: {reason}");
            life.Die();
            // Two that each think they alone make the chain: that the node stops is how it keeps them from doing harm.
            bool isExpected = life.HasTwoChains;
            for (Exception? e = cause; e is not null; e = e.InnerException)
                isExpected |= e is BlockStoreException or IOException;
            if (!isExpected && node.IsHonest)
                world.Fail(new BrokenPromiseException("a node goes on", $"n{node.Index} stops: {reason}"));
            else
                world.NodeStopped(node, isCorrupt: cause is BlockStoreException { Error: BlockStoreError.CorruptMiddle });
        }
    }
}
