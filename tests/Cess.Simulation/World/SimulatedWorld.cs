using System.Collections.Immutable;
using System.Diagnostics;
using Cess.BlockStore.Simulated;
using Cess.Coding;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Cess.Simulation.Actors;
using Cess.Simulation.Checks;
using Cess.Simulation.Faults;
using Cess.Simulation.Runs;

namespace Cess.Simulation.World;

/// <summary>
/// A whole network in one thread, in virtual time, from one seed: nodes with the product's own grains, links, disks, those who use
/// it, those who attack it, and the checks of what it promises.
/// </summary>
internal sealed class SimulatedWorld : IDisposable
{
    private const int MinersMax = 7;

    /// <summary>After the faults have stopped, everything has come back within this.</summary>
    private static readonly TimeSpan s_recovery = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly DateTimeOffset s_start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly RunOptions _options;
    private readonly DateTimeOffset _start;
    private readonly Dictionary<FaultKind, long> _faults = [];
    private readonly Dictionary<Rare, long> _sometimes = [];
    private readonly List<PayingClient> _clients = [];
    private readonly HashSet<ITimer> _timers = [];
    private readonly Nemesis _nemesis;
    private Exception? _failure;

    public SimulatedWorld(RunOptions options, TextWriter? live)
    {
        _options = options;
        var dice = new Dice(options.Seed, "world");
        NetworkDice = new Dice(options.Seed, "network");
        DiskDice = new Dice(options.Seed, "disk");
        int validators = dice.Pick([1, 4, 4, 4, 5, 7]);
        if (options.Profile.IsByzantine)
            validators = Math.Max(validators, 4);
        Swarm = [.. options.Profile.Faults.Where(_ => dice.Chance(0.5))];
        bool hasStaking = dice.Chance(0.4);
        Swarm.ExceptWith(options.Without);
        ReleaseImage? release = Swarm.Contains(FaultKind.Upgrade) ? dice.Pick(ReleaseImage.All) : null;
        validators = release?.Genesis.Validators.Keys.Length ?? validators;
        ActorKey[] keys = [.. Enumerable.Range(0, validators).Select(i => ActorKeys.Of($"validator {i}"))];
        _start = release?.Stopped ?? s_start;
        Simulation = new Orleans.InProcess.Simulation.Simulation(options.Seed, _start);
        Trace = new Trace(Time, _start, live);
        HasStaking = Swarm.Contains(FaultKind.ParameterChange) || hasStaking;
        BlocksPerSnapshot = dice.Pick([5, 30, 10_000]);
        // Where validators come and go, an era may have as few as its parameters ever say.
        Bearable = (Math.Min(validators, HasStaking ? ValidatorOperator.SeatsMin : validators) - 1) / 3;
        HashSet<int> attackers = [];
        if (Swarm.Overlaps(Profile.Attacks))
        {
            while (attackers.Count < Bearable)
                attackers.Add(dice.Next(validators));
        }

        int twins = Swarm.Contains(FaultKind.Twin) ? attackers.Count : 0;
        Network = new SimulatedNetwork(this, validators + twins);
        Genesis = release?.Genesis ?? MakeGenesis(dice, keys);
        AllAccounts = [.. Genesis.Accounts.Select(account => account.Account)];
        for (int i = 0; i < validators; i++)
            Nodes.Add(new SimulatedNode(this, i, keys[i]));
        for (int i = 0; release is not null && i < release.Nodes.Length; i++)
        {
            Count(FaultKind.Upgrade);
            Nodes[i].Take(release.Nodes[i]);
        }

        foreach (int attacker in attackers.Order())
        {
            Nodes[attacker].Attacker = new Attacker(this, Nodes[attacker]);
            if (twins == 0)
                continue;
            var twin = new SimulatedNode(this, Nodes.Count, keys[attacker]);
            twin.Attacker = new Attacker(this, twin);
            Nodes.Add(twin);
            Count(FaultKind.Twin);
        }

        if (options.Profile.HasStorage)
        {
            (StoragePolicy policy, int miners) = dice.Pick([(new StoragePolicy(2, 1), 4), (new StoragePolicy(2, 2), 6), (new StoragePolicy(4, 2), 7)]);
            SimulatedNode host = Nodes.First(node => node.IsHonest);
            host.Site = new StorageSite(this, policy, miners);
            Storing = new StoringClient(this, host, new Dice(options.Seed, "storing"));
        }

        Secrets = new Secrets(this);
        foreach (ActorKey key in keys.Concat(Nodes.SelectMany(node => node.Site?.Keys ?? [])))
            Secrets.Add(key);
        Chain = new ChainChecks(this);
        _nemesis = new Nemesis(this, new Dice(options.Seed, "nemesis"), attackers);
        for (int i = 0; i < Clients; i++)
            _clients.Add(new PayingClient(this, ActorKeys.Of($"client {i}"), new Dice(options.Seed, $"client {i}")));
    }

