namespace Cess.Consensus;

/// <summary>
/// Why a message was refused. Whoever sent it is faulty, or its messages are forged; late and early ones are not refused.
/// </summary>
public enum ConsensusError : byte
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>A vote names another validator than the peer that it comes from, or one that does not exist.</summary>
    VoterWrong = 1,

    /// <summary>A signature does not verify.</summary>
    SignatureInvalid = 2,

    /// <summary>A notarisation or a certificate has fewer votes than a quorum.</summary>
    QuorumMissing = 3,

    /// <summary>A proposed block is not the one whose hash was signed, or does not follow the parent that was signed.</summary>
    BlockMismatch = 4,

    /// <summary>The transactions are not those of the block's header.</summary>
    TransactionsMismatch = 5,

    /// <summary>A proposal does not come after its parent.</summary>
    ParentWrong = 6,

    /// <summary>The block breaks a rule of the ledger.</summary>
    BlockInvalid = 7,

    /// <summary>Blocks that should be final do not follow each other up to their certificate.</summary>
    BlocksUnlinked = 8,

    /// <summary>A peer asks for more than it may in that time.</summary>
    TooManyRequests = 9,

    /// <summary>Two statements do not contradict each other, or are not in order.</summary>
    NoEquivocation = 10,

    /// <summary>A proposed block names another proposer than its leader.</summary>
    ProposerWrong = 11,
}
