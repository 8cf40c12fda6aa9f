using Cess.Consensus.Messages;
using Cess.Consensus.Simplex;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Tests.Simulation;

/// <summary>
/// A host with one machine: carries out effects in order, one after the other, and keeps what is durable over crashes.
/// </summary>
internal sealed class Node(World world, int index, Attack? attack)
{
    private readonly List<byte[]> _records = [];
    private readonly List<(Block Block, Certificate? Certificate)> _chain = [(world.First, null)];
    private readonly Queue<ConsensusEffect> _effects = [];
    private SimplexMachine? _machine;
    private Hash256 _tip = world.First.Header.ComputeHash();
    private readonly List<(SignedProposal Proposal, ulong Height)> _seen = [];
    private ulong _iteration;
    private ulong _era;
    private ProposalMessage? _fork;
    private int _life;
    private bool _isWriting;
    private Abstention? _abstention;

    public int Index => index;

    public int Height => _chain.Count - 1;

    public SimplexMachine? Machine => _machine;

    public ulong Era => _era;

    /// <summary>From the loss until the first record after it is durable.</summary>
    public bool HasLostRecords { get; private set; }

    private bool IsHonest => attack is null;

    public void Start()
    {
        if (_machine is not null)
            return;
        _era = world.EraAfter((ulong)Height);
        ConsensusRecord[] records = [.. _records.Select(bytes => Scale.Decode<ConsensusRecord>(bytes))];
        if (HasLostRecords && world.Abstains)
            _abstention ??= new Abstention((ulong)world.ClockOf(index), world.Now, (ulong)World.ToleranceMs);
        SimplexSettings settings = new(index, World.DeltaMs, world.Keys.SignerOf(index), world.Keys.Verify, _abstention);
        _machine = new SimplexMachine(
            world.EraOf(_era),
            settings,
            new FinalPoint((ulong)Height, _tip, _iteration),
            records,
            IsHonest ? world.Rules : SimplexRules.Protocol);
        Take(_machine.Start(world.Now));
    }

    /// <summary>What was not durable is gone, and what was to be sent after it is not sent.</summary>
    public void Crash()
    {
        _machine = null;
        _life++;
        _effects.Clear();
        _isWriting = false;
        _abstention = null;
    }

    /// <summary>A disk that is lost, while the node is down.</summary>
    public void LoseRecords(bool withBlocks)
    {
        HasLostRecords = true;
        _records.Clear();
        if (!withBlocks)
            return;
        _chain.RemoveRange(1, _chain.Count - 1);
        _tip = world.First.Header.ComputeHash();
        _iteration = 0;
    }

    public void Receive(int from, ConsensusMessage message)
    {
        if (attack == Attack.VotesForAll)
            VoteForAll(message);
        if (message is ProposalMessage { Block: { } block, Proposal: var proposal })
            _seen.Add((proposal, block.Header.Height));
        if (_machine is null)
            return;
        if (message.Iteration is not { } iteration || Iterations.EraOf(iteration) == _era)
            Take(_machine.Receive(from, message, world.Now));
        else if (message is StatusMessage status && Iterations.EraOf(iteration) < _era)
            Serve(from, status.FinalHeight);
    }

    /// <summary>Who is still in an era before gets its blocks.</summary>
    private void Serve(int to, ulong above)
    {
        if (FinalBlocks.Collect(_chain.Skip((int)above + 1)) is { } answer)
            Send(to, answer);
    }

    private void Take(IReadOnlyList<ConsensusEffect> effects)
    {
        foreach (ConsensusEffect effect in effects)
            _effects.Enqueue(effect);
        CarryOut();
    }

    private void CarryOut()
    {
        while (!_isWriting && _effects.TryDequeue(out ConsensusEffect? effect))
        {
            if (effect is PersistRecords persist)
                Write(persist);
            else
                CarryOut(effect);
        }
    }

    private void Write(PersistRecords persist)
    {
        _isWriting = true;
        Later(world.Random.Next(4), _ =>
        {
            _records.AddRange(persist.Records.Select(Scale.Encode));
            if (HasLostRecords)
                world.Recoveries++;
            HasLostRecords = false;
            _abstention = null;
            _isWriting = false;
            CarryOut();
        });
    }

    private void CarryOut(ConsensusEffect effect)
    {
        switch (effect)
        {
            case SendMessage send:
                Send(send.To, send.Message);
                break;
            case BroadcastMessage broadcast:
                for (int to = 0; to < world.Count; to++)
                    Send(to, broadcast.Message);
                break;
            case SetTimer { AtMs: { } at }:
                Later(Math.Max(0, at - world.Now), machine => Take(machine.Tick(world.Now)));
                break;
            case ProposeBlock propose:
                Build(propose);
                break;
            case CheckBlock check:
                Later(world.Random.Next(6), machine => Take(machine.BlockChecked(check.Hash, Judge(check.Block), world.Now)));
                break;
            case FinaliseBlocks final:
                Append(final);
                break;
            case ForgetRecords forget:
                _records.RemoveAll(bytes => Scale.Decode<ConsensusRecord>(bytes).Iteration < forget.Before);
                break;
            case ServeFinalBlocks serve:
                Serve(serve.To, serve.Above);
                break;
            case ReportEquivocation report when IsHonest:
                world.Promises.Reported(report.Evidence);
                break;
            case RefuseMessage refuse when IsHonest:
                world.Promises.Refused(index, refuse.From, refuse.Error);
                break;
            case EndEra:
                BeginNextEra();
                break;
            case HaltConsensus halt when IsHonest:
                throw new BrokenPromiseException($"{index} halts: {halt.Reason}");
        }
    }

