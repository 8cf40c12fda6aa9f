using Cess.Consensus.Messages;
using Cess.Consensus.Simplex;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Consensus.Tests.Simulation;

/// <summary>How a Byzantine validator behaves.</summary>
internal enum Attack
{
    /// <summary>Two instances of it run at once, under one key, and know nothing of each other.</summary>
    Twins,

    /// <summary>Signs every vote for everything that it hears of.</summary>
    VotesForAll,

    /// <summary>Proposes invalid blocks, keeps some messages back, sends garbage.</summary>
    Saboteur,

    /// <summary>Proposes blocks on parents that were passed by, and lies about when they were notarised.</summary>
    Forker,
}

/// <summary>What one run is made of.</summary>
internal sealed record Scenario(int Validators, int Seed)
{
    public int Byzantine { get; init; }

    public Attack? Attack { get; init; }

    public SimplexRules Rules { get; init; } = new();

    public bool HasFaults { get; init; } = true;

    public bool AllCrash { get; init; }

    /// <summary>Now and then a validator that crashes loses its records, and perhaps its blocks; one at a time, as with less than a third.</summary>
    public bool LosesRecords { get; init; }

    /// <summary>False for validators that vote on at once without their records.</summary>
    public bool Abstains { get; init; } = true;

    public long ChaosMs { get; init; } = 2_500;

    public long HealedMs { get; init; } = 60_000;

    /// <summary>Blocks of an era; null for one that never ends.</summary>
    public ulong? EraBlocks { get; init; }

    public int BlocksAfterHeal { get; init; } = 6;
}

/// <summary>
/// A network of validators in one thread and in virtual time. All that happens follows from the seed: delays, losses,
/// repetitions, partitions, crashes in the middle of a call's effects, restarts from what was durable, and what the Byzantine
/// ones do.
/// </summary>
internal sealed class World
{
    public const long DeltaMs = 20;

    /// <summary>How far clocks differ at most, and how far ahead of its own a block may be that a validator votes for.</summary>
    public const long ToleranceMs = 30;

    /// <summary>What the clocks of block headers show when the run begins.</summary>
    private const long Epoch = 1_000_000;
    private const int StepsMax = 3_000_000;

    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Dictionary<ulong, ConsensusEra> _eras = [];
    private readonly Scenario _scenario;
    private long _order;
    private int[] _side;
    private int _blocks;

    public World(Scenario scenario)
    {
        _scenario = scenario;
        Random = new Random(scenario.Seed);
        Keys = new FakeKeys(scenario.Validators);
        Hash256 genesis = Hash256.Sha256(BitConverter.GetBytes(scenario.Seed));
        Genesis = genesis;
        Byzantine = [.. Enumerable.Range(0, scenario.Validators).OrderBy(_ => Random.Next()).Take(scenario.Byzantine)];
        Promises = new Promises(this);
        First = MakeBlock(0, genesis, valid: true, proposer: 0);
        Promises.Begin(First.Header.ComputeHash());
        _side = new int[scenario.Validators];
        for (int i = 0; i < scenario.Validators; i++)
        {
            Attack? attack = Byzantine.Contains(i) ? scenario.Attack ?? (Attack)Random.Next(4) : null;
            Nodes.Add(new Node(this, i, attack));
            if (attack == Attack.Twins)
                Nodes.Add(new Node(this, i, attack));
        }
    }

    public Random Random { get; }

    public FakeKeys Keys { get; }

    public Hash256 Genesis { get; }

    public int Count => _scenario.Validators;

    public HashSet<int> Byzantine { get; }

    public Promises Promises { get; }

    public Block First { get; }

    public List<Node> Nodes { get; } = [];

    public long Now { get; private set; }

    public SimplexRules Rules => _scenario.Rules;

    public bool IsHealed { get; private set; }

    public int Crashes { get; private set; }

    /// <summary>How often a validator that had lost its records has come to vote again.</summary>
    public int Recoveries { get; set; }

    public bool Abstains => _scenario.Abstains;

    public IEnumerable<Node> Honest => Nodes.Where(node => !Byzantine.Contains(node.Index));