    public static int Clients => 6;

    public ulong Seed => _options.Seed;

    /// <summary>Everybody who can have tokens.</summary>
    public IReadOnlyList<AccountId> AllAccounts { get; }

    public Orleans.InProcess.Simulation.Simulation Simulation { get; }

    public TimeProvider Time => Simulation.Time;

    public TimeSpan Now => Time.GetUtcNow() - _start;

    public Trace Trace { get; }

    public Dice NetworkDice { get; }

    public Dice DiskDice { get; }

    /// <summary>The faults that this seed turns on.</summary>
    public HashSet<FaultKind> Swarm { get; }

    /// <summary>Whether validators come and go.</summary>
    public bool HasStaking { get; }

    /// <summary>Validators that may lie, or have lost what they must remember, in whatever era.</summary>
    public int Bearable { get; }

    /// <summary>How often nodes save their state.</summary>
    public int BlocksPerSnapshot { get; }

    public SimulatedNetwork Network { get; }

    public Genesis Genesis { get; }

    public List<SimulatedNode> Nodes { get; } = [];

    public ChainChecks Chain { get; }

    public Secrets Secrets { get; }

    /// <summary>Who uses the storage, if there is any.</summary>
    public StoringClient? Storing { get; }

    /// <summary>True until the faults stop.</summary>
    public bool IsTroubled { get; private set; } = true;

    public bool HasFailed => _failure is not null;

    public IEnumerable<SimulatedNode> Honest => Nodes.Where(node => node.IsHonest);

    public bool IsHonest(AccountId validator) => Nodes.TrueForAll(node => node.Validator.Id != validator || node.IsHonest);

