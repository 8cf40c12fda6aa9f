using Cess.Ledger;

namespace Cess.Consensus;

/// <summary>
/// The bounds of the consensus. Each protects one validator's memory or time; validators with different ones still agree,
/// except on <see cref="MessageBytesMax"/>, which all must be able to read.
/// </summary>
public static class ConsensusLimits
{
    /// <summary>
    /// Most bytes of one message: a block as large as the ledger allows, with its header, its lengths and a certificate.
    /// </summary>
    public const int MessageBytesMax = LedgerLimits.BlockTransactionBytesMax + (1024 * 1024);

    /// <summary>Bytes of blocks that an answer with final blocks is filled up to; the first block may exceed it.</summary>
    public const int FinalBlocksBytes = 8 * 1024 * 1024;

    /// <summary>Most blocks in an answer with final blocks.</summary>
    public const int FinalBlocksMax = 128;

    /// <summary>Most headers that link an answer's last block to the certificate's.</summary>
    public const int LinkHeadersMax = 1024;

    /// <summary>
    /// Most blocks between the last final one and a notarised one. A leader that has so many repeats the last one instead of
    /// adding another, which makes them final without making more.
    /// </summary>
    public const int UnfinalisedBlocksMax = 64;

    /// <summary>
    /// Most iterations after the last final one. A validator that got so far enters no more until a certificate comes. With
    /// time-outs that double, that takes days without any agreement.
    /// </summary>
    public const int UnfinalisedIterationsMax = 4096;

    /// <summary>
    /// How many iterations ahead a vote is kept for. A validator that sees one from further ahead asks what it has missed.
    /// </summary>
    public const int FutureVotesMax = 32;

    /// <summary>How many iterations ahead a proposal, which may have a block of many bytes, is kept for.</summary>
    public const int FutureProposalsMax = 4;

    /// <summary>How many iterations back single votes are kept for; of older ones, what they came to is enough.</summary>
    public const int PastVotesMax = 16;

    /// <summary>Wrong messages after which nothing more is read from that peer until the next iteration.</summary>
    public const int InvalidMessagesMax = 4;

    /// <summary>Most notarisations that answer one request.</summary>
    public const int NotarisationsPerAnswer = 64;

    /// <summary>Answers that one peer gets in one message delay (Δ).</summary>
    public const int AnswersPerPeer = 8;

    /// <summary>Largest Δ in milliseconds: what takes longer is not a network.</summary>
    public const long DeltaMsMax = 10 * 60 * 1000;

    /// <summary>
    /// The time-out doubles each time that every validator has led once without a block becoming final, and so often at most.
    /// </summary>
    public const int TimeoutDoublingsMax = 6;
}