    /// <summary>Runs the faults, heals the network, and waits for it to come back to life.</summary>
    public World Run()
    {
        foreach (Node node in Nodes)
            node.Start();
        if (_scenario.HasFaults)
            At(Random.Next(1, 300), MakeTrouble);
        RunUntil(_scenario.ChaosMs, () => false);
        Heal();
        int goal = Promises.Height + _scenario.BlocksAfterHeal;
        RunUntil(Now + _scenario.HealedMs, () => Honest.All(node => node.Height >= goal));
        if (Honest.FirstOrDefault(node => node.Height < goal) is { } late)
            throw new BrokenPromiseException($"{late.Index} has height {late.Height} of {goal} at {Now} ms.");
        return this;
    }

    /// <summary>An era has the same validators as the one before, and other leaders.</summary>
    public ConsensusEra EraOf(ulong number) => _eras.TryGetValue(number, out ConsensusEra? era) ? era : _eras[number] = new ConsensusEra(
        Genesis,
        number,
        Keys.Validators,
        [.. Enumerable.Range(0, Count).Select(AccountOf)],
        new LeaderSchedule(Hash256.Sha256(BitConverter.GetBytes(number + ((ulong)_scenario.Seed << 32))), Count),
        _scenario.EraBlocks is { } blocks ? (number + 1) * blocks : ulong.MaxValue);

    public int LeaderOf(ulong iteration) => EraOf(Iterations.EraOf(iteration)).LeaderOf(iteration);

    public ulong EraAfter(ulong height) => _scenario.EraBlocks is { } blocks ? height / blocks : 0;

    public void At(long delay, Action action) => _events.Enqueue(action, (Now + delay, _order++));

    public void Deliver(int from, int to, ConsensusMessage message)
    {
        if (from == to)
            return;
        foreach (Node node in Nodes.Where(node => node.Index == to))
        {
            int copies = IsHealed ? 1 : Random.Next(100) switch { < 6 => 0, < 10 => 2, _ => 1 };
            if (!IsHealed && _scenario.HasFaults && _side[from] != _side[to])
                copies = 0;
            for (int i = 0; i < copies; i++)
                At(Byzantine.Contains(from) ? 1 : Delay(), () => node.Receive(from, message));
        }
    }

    /// <summary>A validator's clock, in the time of block headers.</summary>
    public long ClockOf(int validator) => Epoch + Now + ((validator + _scenario.Seed) * 7 % (ToleranceMs + 1)) - (ToleranceMs / 2);

    public Block MakeBlock(ulong height, Hash256 parent, bool valid, int proposer) => new(
        new BlockHeader(
            height,
            parent,
            (ulong)ClockOf(proposer),
            AccountOf(proposer),
            Block.TransactionsRootOf([]),
            valid ? default : Hash256.Sha256("invalid"u8),
            Hash256.Sha256(BitConverter.GetBytes(_blocks++))),
        []);

    private static AccountId AccountOf(int validator) => new(Hash256.Sha256([(byte)validator]));

    /// <summary>Below Δ once the network is healed; before, now and then far above.</summary>
    private long Delay() => IsHealed || Random.Next(20) > 0 ? Random.Next(1, 12) : Random.Next(1, 150);

    private void RunUntil(long until, Func<bool> isDone)
    {
        int steps = 0;
        while (_events.TryPeek(out _, out (long At, long Order) next) && next.At <= until)
        {
            if (++steps > StepsMax)
                throw new BrokenPromiseException("The network babbles.");
            Now = next.At;
            _events.Dequeue()();
            if (isDone())
                return;
        }

        Now = until;
    }

    private void MakeTrouble()
    {
        if (IsHealed)
            return;
        switch (Random.Next(6))
        {
            case 0 or 1:
                for (int i = 0; i < _side.Length; i++)
                    _side[i] = Random.Next(2);
                break;
            case 2:
                _side = new int[_side.Length];
                break;
            case 3 when _scenario.AllCrash:
                Nodes.ForEach(Crash);
                break;
            default:
                Crash(Nodes[Random.Next(Nodes.Count)]);
                break;
        }

        At(Random.Next(1, 300), MakeTrouble);
    }

    private void Crash(Node node)
    {
        Crashes++;
        node.Crash();
        if (_scenario.LosesRecords && !Nodes.Exists(other => other.HasLostRecords) && Random.Next(2) == 0)
            node.LoseRecords(withBlocks: Random.Next(2) == 0);
        At(Random.Next(1, 400), node.Start);
    }

    private void Heal()
    {
        IsHealed = true;
        foreach (Node node in Nodes)
            node.Start();
    }
}