    public async Task<RunResult> RunAsync()
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            await Simulation.RunOnPoolAsync(LiveAsync);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _failure ??= e;
        }

        return new RunResult
        {
            Seed = _options.Seed,
            Profile = _options.Profile.Name,
            VirtualSeconds = Now.TotalSeconds,
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
            Steps = Simulation.Steps,
            Height = Chain.Height,
            Transactions = Chain.Transactions,
            Acknowledged = _clients.Sum(client => client.Acknowledged),
            Trace = Trace.Hash(),
            Faults = _faults.ToDictionary(fault => fault.Key.ToString(), fault => fault.Value),
            Sometimes = _sometimes.ToDictionary(rare => rare.Key.ToString(), rare => rare.Value),
            Swarm = [.. Swarm.Order()],
            Failure = _failure is null ? null : Explain(_failure),
            Log = _failure is null ? [] : [.. Trace.Last],
        };
    }

    public void Dispose() => Trace.Dispose();

    public void Count(FaultKind fault) => _faults[fault] = _faults.GetValueOrDefault(fault) + 1;

    /// <summary>Something rare has happened, as it should in some run.</summary>
    public void Sometimes(Rare what) => _sometimes[what] = _sometimes.GetValueOrDefault(what) + 1;

    public void SometimesIf(bool isSo, Rare what)
    {
        if (isSo)
            Sometimes(what);
    }

    /// <summary>The first failure ends the run.</summary>
    public void Fail(Exception failure)
    {
        if (_failure is null)
            Trace.Add($"FAILS: {failure.Message}");
        _failure ??= failure;
    }

    public void After(TimeSpan wait, Action action)
    {
        // Timers whose handle is collected never fire.
        ITimer? timer = null;
        timer = Time.CreateTimer(
            _ =>
            {
                _timers.Remove(timer!);
                if (HasFailed)
                    return;
                try
                {
                    action();
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    Fail(e);
                }
            },
            null,
            wait,
            Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
    }

    /// <summary>What the nodes of this network have on their disks, for later releases to go on from.</summary>
    public ReleaseImage ToRelease(string name) => new(name, Genesis, Time.GetUtcNow(), [.. Nodes.Select(node => node.ToImage())]);

    /// <summary>Starts something that goes on by itself.</summary>
    public void Spawn(Func<Task> action) => _ = Task.Factory.StartNew(
        async () =>
        {
            try
            {
                await action();
            }
            catch (BrokenPromiseException e)
            {
                Fail(e);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A call whose node has died or does not answer in time.
                Trace.Add($"a call fails: {e.GetType().Name}");
            }
        },
        CancellationToken.None,
        TaskCreationOptions.DenyChildAttach,
        Simulation.Tasks);

    public Task WaitAsync(TimeSpan wait) => Task.Delay(wait, Time);

    /// <summary>What a crash leaves of what was not synced.</summary>
    public SurvivingWrites DrawSurvivors()
    {
        if (Swarm.Contains(FaultKind.TornWrites) && DiskDice.Chance(0.5))
        {
            Count(FaultKind.TornWrites);
            return SurvivingWrites.Some;
        }

        if (!Swarm.Contains(FaultKind.LostWrites) || !DiskDice.Chance(0.7))
            return SurvivingWrites.All;
        Count(FaultKind.LostWrites);
        return SurvivingWrites.None;
    }

    /// <summary>A process has ended by itself; somebody will look after it.</summary>
    public void NodeStopped(SimulatedNode node, bool isCorrupt)
    {
        node.Blocks.Restart(SurvivingWrites.All);
        node.Votes.Restart(SurvivingWrites.All);
        _nemesis.Repair(node, isCorrupt);
    }

    /// <summary>Whether faults may have taken or changed what the node has stored.</summary>
    public bool MayBeHarmed(SimulatedNode node) => _nemesis.MayHarm(node);

    private static string Explain(Exception failure) =>
        failure is BrokenPromiseException ? failure.Message : failure.ToString();

    private static Genesis MakeGenesis(Dice dice, ActorKey[] validators)
    {
        ActorKey treasury = ActorKeys.Of("treasury");
        IEnumerable<string> others = [.. Enumerable.Range(0, Clients).Select(i => $"client {i}"), .. Enumerable.Range(0, MinersMax).Select(i => $"miner {i}"), "owner"];
        IEnumerable<ActorKey> all = validators.Append(treasury).Concat(others.Select(ActorKeys.Of));
        return new Genesis(
            "simulated",
            (ulong)s_start.ToUnixTimeMilliseconds(),
            new ChainParameters
            {
                TransactionFee = new Balance(1_000),
                FeePerByte = new Balance(dice.Pick([0u, 1u, 7u])),
                Treasury = treasury.Id,
                VotingBlocks = 20,
                Staking = new StakingParameters
                {
                    EraBlocks = dice.Pick([20u, 40u, 40u, 100u, 14_400u]),
                    Seats = 5,
                    ValidatorBondMin = new Balance(1_000_000),
                    UnbondingEras = 2,
                    JailEras = 1,
                    AbsencePermille = dice.Pick([100u, 600u, 600u]),
                    FirstYearIssuance = new Balance(500_000_000),
                },
            },
            Genesis.Sorted(all.Select(key => new GenesisAccount(key.Id, new Balance(10_000_000), key.PublicKey))),
            new ValidatorSet([.. validators.Select(key => key.PublicKey)]));
    }

    private async Task LiveAsync()
    {
        Nodes.ForEach(node => node.Start());
        _nemesis.Begin();
        foreach (PayingClient client in _clients)
            Spawn(client.RunAsync);
        if (Storing is not null)
            Spawn(Storing.RunAsync);
        foreach (SimulatedNode node in HasStaking ? Nodes.Where(node => node.Index < Genesis.Validators.Keys.Length) : [])
            Spawn(new ValidatorOperator(this, node, new Dice(Seed, $"operator {node.Index}")).RunAsync);
        await UntilAsync(() => false, _options.Duration);
        IsTroubled = false;
        _nemesis.Heal();
        Trace.Add("the faults stop");
        ulong goal = Chain.Height + 3;
        bool isBack = await UntilAsync(
            () => Honest.All(node => node.IsUp && node.Head!.Height >= goal) && _clients.TrueForAll(client => client.IsDone) && Storing is not { IsDone: false }, s_recovery);
        if (!HasFailed && !isBack)
        {
            string behind = string.Join(", ", Honest.Select(node => $"n{node.Index} {(node.IsUp ? $"at {node.Head!.Height}" : "is down")}"));
            Fail(new BrokenPromiseException("after faults stop, all goes on", $"wanted height {goal}, but {behind}; {string.Join(", ", _clients.Where(client => !client.IsDone).Select(client => $"{client.Describe()} waits"))}{(Storing is { IsDone: false } ? ", and who stores" : "")}"));
        }

        Secrets.LookAtDisks();
        if (!HasFailed)
            Chain.CheckAtEnd(_clients);
    }

    private async Task<bool> UntilAsync(Func<bool> isSo, TimeSpan patience)
    {
        TimeSpan end = Now + patience;
        while (Now < end && !HasFailed)
        {
            if (isSo())
                return true;
            await WaitAsync(s_look);
            Chain.Look();
        }

        return false;
    }
}
