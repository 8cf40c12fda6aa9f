using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Tests.Simulation;

/// <summary>A promise of the protocol that was broken.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);

/// <summary>Sees all that happens, and checks what must hold whatever happens.</summary>
internal sealed class Promises(World world)
{
    private readonly Dictionary<(int Validator, ulong Iteration), List<Vote>> _votes = [];
    private readonly Dictionary<ulong, SignedProposal> _proposals = [];
    private readonly List<Hash256> _final = [];

    public HashSet<int> Accused { get; } = [];

    public int Height => _final.Count - 1;

    public void Begin(Hash256 start) => _final.Add(start);

    /// <summary>An honest validator makes a block final.</summary>
    public void Finalised(int node, ulong height, Hash256 block)
    {
        if (height > (ulong)_final.Count)
            throw new BrokenPromiseException($"{node} finalises height {height} where {Height} is the highest.");
        if (height == (ulong)_final.Count)
            _final.Add(block);
        else if (_final[(int)height] != block)
            throw new BrokenPromiseException($"Two blocks are final at height {height}.");
    }

    public void Certified(Certificate certificate, Hash256 block)
    {
        if (certificate.BlockHash != block)
            throw new BrokenPromiseException("A certificate is for another block.");
        Hash256 digest = Certificate.VoteDigest(world.Genesis, block, certificate.Iteration);
        bool isRight = certificate.Votes.Length >= (2 * world.Count / 3) + 1
            && certificate.Votes.Select(vote => vote.Validator).Distinct().Count() == certificate.Votes.Length
            && certificate.Votes.All(vote => world.Keys.Verify(world.Keys.Validators.Keys[vote.Validator], digest, vote.Signature));
        if (!isRight)
            throw new BrokenPromiseException("A certificate does not verify.");
    }

    /// <summary>An honest validator lets a message out.</summary>
    public void Sent(int node, ConsensusMessage message)
    {
        switch (message)
        {
            case VoteMessage { Vote: var vote }:
                if (vote.Validator != node)
                    throw new BrokenPromiseException($"{node} sends a vote of {vote.Validator}.");
                if (!_votes.TryGetValue((node, vote.Iteration), out List<Vote>? votes))
                    _votes.Add((node, vote.Iteration), votes = []);
                if (votes.Exists(earlier => earlier.Contradicts(vote)))
                    throw new BrokenPromiseException($"{node} contradicts its vote in iteration {vote.Iteration}.");
                if (!votes.Exists(earlier => earlier.Kind == vote.Kind))
                    votes.Add(vote);
                break;
            case ProposalMessage { Proposal: var proposal } when world.LeaderOf(proposal.Iteration) == node:
                if (_proposals.TryGetValue(proposal.Iteration, out SignedProposal? before) && !before.SaysTheSameAs(proposal))
                    throw new BrokenPromiseException($"{node} contradicts its proposal in iteration {proposal.Iteration}.");
                _proposals[proposal.Iteration] = proposal;
                break;
        }
    }

    public void Reported(EquivocationEvidence evidence)
    {
        if (!world.Byzantine.Contains(evidence.Validator))
            throw new BrokenPromiseException($"Honest {evidence.Validator} is accused.");
        if (evidence.Verify(world.Genesis, world.Keys.Validators.Keys[evidence.Validator], world.Keys.Verify) != ConsensusError.None)
            throw new BrokenPromiseException($"Evidence against {evidence.Validator} does not verify.");
        EquivocationEvidence read = Scale.Decode<EquivocationEvidence>(Scale.Encode(evidence));
        if (read != evidence)
            throw new BrokenPromiseException("Evidence is read otherwise than it was written.");
        Accused.Add(evidence.Validator);
    }

    public void Refused(int node, int from, ConsensusError error)
    {
        if (!world.Byzantine.Contains(from) && error != ConsensusError.TooManyRequests)
            throw new BrokenPromiseException($"{node} refuses a message of honest {from}: {error}.");
    }
}
