using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Simplex;

/// <summary>What the host has found out about a block.</summary>
internal enum BlockState : byte
{
    /// <summary>Nobody has asked.</summary>
    Unchecked,

    /// <summary>The host was asked.</summary>
    Asked,

    /// <summary>It keeps the rules, and the host has the state after it.</summary>
    Valid,

    /// <summary>The same, but this validator would not vote for it.</summary>
    Unwelcome,

    /// <summary>It breaks a rule.</summary>
    Invalid,
}

/// <summary>A block that is not final yet.</summary>
internal sealed class Candidate(Block block)
{
    public Block Block => block;

    public ulong Height => block.Header.Height;

    public Hash256 Parent => block.Header.Parent;

    public BlockState State { get; set; }

    /// <summary>The iteration of the newest record that has it; 0 for none.</summary>
    public ulong PersistedIn { get; set; }

    /// <summary>True if a record has it, where those of iterations before a number may be gone.</summary>
    public bool IsPersisted(ulong forgotten) => PersistedIn > 0 && PersistedIn >= forgotten;
}

/// <summary>The blocks after the last final one that the host has.</summary>
internal sealed class BlockTree(ulong height, Hash256 block)
{
    private readonly Dictionary<Hash256, Candidate> _candidates = [];

    /// <summary>Height of the last final block.</summary>
    public ulong Height { get; private set; } = height;

    /// <summary>Its hash.</summary>
    public Hash256 Block { get; private set; } = block;

    public Candidate? Find(Hash256 hash) => _candidates.GetValueOrDefault(hash);

    public Candidate Add(Hash256 hash, Block block)
    {
        if (!_candidates.TryGetValue(hash, out Candidate? candidate))
            _candidates.Add(hash, candidate = new Candidate(block));
        return candidate;
    }

    /// <summary>Height of a block that is known or final; null for any other.</summary>
    public ulong? HeightOf(Hash256 hash) => hash == Block ? Height : Find(hash)?.Height;

    public void Finalise(ulong height, Hash256 block)
    {
        Height = height;
        Block = block;
    }

    /// <summary>
    /// The block and those before it, the oldest first, that no record has; from now on, that of this iteration has them.
    /// </summary>
    /// <param name="hash">The block.</param>
    /// <param name="iteration">The iteration of the record to be written.</param>
    /// <param name="forgotten">Records of iterations before this one may be gone.</param>
    public ImmutableArray<Block> TakeUnpersisted(Hash256 hash, ulong iteration, ulong forgotten)
    {
        List<Block> blocks = [];
        for (; Find(hash) is { } candidate && !candidate.IsPersisted(forgotten); hash = candidate.Parent)
        {
            candidate.PersistedIn = iteration;
            blocks.Add(candidate.Block);
        }

        blocks.Reverse();
        return [.. blocks];
    }

    /// <summary>Forgets final blocks, and of the others those that are not needed.</summary>
    public void Keep(Func<Hash256, bool> isNeeded)
    {
        foreach ((Hash256 hash, Candidate candidate) in _candidates)
        {
            if (candidate.Height <= Height || !isNeeded(hash))
                _candidates.Remove(hash);
        }
    }
}
