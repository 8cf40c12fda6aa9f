using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Primitives;

namespace Cess.Consensus.Simplex;

/// <summary>The iterations after the last final one.</summary>
internal sealed class Rounds(ConsensusEra era, VerifySignature verify, ulong finalIteration, Hash256 finalBlock)
{
    private readonly SortedDictionary<ulong, Round> _rounds = [];

    /// <summary>Iteration of the newest certificate.</summary>
    public ulong FinalIteration { get; private set; } = finalIteration;

    /// <summary>The block that it makes final.</summary>
    public Hash256 FinalBlock { get; private set; } = finalBlock;

    /// <summary>All of which something is known, in order.</summary>
    public IEnumerable<Round> All => _rounds.Values;

    /// <summary>The round of an iteration after the final one.</summary>
    public Round this[ulong iteration]
    {
        get
        {
            if (!_rounds.TryGetValue(iteration, out Round? round))
                _rounds.Add(iteration, round = new Round(era, iteration, verify));
            return round;
        }
    }

    public Round? Find(ulong iteration) => _rounds.GetValueOrDefault(iteration);

    public void Finalise(ulong iteration, Hash256 block)
    {
        FinalIteration = iteration;
        FinalBlock = block;
        while (_rounds.Count > 0 && _rounds.First().Key is var first && first <= iteration)
            _rounds.Remove(first);
    }

    /// <summary>True if the block is notarised in that iteration, or final with it.</summary>
    public bool IsNotarised(ulong iteration, Hash256 block) => iteration == FinalIteration
        ? block == FinalBlock
        : Find(iteration)?.Block?.Block == block;

    public bool IsPassed(ulong iteration) => Find(iteration)?.Dummy is not null;

    /// <summary>The first iteration whose notarisation a proposal lacks; null if it lacks none.</summary>
    public ulong? FindMissing(SignedProposal proposal)
    {
        if (!IsNotarised(proposal.ParentIteration, proposal.Parent))
            return proposal.ParentIteration;
        for (ulong between = proposal.ParentIteration + 1; between < proposal.Iteration; between++)
        {
            if (!IsPassed(between))
                return between;
        }

        return null;
    }

    /// <summary>The newest block on which a leader may build: all iterations after its own passed without one.</summary>
    /// <param name="iteration">The leader's iteration.</param>
    /// <param name="missing">The last iteration of which no notarisation is known, if the answer is null.</param>
    public (ulong Iteration, Hash256 Block)? FindParent(ulong iteration, out ulong missing)
    {
        for (ulong before = iteration - 1; before > FinalIteration; before--)
        {
            if (Find(before) is { Block.Block: { } block })
            {
                missing = 0;
                return (before, block);
            }

            if (!IsPassed(before))
            {
                missing = before;
                return null;
            }
        }

        missing = 0;
        return (FinalIteration, FinalBlock);
    }
}
