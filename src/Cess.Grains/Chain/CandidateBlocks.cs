using System.Collections.Concurrent;
using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>
/// Blocks on their way to be final, with the states after them. The validators of a silo share it, so a block goes between grains
/// as its hash, and is executed once. Bounded by what the consensus keeps: nothing stays at or below the newest final height.
/// </summary>
public sealed class CandidateBlocks
{
    private readonly ConcurrentDictionary<Hash256, Candidate> _candidates = new();

    /// <summary>Puts in a block that somebody has sent; nothing happens if it is there.</summary>
    public void Offer(Hash256 hash, Block block) => _candidates.TryAdd(hash, new Candidate(block, null));

    /// <summary>Puts in blocks that are final, one after the other, and gives what to tell the chain of them.</summary>
    /// <param name="blocks">The blocks, at least one.</param>
    /// <param name="certificate">Of the last one; null if it comes with later blocks.</param>
    public FinalBlockNames Offer(ImmutableArray<Block> blocks, Certificate? certificate)
    {
        byte[] hashes = new byte[blocks.Length * Hash256.Size];
        for (int i = 0; i < blocks.Length; i++)
        {
            Hash256 hash = blocks[i].Header.ComputeHash();
            Offer(hash, blocks[i]);
            hash.WriteTo(hashes.AsSpan(i * Hash256.Size));
        }
        return new FinalBlockNames(blocks[0].Header.Height, hashes, certificate is null ? [] : Scale.Encode(certificate));
    }

    /// <summary>A block; null if it is not there.</summary>
    public Block? Find(Hash256 hash) => _candidates.GetValueOrDefault(hash)?.Block;

    /// <summary>A block that was executed; null for any other.</summary>
    internal FinalBlock? FindExecuted(Hash256 hash) => _candidates.GetValueOrDefault(hash)?.Executed;

    /// <summary>A validator's block on a parent that was executed; null for none.</summary>
    internal FinalBlock? FindExecuted(Hash256 parent, AccountId proposer) =>
        Executed.FirstOrDefault(block => block.Block.Block.Header is var header && header.Parent == parent && header.Proposer == proposer);

    /// <summary>All that were executed.</summary>
    internal IEnumerable<FinalBlock> Executed => _candidates.Values.Select(candidate => candidate.Executed).OfType<FinalBlock>();

    /// <summary>Puts in a block with what executing it gave.</summary>
    internal void Add(FinalBlock executed) =>
        _candidates[executed.Block.State.BlockHash] = new Candidate(executed.Block.Block, executed);

    /// <summary>
    /// Takes out what is final, and what can't become so any more because it does not come after the newest final block; gives
    /// back those of the latter that were executed.
    /// </summary>
    internal IReadOnlyList<FinalBlock> Prune(LedgerState final)
    {
        List<FinalBlock> dead = [];
        HashSet<Hash256> removed = [];
        foreach ((Hash256 hash, Candidate candidate) in _candidates.OrderBy(pair => pair.Value.Block.Header.Height))
        {
            BlockHeader header = candidate.Block.Header;
            bool isFinal = hash == final.BlockHash;
            bool follows = header.Height == final.Height + 1 ? header.Parent == final.BlockHash : header.Height > final.Height && !removed.Contains(header.Parent);
            if (!isFinal && follows)
                continue;
            _candidates.TryRemove(hash, out _);
            removed.Add(hash);
            if (!isFinal && candidate.Executed is { } executed)
                dead.Add(executed);
        }
        return dead;
    }

    private sealed record Candidate(Block Block, FinalBlock? Executed);
}
