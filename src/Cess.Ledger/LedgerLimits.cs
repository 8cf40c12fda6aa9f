using Cess.Primitives;

namespace Cess.Ledger;

/// <summary>
/// The bounds of the ledger. Those that decide whether bytes are a valid transaction or block are part of the protocol: all
/// validators must have the same ones.
/// </summary>
public static class LedgerLimits
{
    /// <summary>Most bytes of a signed transaction.</summary>
    public const int TransactionBytesMax = 1024 * 1024;

    /// <summary>Most transactions in a block.</summary>
    public const int BlockTransactionsMax = 65_536;

    /// <summary>Most bytes of a block's signed transactions together.</summary>
    public const int BlockTransactionBytesMax = 16 * 1024 * 1024;

    /// <summary>Most bytes of one receipt; a call that would leave more fails.</summary>
    public const int ReceiptBytesMax = 8 * 1024 * 1024;

    /// <summary>Most bytes of a block's receipts together; what would exceed them waits for the next block.</summary>
    public const int BlockReceiptBytesMax = 32 * 1024 * 1024;

    /// <summary>Most bytes of a stored block: transactions, receipts, events and certificate.</summary>
    public const int BlockRecordBytesMax = 64 * 1024 * 1024;

    /// <summary>Most events in one receipt, or at the start of one block.</summary>
    public const int EventsMax = 65_536;

    /// <summary>Most calls in a batch.</summary>
    public const int BatchCallsMax = 1024;

    /// <summary>Most members of an account of several keys.</summary>
    public const int MultisigMembersMax = 16;

    /// <summary>Most delegates of one account, expired ones included.</summary>
    public const int DelegatesPerAccountMax = 20;

    /// <summary>Most modules in a delegate's scope.</summary>
    public const int ScopeModulesMax = 16;

    /// <summary>Most tokens that a chain can ever have; it leaves room for every product that the rules take.</summary>
    public static Balance SupplyMax { get; } = new(UInt128.One << 104);

    /// <summary>Most candidates for validators.</summary>
    public const int CandidatesMax = 512;

    /// <summary>Most validators that one account nominates.</summary>
    public const int NominationsMax = 16;

    /// <summary>Most withdrawals that one stake, or one nomination, has pending.</summary>
    public const int UnbondingChunksMax = 16;

    /// <summary>Most eras that unbonding takes.</summary>
    public const int UnbondingErasMax = 128;

    /// <summary>Most eras in jail.</summary>
    public const uint JailErasMax = 10_000;

    /// <summary>Most years with new tokens.</summary>
    public const uint IssuanceYearsMax = 100;

    /// <summary>Most punishments of a validator that are counted in an era.</summary>
    public const uint PunishmentsMax = 1000;

    /// <summary>Fewest turns of an equal share from which on a validator can be absent.</summary>
    public const uint AbsenceTurnsMin = 8;

    /// <summary>Most open proposals.</summary>
    public const int ProposalsMax = 16;

    /// <summary>Most open proposals of one validator.</summary>
    public const int ProposalsPerValidatorMax = 2;

    /// <summary>Most approvals that a proposal keeps: before more are taken, those of former validators go.</summary>
    public const int ApprovalsMax = 2 * ValidatorsMax;

    /// <summary>Most blocks from a proposal to its enactment: 30 days, as eras of the usual length have a quarter of a day.</summary>
    public const uint EnactmentBlocksMax = 30 * 4 * 14_400;

    /// <summary>Smallest weight of a block that a chain can set: one that has room for a vote to change it.</summary>
    public const ulong BlockWeightMin = 100_000;

    /// <summary>Largest price of a unit of weight that a chain can set, so that no fee can overflow.</summary>
    public static Balance FeePerWeightMax { get; } = new(UInt128.One << 80);

    /// <summary>Largest weight of a block that a chain can set.</summary>
    public const ulong BlockWeightMax = 1ul << 40;

    /// <summary>Most validators, and so most votes in a certificate.</summary>
    public const int ValidatorsMax = 1024;

    /// <summary>Largest fee a transaction or a byte that a chain can set.</summary>
    public static Balance FeeMax { get; } = new(UInt128.One << 96);

    /// <summary>Most accounts that a genesis endows.</summary>
    public const int GenesisAccountsMax = 1_000_000;

    /// <summary>Most bytes of a chain's name in UTF-8.</summary>
    public const int ChainNameBytesMax = 64;

    /// <summary>Most bytes of a miner's endpoint in UTF-8.</summary>
    public const int EndpointBytesMax = 256;

    /// <summary>Fewest characters of a bucket's name.</summary>
    public const int BucketNameLengthMin = 3;

    /// <summary>Most characters of a bucket's name.</summary>
    public const int BucketNameLengthMax = 63;

    /// <summary>Most bytes of a wrapped bucket key.</summary>
    public const int WrappedBucketKeyBytesMax = 256;

    /// <summary>Most bytes of an encrypted object name: S3's 1,024 bytes and room for a nonce, a tag and padding.</summary>
    public const int EncryptedNameBytesMax = 1152;

    /// <summary>Most bytes of a wrapped file key.</summary>
    public const int WrappedFileKeyBytesMax = 128;

    /// <summary>Most bytes of a file's encrypted metadata.</summary>
    public const int EncryptedMetadataBytesMax = 8 * 1024;

    /// <summary>Bytes of a part's salt.</summary>
    public const int PartSaltBytes = 16;

    /// <summary>Most parts of a file (S3's bound on multipart uploads).</summary>
    public const int PartsMax = 10_000;

    /// <summary>Most segments of a file. The bound on a transaction's size is tighter for all but the smallest policies.</summary>
    public const int SegmentsMax = 32_768;

    /// <summary>Most bytes of a segment's ciphertext.</summary>
    public const int SegmentBytesMax = 32 * 1024 * 1024;

    /// <summary>Most fragments of a segment, data and parity together.</summary>
    public const int FragmentsPerSegmentMax = 128;

    /// <summary>Most files in one transfer report.</summary>
    public const int ReportFilesMax = 1024;

    /// <summary>Most files in one deletion.</summary>
    public const int DeleteFilesMax = 1000;

    /// <summary>
    /// Work that one block spends on deadlines: 1 for each place in the queue, and 1 more for every
    /// <see cref="DeadlineSharesPerWork"/> miners of a deal that it drops. What is left over waits for the next block.
    /// </summary>
    public const int DeadlineWorkPerBlockMax = 4096;

    /// <summary>Miners of a dropped deal that count as much as a place in the queue.</summary>
    public const int DeadlineSharesPerWork = 16;

    /// <summary>Most headers of a proof that a block is final: consensus certifies a block long before so many wait for it.</summary>
    public const int FinalityHeadersMax = 1024;

    /// <summary>Most keys that one state proof is made for.</summary>
    public const int StateProofKeysMax = 1024;

    /// <summary>Most nodes that a state proof may have when read.</summary>
    public const int StateProofNodesMax = 256 * 1024;

    /// <summary>Most bytes of one value in the state.</summary>
    public const int StateValueBytesMax = 2 * 1024 * 1024;
}