    /// <summary>
    /// What was to be done for the old era comes before this; what timers and checks of it are still to come is void.
    /// </summary>
    private void BeginNextEra()
    {
        _machine = null;
        _life++;
        _effects.Clear();
        Start();
    }

    private void Build(ProposeBlock propose) => Later(IsHonest ? world.Random.Next(8) : 0, machine =>
    {
        bool isInvalid = attack == Attack.Saboteur && world.Random.Next(2) == 0;
        Take(world.Count > 1 && world.Random.Next(8) == 0
            ? machine.NothingToPropose(propose.Iteration, world.Now)
            : machine.BlockBuilt(propose.Iteration, world.MakeBlock(propose.Height, propose.Parent, !isInvalid, index), world.Now));
    });

    /// <summary>Some validators dislike some blocks, and nobody votes for one from the future.</summary>
    private BlockVerdict Judge(Block block)
    {
        if (block.Header.ReceiptsRoot != default && IsHonest)
            return BlockVerdict.Invalid;
        bool isAhead = (long)block.Header.TimeMs > world.ClockOf(index) + World.ToleranceMs;
        return world.Random.Next(25) == 0 || isAhead ? BlockVerdict.Unwelcome : BlockVerdict.Valid;
    }

    private void Append(FinaliseBlocks final)
    {
        foreach (Block block in final.Blocks)
        {
            Hash256 hash = block.Header.ComputeHash();
            if (block.Header.Parent != _tip || block.Header.Height != (ulong)_chain.Count)
                throw new BrokenPromiseException($"{index} finalises what does not follow.");
            if (IsHonest)
                world.Promises.Finalised(index, block.Header.Height, hash);
            _tip = hash;
            _chain.Add((block, null));
        }

        if (final.Certificate is not { } certificate)
            return;
        if (IsHonest)
            world.Promises.Certified(certificate, _tip);
        if (final.Blocks.IsEmpty)
            return;
        _chain[^1] = (_chain[^1].Block, certificate);
        _iteration = certificate.Iteration;
    }

    private void Send(int to, ConsensusMessage message)
    {
        if (IsHonest)
            world.Promises.Sent(index, message);
        else if (attack == Attack.Saboteur && !Sabotage(ref message))
            return;
        else if (attack == Attack.Forker && message is ProposalMessage { Proposal: var own } && world.LeaderOf(own.Iteration) == index)
            message = Fork(own);
        world.Deliver(index, to, message);
    }

    private bool Sabotage(ref ConsensusMessage message)
    {
        int die = world.Random.Next(10);
        if (die == 0 && message is VoteMessage { Vote: var vote })
            message = new VoteMessage(vote with { Signature = FakeKeys.Garbage(world.Random.Next()) });
        if (die == 1 && message is NotarisationMessage { Notarisation: var notarisation })
            message = new NotarisationMessage(notarisation with { Votes = notarisation.Votes.RemoveAt(0) });
        if (die == 2 && message is ProposalMessage { Block: { } block } proposal)
            message = proposal with { Block = block with { Header = block.Header with { TimeMs = 7 } } };
        return die < 6;
    }

    /// <summary>
    /// Instead of its own proposal: one on one of the last blocks that were proposed, or beside the last of them, as if its
    /// parent had only just been notarised.
    /// </summary>
    private ProposalMessage Fork(SignedProposal own)
    {
        if (_fork?.Proposal.Iteration == own.Iteration || _seen.Count == 0)
            return _fork ?? new ProposalMessage(own, null);
        (SignedProposal seen, ulong height) = _seen[^(1 + world.Random.Next(Math.Min(4, _seen.Count)))];
        (Hash256 parent, ulong notarised) = (seen.Block, Math.Min(seen.Iteration, own.Iteration - 1));
        if (world.Random.Next(2) == 0)
            (parent, notarised, height) = (_seen[^1].Proposal.Parent, own.Iteration - 1, _seen[^1].Height - 1);
        Block block = world.MakeBlock(height + 1, parent, valid: true, index);
        SignedProposal forked = new(own.Iteration, notarised, parent, block.Header.ComputeHash(), default);
        forked = forked with { Signature = FakeKeys.Sign(index, forked.Digest(world.Genesis)) };
        return _fork = new ProposalMessage(forked, block);
    }

    /// <summary>Signs each kind of vote for the block and iteration of a message, and sends it to some.</summary>
    private void VoteForAll(ConsensusMessage message)
    {
        (ulong Iteration, Hash256 Block)? about = message switch
        {
            ProposalMessage { Proposal: var proposal } => (proposal.Iteration, proposal.Block),
            VoteMessage { Vote: { Kind: VoteKind.Notarise } vote } => (vote.Iteration, vote.Block),
            _ => null,
        };
        if (about is not { } target)
            return;
        for (VoteKind kind = VoteKind.Notarise; kind <= VoteKind.Finalise; kind++)
        {
            Hash256 block = kind == VoteKind.Dummy ? default : target.Block;
            Signature signature = FakeKeys.Sign(index, Vote.Digest(kind, world.Genesis, target.Iteration, block));
            for (int to = 0; to < world.Count; to++)
            {
                if (world.Random.Next(3) == 0)
                    world.Deliver(index, to, new VoteMessage(new Vote((ushort)index, kind, target.Iteration, block, signature)));
            }
        }
    }

    /// <summary>Unless the node has crashed by then.</summary>
    private void Later(long delay, Action<SimplexMachine> action)
    {
        int life = _life;
        world.At(delay, () =>
        {
            if (life == _life && _machine is { } machine)
                action(machine);
        });
    }
}
