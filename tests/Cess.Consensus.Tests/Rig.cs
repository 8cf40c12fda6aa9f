using System.Collections.Immutable;
using Cess.Consensus.Messages;
using Cess.Consensus.Simplex;
using Cess.Consensus.Tests.Simulation;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Tests;

/// <summary>One machine that leads neither of the first two iterations; and all the keys, to play the others.</summary>
internal sealed class Rig
{
    public const long DeltaMs = 100;

    private readonly FakeKeys _keys;
    private long _timer;

    public Rig(int validators, Abstention? abstention = null)
    {
        _keys = new FakeKeys(validators);
        Era = Lockstep.EraOf(_keys.Validators);
        Self = Enumerable.Range(0, validators).First(v => v != Era.LeaderOf(1) && v != Era.LeaderOf(2));
        Tip = Lockstep.Genesis(Era).Header.ComputeHash();
        Machine = new SimplexMachine(
            Era, new SimplexSettings(Self, DeltaMs, _keys.SignerOf(Self), _keys.Verify, abstention), new FinalPoint(0, Tip, 0), []);
        Follow(Machine.Start(0));
    }

    public ConsensusEra Era { get; }

    public SimplexMachine Machine { get; }

    /// <summary>The last final block at the start.</summary>
    public Hash256 Tip { get; }

    public long Now { get; set; }

    public int Self { get; }

    /// <summary>Validator 1, 2, …: the others, in an order that leaves the machine's own out.</summary>
    public int Other(int number) => (Self + number) % Era.Count;

    public ConsensusEffect[] Receive(int from, ConsensusMessage message) => Follow(Machine.Receive(from, message, Now));

    public ConsensusEffect[] Tick() => Follow(Machine.Tick(Now));

    public ConsensusEffect[] Receive(int from, Notarisation notarisation) => Receive(from, new NotarisationMessage(notarisation));

    public ConsensusEffect[] ReceiveVote(int from, VoteKind kind, ulong iteration, Hash256 block) =>
        Receive(from, new VoteMessage(Vote(from, kind, iteration, block)));

    /// <summary>Milliseconds until the time-out, which is the timer's after the repetitions that come before it.</summary>
    public long NextTimeout()
    {
        long start = Now;
        ulong iteration = Machine.Iteration;
        while (_timer < start + (1_000 * DeltaMs))
        {
            Now = _timer;
            ConsensusEffect[] effects = Tick();
            if (effects.Any(effect => effect is BroadcastMessage { Message: VoteMessage { Vote: { Kind: VoteKind.Dummy } vote } }
                && vote.Iteration == iteration))
            {
                return Now - start;
            }
        }

        throw new InvalidOperationException($"No vote for the dummy of {iteration} comes.");
    }

    public Vote Vote(int validator, VoteKind kind, ulong iteration, Hash256 block) => new(
        (ushort)validator, kind, iteration, block, FakeKeys.Sign(validator, Messages.Vote.Digest(kind, Era.Genesis, iteration, block)));

    public Notarisation Notarise(ulong iteration, Hash256? block) =>
        new(iteration, block, Votes(block.HasValue ? VoteKind.Notarise : VoteKind.Dummy, iteration, block ?? default));

    public Certificate Certify(ulong iteration, Hash256 block) => new(block, iteration, Votes(VoteKind.Finalise, iteration, block));

    public (ProposalMessage Message, int Leader) Propose(ulong iteration, int salt) =>
        Propose(iteration, Lockstep.MakeBlock(1, Tip, salt));

    public (ProposalMessage Message, int Leader) Propose(ulong iteration, Block block, ulong parentIteration = 0)
    {
        int leader = Era.LeaderOf(iteration);
        SignedProposal proposal = new(iteration, parentIteration, block.Header.Parent, block.Header.ComputeHash(), default);
        proposal = proposal with { Signature = FakeKeys.Sign(leader, proposal.Digest(Era.Genesis)) };
        return (new ProposalMessage(proposal, block), leader);
    }

    private ImmutableArray<CertificateVote> Votes(VoteKind kind, ulong iteration, Hash256 block) =>
    [
        .. Enumerable.Range(0, Era.Count).Where(v => v != Self).Take(Era.Validators.Quorum)
            .Select(v => new CertificateVote((ushort)v, Vote(v, kind, iteration, block).Signature)),
    ];

    private ConsensusEffect[] Follow(IReadOnlyList<ConsensusEffect> effects)
    {
        foreach (SetTimer timer in effects.OfType<SetTimer>())
            _timer = timer.AtMs ?? long.MaxValue;
        return [.. effects.Where(effect => effect is not SetTimer)];
    }
}
