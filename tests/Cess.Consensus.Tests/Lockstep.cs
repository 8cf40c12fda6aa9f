using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Consensus.Simplex;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Consensus.Tests;

/// <summary>Validators whose messages all arrive, in the order in which they were sent, in no time.</summary>
internal sealed class Lockstep
{
    public const long DeltaMs = 100;

    private readonly Queue<(int From, int To, ConsensusMessage Message)> _network = new();
    private readonly List<(Block Block, Certificate? Certificate)>[] _chains;
    private readonly List<ConsensusRecord>[] _records;
    private readonly List<ConsensusEffect>[] _all;
    private readonly SignDigest[] _sign;
    private readonly Func<int, VerifySignature> _verify;
    private readonly ulong _height;

    public Lockstep(ConsensusEra era, SignDigest[] sign, Func<int, VerifySignature> verify, ulong height)
    {
        (Era, _sign, _verify, _height) = (era, sign, verify, height);
        _chains = [.. sign.Select(_ => new List<(Block, Certificate?)> { (Genesis(era), null) })];
        _records = [.. sign.Select(_ => new List<ConsensusRecord>())];
        _all = [.. sign.Select(_ => new List<ConsensusEffect>())];
        Machines = [.. Enumerable.Range(0, sign.Length).Select(Create)];
    }

    public ConsensusEra Era { get; }

    public SimplexMachine[] Machines { get; }

    /// <summary>Messages from and to these are lost.</summary>
    public HashSet<int> Absent { get; } = [];

    public long Now { get; set; }

    public static ConsensusEra EraOf(ValidatorSet validators, ulong lastHeight = ulong.MaxValue) => new(
        Hash256.Sha256("lockstep"u8),
        0,
        validators,
        // All alike, so that one can make another's blocks.
        [.. new AccountId[validators.Keys.Length]],
        new LeaderSchedule(Hash256.Sha256("seed"u8), validators.Keys.Length),
        lastHeight);

    public static Block Genesis(ConsensusEra era) => MakeBlock(0, era.Genesis, 0);

    public static Block MakeBlock(ulong height, Hash256 parent, int salt) => new(
        new BlockHeader(height, parent, (ulong)salt, default, Block.TransactionsRootOf([]), default, default), []);

    public IReadOnlyList<(Block Block, Certificate? Certificate)> Chain(int validator) => _chains[validator];

    public IEnumerable<BlockHeader> Headers(int validator) => _chains[validator].Select(entry => entry.Block.Header);

    public IReadOnlyList<ConsensusRecord> Records(int validator) => _records[validator];

    public IReadOnlyList<ConsensusEffect> Effects(int validator) => _all[validator];

    public SimplexMachine Create(int validator)
    {
        (Block tip, _) = _chains[validator][^1];
        ulong iteration = _chains[validator].Max(entry => entry.Certificate?.Iteration ?? 0);
        return new SimplexMachine(
            Era,
            new SimplexSettings(validator, DeltaMs, _sign[validator], _verify(validator)),
            new FinalPoint(tip.Header.Height, tip.Header.ComputeHash(), iteration),
            _records[validator]);
    }

    public void Start(params int[] validators)
    {
        foreach (int validator in validators)
            Do(validator, Machines[validator].Start(Now));
        Run();
    }

    public void StartAll() => Start([.. Enumerable.Range(0, Machines.Length).Where(validator => !Absent.Contains(validator))]);

    public void Restart(int validator)
    {
        Machines[validator] = Create(validator);
        Start(validator);
    }

    public void Tick(long ms)
    {
        Now += ms;
        for (int validator = 0; validator < Machines.Length; validator++)
        {
            if (!Absent.Contains(validator))
                Do(validator, Machines[validator].Tick(Now));
        }

        Run();
    }

    public void Inject(int from, int to, ConsensusMessage message)
    {
        _network.Enqueue((from, to, message));
        Run();
    }

    /// <summary>The leader of the iteration has nothing to propose.</summary>
    public void RepeatParent()
    {
        SimplexMachine leader = Machines[Machines[0].Leader];
        Do(Machines[0].Leader, leader.NothingToPropose(leader.Iteration, Now));
        Run();
    }

    public void Run()
    {
        while (_network.TryDequeue(out (int From, int To, ConsensusMessage Message) next))
        {
            if (!Absent.Contains(next.From) && !Absent.Contains(next.To))
                Do(next.To, Machines[next.To].Receive(next.From, Scale.Decode<ConsensusMessage>(Scale.Encode(next.Message)), Now));
        }
    }

    private void Do(int validator, IReadOnlyList<ConsensusEffect> effects)
    {
        foreach (ConsensusEffect effect in effects)
        {
            _all[validator].Add(effect);
            switch (effect)
            {
                case PersistRecords persist:
                    _records[validator].AddRange(persist.Records);
                    break;
                case ForgetRecords forget:
                    _records[validator].RemoveAll(record => record.Iteration < forget.Before);
                    break;
                case SendMessage send:
                    _network.Enqueue((validator, send.To, send.Message));
                    break;
                case BroadcastMessage broadcast:
                    for (int to = 0; to < Machines.Length; to++)
                    {
                        if (to != validator)
                            _network.Enqueue((validator, to, broadcast.Message));
                    }

                    break;
                case ProposeBlock propose when propose.Height <= _height:
                    Block built = MakeBlock(propose.Height, propose.Parent, validator);
                    Do(validator, Machines[validator].BlockBuilt(propose.Iteration, built, Now));
                    break;
                case CheckBlock check:
                    Do(validator, Machines[validator].BlockChecked(check.Hash, BlockVerdict.Valid, Now));
                    break;
                case FinaliseBlocks { Blocks: [.., var last] } final:
                    _chains[validator].AddRange(final.Blocks.Select(block => (block, block == last ? final.Certificate : null)));
                    break;
                case ServeFinalBlocks serve:
                    _network.Enqueue((validator, serve.To, FinalBlocks.Collect(_chains[validator].Skip((int)serve.Above + 1))!));
                    break;
            }
        }
    }
}
