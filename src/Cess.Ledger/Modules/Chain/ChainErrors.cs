namespace Cess.Ledger.Modules.Chain;

/// <summary>
/// Why a transaction may not be in a block (below 50), or why a block is no block of this chain (50 and above). Such a
/// transaction leaves no receipt, for it is not included.
/// </summary>
public enum ChainError : ushort
{
    /// <summary>The bytes are no transaction.</summary>
    TransactionMalformed = 1,

    /// <summary>The transaction has more than <see cref="LedgerLimits.TransactionBytesMax"/> bytes.</summary>
    TransactionTooLarge = 2,

    /// <summary>It is for another chain.</summary>
    GenesisWrong = 3,

    /// <summary>Its last valid height has passed.</summary>
    Expired = 4,

    /// <summary>The account has used the nonce.</summary>
    NonceUsed = 5,

    /// <summary>Transactions with smaller nonces are missing.</summary>
    NonceAhead = 6,

    /// <summary>No public key is known for the account and none is revealed.</summary>
    KeyUnknown = 7,

    /// <summary>The revealed key is not the account's.</summary>
    KeyOfOtherAccount = 8,

    /// <summary>The signature does not verify.</summary>
    SignatureInvalid = 9,

    /// <summary>The account cannot pay fee and tip.</summary>
    FeeUnaffordable = 10,

    /// <summary>The block has no room for it.</summary>
    BlockFull = 11,

    /// <summary>
    /// The call would leave a receipt of more than <see cref="LedgerLimits.ReceiptBytesMax"/>. The one error of the chain that a
    /// receipt carries: the transaction is included and fails.
    /// </summary>
    ReceiptTooLarge = 12,

    /// <summary>The transaction weighs more than a whole block may.</summary>
    TransactionTooHeavy = 13,

    /// <summary>The account has replaced the key under which the transaction is signed.</summary>
    KeyReplaced = 14,

    /// <summary>The block's version is unknown.</summary>
    BlockVersionUnknown = 50,

    /// <summary>The height does not follow the parent's.</summary>
    HeightWrong = 51,

    /// <summary>The parent is another block.</summary>
    ParentWrong = 52,

    /// <summary>The time is before the parent's.</summary>
    TimeBeforeParent = 53,

    /// <summary>The block exceeds a limit.</summary>
    BlockTooLarge = 54,

    /// <summary>A transaction in it may not be in it.</summary>
    TransactionNotAllowed = 55,

    /// <summary>The transactions are not those of the header.</summary>
    TransactionsRootWrong = 56,

    /// <summary>Execution gives other receipts.</summary>
    ReceiptsRootWrong = 57,

    /// <summary>Execution gives another state.</summary>
    StateRootWrong = 58,

    /// <summary>A certificate names another block.</summary>
    CertificateOfOtherBlock = 59,

    /// <summary>A certificate has too few valid votes.</summary>
    CertificateInsufficient = 60,

    /// <summary>A snapshot is malformed or does not give the state root of its header.</summary>
    SnapshotInvalid = 61,

    /// <summary>The header is of an era whose validators are not known.</summary>
    EraUnknown = 62,

    /// <summary>A handover is not at its era's end, or its proof does not prove what it says.</summary>
    HandoverInvalid = 63,
}

/// <summary>The catalogue of <see cref="ChainError"/>.</summary>
internal static class ChainErrors
{
    public static IEnumerable<KeyValuePair<LedgerError, ErrorInfo>> All { get; } =
    [
        Entry(ChainError.TransactionMalformed, Fault.Sender, "The bytes are no transaction."),
        Entry(ChainError.TransactionTooLarge, Fault.Sender, "The transaction has too many bytes."),
        Entry(ChainError.GenesisWrong, Fault.Sender, "The transaction is for another chain."),
        Entry(ChainError.Expired, Fault.Timing, "The last height at which the transaction is valid has passed."),
        Entry(ChainError.NonceUsed, Fault.Timing, "The account has used this nonce."),
        Entry(ChainError.NonceAhead, Fault.Timing, "Transactions of the account with smaller nonces are missing."),
        Entry(ChainError.KeyUnknown, Fault.Sender, "The account's public key is unknown and the transaction does not reveal it."),
        Entry(ChainError.KeyOfOtherAccount, Fault.Sender, "The revealed public key is not the account's."),
        Entry(ChainError.SignatureInvalid, Fault.Sender, "The signature does not verify."),
        Entry(ChainError.FeeUnaffordable, Fault.Timing, "The account cannot pay fee and tip."),
        Entry(ChainError.BlockFull, Fault.Timing, "The block has no room for the transaction."),
        Entry(ChainError.ReceiptTooLarge, Fault.Sender, "The call would leave too large a receipt; split it."),
        Entry(ChainError.TransactionTooHeavy, Fault.Sender, "The transaction weighs more than a block may."),
        Entry(ChainError.KeyReplaced, Fault.Sender, "The account has another key by now; state it and sign with it."),
        Entry(ChainError.BlockVersionUnknown, Fault.Proposer, "The block's version is unknown."),
        Entry(ChainError.HeightWrong, Fault.Proposer, "The block's height does not follow its parent's."),
        Entry(ChainError.ParentWrong, Fault.Proposer, "The block follows another block."),
        Entry(ChainError.TimeBeforeParent, Fault.Proposer, "The block's time is before its parent's."),
        Entry(ChainError.BlockTooLarge, Fault.Proposer, "The block has too many transactions or bytes."),
        Entry(ChainError.TransactionNotAllowed, Fault.Proposer, "The block has a transaction that may not be in it."),
        Entry(ChainError.TransactionsRootWrong, Fault.Proposer, "The block's transactions are not those of its header."),
        Entry(ChainError.ReceiptsRootWrong, Fault.Proposer, "Executing the block gives other receipts."),
        Entry(ChainError.StateRootWrong, Fault.Proposer, "Executing the block gives another state."),
        Entry(ChainError.CertificateOfOtherBlock, Fault.Proposer, "The certificate names another block."),
        Entry(ChainError.CertificateInsufficient, Fault.Proposer, "The certificate has too few valid votes."),
        Entry(ChainError.SnapshotInvalid, Fault.Proposer, "The snapshot is malformed, or not the state of its header."),
        Entry(ChainError.EraUnknown, Fault.Proposer, "The header is of an era whose validators are not known."),
        Entry(ChainError.HandoverInvalid, Fault.Proposer, "The handover is not at its era's end, or its proof proves something else."),
    ];

    private static KeyValuePair<LedgerError, ErrorInfo> Entry(ChainError error, Fault fault, string text) =>
        new(error, new ErrorInfo(error.ToString(), text, fault));
}
