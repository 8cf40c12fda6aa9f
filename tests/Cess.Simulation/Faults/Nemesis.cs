using Cess.BlockStore.Simulated;
using Cess.Simulation.Checks;
using Cess.Simulation.World;
using Orleans.InProcess.Simulation;
using Orleans.Runtime;

namespace Cess.Simulation.Faults;

/// <summary>Brings the faults of a run about, and looks after what has stopped as an operator would.</summary>
internal sealed class Nemesis(SimulatedWorld world, Dice dice, IReadOnlySet<int> attackers)
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(40);

    private static readonly string?[] s_chainGrains = ["chain", "consensus"];

    /// <summary>Nodes that may lose what they have stored: no more than the protocol bears, attackers included.</summary>
    private readonly HashSet<int> _unlucky = [];

    /// <summary>Miners that may lose or spoil what they have: as many as a file bears.</summary>
    private readonly List<SimulatedMiner> _lossy = [];

    private IEnumerable<SimulatedMiner> Miners => world.Nodes.SelectMany(node => node.Site?.Miners ?? []);

    public void Begin()
    {
        _unlucky.UnionWith(attackers);
        while (_unlucky.Count < world.Bearable)
            _unlucky.Add(dice.Next(world.Genesis.Validators.Keys.Length));
        world.Trace.Add($"{world.Genesis.Validators.Keys.Length} validators, attackers [{string.Join(' ', attackers.Order())}], faults [{string.Join(' ', world.Swarm.Order())}]");
        world.Network.Loss = On(FaultKind.MessageLoss) ? dice.Pick([0.01, 0.05, 0.2, 0.5]) : 0;
        world.Network.Delay = On(FaultKind.MessageDelay) ? dice.Pick([0.02, 0.1, 0.3]) : 0;
        world.Network.Duplicate = On(FaultKind.MessageDuplicate) ? dice.Pick([0.02, 0.2, 0.5]) : 0;
        foreach (SimulatedNode node in world.Nodes)
        {
            if (On(FaultKind.ClockSkew))
            {
                world.Count(FaultKind.ClockSkew);
                node.JumpClock(TimeSpan.FromSeconds((dice.Next(9) - 4) * 0.5));
            }

            if (MayHarm(node))
            {
                node.Blocks.Misread = On(FaultKind.MisdirectedRead) ? 0.02 : 0;
                node.Blocks.Miswrite = On(FaultKind.MisdirectedWrite) ? 0.005 : 0;
                node.HasBadDisk = node.Blocks.Misread + node.Blocks.Miswrite > 0;
            }

            foreach (SimulatedDisk disk in new[] { node.Blocks, node.Votes })
            {
                disk.SlowSync = On(FaultKind.DiskSlow) ? 0.05 : 0;
                disk.FailSync = On(FaultKind.SyncFailure) ? 0.002 : 0;
                disk.FailRead = On(FaultKind.ReadError) ? 0.005 : 0;
            }
        }

        foreach (SimulatedMiner miner in Miners)
        {
            miner.Refuses = On(FaultKind.MinerFailure) && dice.Chance(0.3) ? 0.3 : 0;
            miner.Slow = On(FaultKind.MinerSlow) ? 0.1 : 0;
        }

        if (world.Nodes.Find(node => node.Site is not null)?.Site is { } site)
            _lossy.AddRange(site.Miners.OrderBy(_ => dice.Next(1_000)).Take(site.Policy.ParityFragments));
        Next();
    }

    /// <summary>Ends all faults: what is held goes through, who is down comes back.</summary>
    public void Heal()
    {
        world.Network.Heal();
        foreach (SimulatedNode node in world.Nodes)
        {
            foreach (SimulatedDisk disk in new[] { node.Blocks, node.Votes })
            {
                (disk.SlowSync, disk.FailSync, disk.FailRead, disk.Misread, disk.Miswrite) = (0, 0, 0, 0, 0);
                disk.Empty();
                disk.Disarm();
            }

            node.JumpClock(TimeSpan.Zero);
            if (node.IsPaused)
                node.Resume();
            if (node.HasTwoChains)
                node.Crash(SurvivingWrites.All);
            if (!node.IsRunning)
                node.Start();
        }

        foreach (SimulatedMiner miner in Miners)
            (miner.Refuses, miner.Slow) = (0, 0);
    }

    /// <summary>Somebody looks after a node that has stopped by itself.</summary>
    public void Repair(SimulatedNode node, bool isCorrupt)
    {
        world.Sometimes(isCorrupt ? Rare.DamageNoticed : Rare.NodeStoppedItself);
        world.After(world.IsTroubled ? dice.Between(s_short, s_long) : s_short, () =>
        {
            node.Blocks.Empty();
            node.Votes.Empty();
            if (isCorrupt)
                node.ForgetBlocks();
            node.Start();
        });
    }

    /// <summary>Whether it may take or change what the node has stored.</summary>
    public bool MayHarm(SimulatedNode node) => _unlucky.Contains(node.Index);

    private bool On(FaultKind fault) => world.Swarm.Contains(fault);

    private void Next()
    {
        world.After(dice.Wait(s_between), () =>
        {
            if (!world.IsTroubled)
                return;
            FaultKind[] now = [.. world.Swarm.Except(Profile.Attacks).Where(fault => fault is not (FaultKind.ParameterChange or FaultKind.Upgrade or FaultKind.Overload)).Order()];
            if (now.Length > 0)
                Bring(dice.Pick(now), dice.Pick(world.Nodes));
            Next();
        });
    }

    private void Bring(FaultKind fault, SimulatedNode node)
    {
        switch (fault)
        {
            case FaultKind.Partition:
                Separate(oneWay: false);
                break;
            case FaultKind.OneWayPartition:
                Separate(oneWay: true);
                break;
            case FaultKind.Clog:
                Clog();
                break;
            case FaultKind.Crash when node.IsRunning:
                world.Count(fault);
                Kill(node);
                break;
            case FaultKind.Outage when node.IsRunning:
                world.Count(fault);
                Kill(node, dice.Between(s_long, s_long * 8));
                break;
            case FaultKind.CrashInWrite when node.IsRunning:
                world.Count(fault);
                (dice.Chance(0.5) ? node.Blocks : node.Votes).CrashWithin(dice.Between(1, 3_000));
                Watch(node);
                break;
            case FaultKind.PowerCut:
                world.Count(fault);
                world.Nodes.ForEach(Kill);
                break;
            case FaultKind.Pause when node.IsUp:
                world.Count(fault);
                node.Pause();
                world.After(dice.Between(s_short, s_long), () => Wake(node));
                break;
            case FaultKind.CrashInStart when node.IsRunning:
                Kill(node, dice.Between(TimeSpan.Zero, s_short));
                break;
            case FaultKind.ClockJump:
                world.Count(fault);
                node.JumpClock(TimeSpan.FromSeconds(dice.Between(-4, 4)));
                break;
            case FaultKind.DiskFull when node.IsRunning:
                world.Count(fault);
                (dice.Chance(0.5) ? node.Blocks : node.Votes).Fill();
                world.After(dice.Between(s_short, s_long), () =>
                {
                    node.Blocks.Empty();
                    node.Votes.Empty();
                });
                break;
            case FaultKind.DoubleActivation when node.IsUp:
                node.OnLife(services => ActivateTwice(node, services));
                break;
            case FaultKind.MinerLoss when _lossy.Count > 0:
                world.Count(fault);
                world.Spawn(dice.Pick(_lossy).LoseAsync);
                break;
            case FaultKind.MinerLie when _lossy.Count > 0:
                world.Count(fault);
                world.Spawn(() => dice.Pick(_lossy).SpoilAsync(dice));
                break;
            case FaultKind.EmptyDisk or FaultKind.LostJournal or FaultKind.OldDisk or FaultKind.BitFlip when MayHarm(node):
                Damage(fault, node);
                break;
        }
    }

    /// <summary>Some of the node's grains are active twice for a while.</summary>
    private void ActivateTwice(SimulatedNode node, IServiceProvider services)
    {
        foreach (GrainId grain in DoubleActivation.FindActive(services).Where(_ => dice.Chance(0.5)))
        {
            if (DoubleActivation.Orphan(services, grain) is not { } end)
                continue;
            world.Count(FaultKind.DoubleActivation);
            world.Trace.Add($"n{node.Index} {grain} twice");
            node.HasTwoChains |= s_chainGrains.Contains(grain.Type.ToString());
            world.After(dice.Between(TimeSpan.Zero, s_long), () => node.OnLife(_ => end()));
        }
    }

    private void Separate(bool oneWay)
    {
        world.Count(oneWay ? FaultKind.OneWayPartition : FaultKind.Partition);
        int[] side = [.. world.Nodes.Select(_ => dice.Next(2))];
        Each((from, to) =>
        {
            if (side[from] < side[to] || (!oneWay && side[from] != side[to]))
                world.Network.Cut(from, to, isCut: true);
        });
        world.Trace.Add($"partition {string.Concat(side)}{(oneWay ? " one way" : "")}");
        // Links come back one by one.
        Each((from, to) => world.After(dice.Between(s_short, s_long), () => world.Network.Cut(from, to, isCut: false)));
    }

    private void Clog()
    {
        int from = dice.Next(world.Nodes.Count);
        int to = dice.Next(world.Nodes.Count);
        world.Count(FaultKind.Clog);
        world.Network.Clog(from, to);
        world.After(dice.Between(s_short, s_long), () => world.Network.Unclog(from, to));
    }

    private void Each(Action<int, int> link)
    {
        for (int from = 0; from < world.Nodes.Count; from++)
        {
            for (int to = 0; to < world.Nodes.Count; to++)
                link(from, to);
        }
    }

    private void Kill(SimulatedNode node) => Kill(node, dice.Between(TimeSpan.Zero, s_long));

    private void Kill(SimulatedNode node, TimeSpan down)
    {
        if (!node.IsRunning)
            return;
        node.Crash(world.DrawSurvivors());
        world.After(down, node.Start);
        if (On(FaultKind.CrashInStart))
            world.After(down + dice.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(400)), () => KillInStart(node));
    }

    private void KillInStart(SimulatedNode node)
    {
        if (!world.IsTroubled || !node.IsRunning || node.IsUp)
            return;
        node.Crash(world.DrawSurvivors());
        world.After(dice.Between(TimeSpan.Zero, s_short), node.Start);
    }

    /// <summary>A crash that the disk brings about has to be followed by a start, too.</summary>
    private void Watch(SimulatedNode node) => world.After(s_long, () =>
    {
        if (!node.IsRunning)
            node.Start();
    });

    private static void Wake(SimulatedNode node)
    {
        if (node.IsPaused)
            node.Resume();
    }

    private void Damage(FaultKind fault, SimulatedNode node)
    {
        if (fault == FaultKind.OldDisk)
        {
            ulong height = node.Durable;
            node.Blocks.Backup();
            world.After(dice.Between(s_short, s_long * 3), () => Damage(FaultKind.OldDisk, node, () =>
            {
                node.ForgetSince(height);
                return node.Blocks.RestoreBackup();
            }));
        }
        else if (fault is FaultKind.EmptyDisk or FaultKind.LostJournal)
        {
            Damage(fault, node, () =>
            {
                if (fault == FaultKind.EmptyDisk)
                    node.ForgetBlocks();
                else
                    node.Votes.Wipe();
                return true;
            });
        }
        else
        {
            Damage(fault, node, () =>
            {
                // In the last batch a flipped bit can't be told from a write that a crash cut off.
                node.ForgetSince(0);
                return node.Blocks.Flip(dice);
            });
        }
    }

    private void Damage(FaultKind fault, SimulatedNode node, Func<bool> damage)
    {
        if (!world.IsTroubled || !node.IsRunning)
            return;
        node.Crash(SurvivingWrites.All);
        if (damage())
            world.Count(fault);
        world.After(dice.Between(TimeSpan.Zero, s_long), node.Start);
    }
}
