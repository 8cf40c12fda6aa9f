namespace Cess.Grains;

/// <summary>Transactions on their way to a block.</summary>
/// <param name="Transactions">Each the SCALE bytes of one signed transaction; at most <see cref="GrainLimits.TransactionsPerBatch"/>.</param>
/// <param name="Until">What to wait for before answering.</param>
/// <param name="IsGossip">Another node has sent them, so they need not be sent on.</param>
[GenerateSerializer, Immutable, Alias("cess.TransactionBatch")]
public sealed record TransactionBatch(
    [property: Id(0)] IReadOnlyList<ReadOnlyMemory<byte>> Transactions,
    [property: Id(1)] SubmissionGoal Until = SubmissionGoal.Final,
    [property: Id(2)] bool IsGossip = false);

/// <summary>How far the transactions of a batch have to come before their sender is answered.</summary>
[GenerateSerializer, Alias("cess.SubmissionGoal")]
public enum SubmissionGoal
{
    /// <summary>Each is in a final block, or refused.</summary>
    Final = 0,

    /// <summary>Each is in the pool, or refused. The pool is memory: a restart forgets it, so the sender keeps what matters to it.</summary>
    Accepted = 1,
}

/// <summary>What became of one transaction.</summary>
/// <param name="Id">Its id, 64 hex digits; empty when its bytes could not be decoded.</param>
/// <param name="Status">How far it came.</param>
/// <param name="Height">The block that holds it; 0 when none does.</param>
/// <param name="ErrorCode">Coded reason, such as "files.deal_not_found" or "pool.full"; null when it succeeded.</param>
/// <param name="ErrorMessage">One sentence; null when it succeeded.</param>
[GenerateSerializer, Immutable, Alias("cess.TransactionOutcome")]
public sealed record TransactionOutcome(
    [property: Id(0)] string Id,
    [property: Id(1)] TransactionStatus Status,
    [property: Id(2)] ulong Height,
    [property: Id(3)] string? ErrorCode,
    [property: Id(4)] string? ErrorMessage)
{
    /// <summary>True when it is final and did what it says.</summary>
    public bool Succeeded => Status == TransactionStatus.Finalised;
}

/// <summary>How far a transaction came.</summary>
[GenerateSerializer, Alias("cess.TransactionStatus")]
public enum TransactionStatus
{
    /// <summary>Never entered a block: malformed, wrongly signed, expired, or the pool is full.</summary>
    Rejected = 0,

    /// <summary>In a final block, with an error: it cost its fee and changed nothing else.</summary>
    Failed = 1,

    /// <summary>In a final block, done.</summary>
    Finalised = 2,

    /// <summary>In the pool; it waits for a block.</summary>
    Pending = 3,

    /// <summary>In a block that is not final yet, and may not become so; the newest of those that this node knows.</summary>
    Included = 4,
}

/// <summary>A call for an account whose key this node holds.</summary>
/// <param name="Call">SCALE bytes of a ledger call.</param>
/// <param name="Tip">Tip, in the smallest unit, as a decimal number.</param>
/// <param name="ValidUntil">
/// Height of the last block that it may be in; null for one some way ahead. A call with a height is tried with one nonce only: made
/// again, after a restart say, it is the same transaction as long as that nonce is free, and so is never executed twice.
/// </param>
[GenerateSerializer, Immutable, Alias("cess.CustodyCall")]
public sealed record CustodyCall(
    [property: Id(0)] ReadOnlyMemory<byte> Call, [property: Id(1)] string Tip = "0", [property: Id(2)] ulong? ValidUntil = null);

/// <summary>An account at the final head.</summary>
/// <param name="Address">Bech32m address.</param>
/// <param name="Exists">False when the chain does not know it.</param>
/// <param name="Free">Free balance, decimal, in whole tokens.</param>
/// <param name="Reserved">Reserved balance, decimal, in whole tokens.</param>
/// <param name="Nonce">The nonce that its next transaction must have.</param>
/// <param name="Height">The head at which this was read.</param>
[GenerateSerializer, Immutable, Alias("cess.AccountView")]
public sealed record AccountView(
    [property: Id(0)] string Address,
    [property: Id(1)] bool Exists,
    [property: Id(2)] string Free,
    [property: Id(3)] string Reserved,
    [property: Id(4)] ulong Nonce,
    [property: Id(5)] ulong Height);

/// <summary>How far the chain has come.</summary>
/// <param name="GenesisHash">64 hex digits.</param>
/// <param name="Height">Newest final block.</param>
/// <param name="BlockHash">Its hash, 64 hex digits.</param>
/// <param name="TimeMs">Its time, Unix milliseconds.</param>
/// <param name="PoolCount">Transactions that wait for a block.</param>
/// <param name="Abstaining">Addresses of this node's validators that don't vote because they don't know what they have signed.</param>
[GenerateSerializer, Immutable, Alias("cess.ChainStatus")]
public sealed record ChainStatus(
    [property: Id(0)] string GenesisHash,
    [property: Id(1)] ulong Height,
    [property: Id(2)] string BlockHash,
    [property: Id(3)] long TimeMs,
    [property: Id(4)] int PoolCount,
    [property: Id(5)] IReadOnlyList<string> Abstaining);

/// <summary>A block by its hash.</summary>
/// <param name="Hash">32 bytes.</param>
[GenerateSerializer, Immutable, Alias("cess.BlockName")]
public sealed record BlockName([property: Id(0)] ReadOnlyMemory<byte> Hash);

/// <summary>A validator's wish for a block.</summary>
/// <param name="Proposer">The validator's address.</param>
/// <param name="Iteration">The iteration that the block is for.</param>
/// <param name="Parent">Hash of the block to build on, 32 bytes.</param>
/// <param name="Patience">How long there may be nothing for a block; null for ever.</param>
/// <param name="IsAlone">Nobody waits for the block: it may wait for the one before it to be durable, and so hold more.</param>
[GenerateSerializer, Immutable, Alias("cess.BlockOrder")]
public sealed record BlockOrder(
    [property: Id(0)] string Proposer,
    [property: Id(1)] ulong Iteration,
    [property: Id(2)] ReadOnlyMemory<byte> Parent,
    [property: Id(3)] TimeSpan? Patience,
    [property: Id(4)] bool IsAlone);

/// <summary>A block that was ordered.</summary>
/// <param name="Iteration">As ordered.</param>
/// <param name="Hash">Its hash, 32 bytes, under which the silo's candidates have it; empty if there was nothing for a block.</param>
[GenerateSerializer, Immutable, Alias("cess.BuiltBlock")]
public sealed record BuiltBlock([property: Id(0)] ulong Iteration, [property: Id(1)] ReadOnlyMemory<byte> Hash);

/// <summary>What a node found out about a block.</summary>
[GenerateSerializer, Alias("cess.BlockCheck")]
public enum BlockCheck
{
    /// <summary>It keeps the rules.</summary>
    Valid = 0,

    /// <summary>It keeps the rules, but its time is too far ahead of this node's clock, or it comes too late.</summary>
    Unwelcome = 1,

    /// <summary>It breaks a rule.</summary>
    Invalid = 2,
}

/// <summary>Blocks that are final.</summary>
/// <param name="First">Height of the first one.</param>
/// <param name="Hashes">Their hashes, 32 bytes each, one behind the other, in the order of their heights, which are consecutive.</param>
/// <param name="Certificate">SCALE bytes of the certificate of the last one; empty if that comes with later blocks.</param>
[GenerateSerializer, Immutable, Alias("cess.FinalBlockNames")]
public sealed record FinalBlockNames(
    [property: Id(0)] ulong First, [property: Id(1)] ReadOnlyMemory<byte> Hashes, [property: Id(2)] ReadOnlyMemory<byte> Certificate);

/// <summary>A hint on the <see cref="StreamNames.Blocks"/> stream: blocks up to here are final.</summary>
/// <param name="From">First new height.</param>
/// <param name="To">Newest final height.</param>
[GenerateSerializer, Immutable, Alias("cess.BlocksFinalised")]
public sealed record BlocksFinalised([property: Id(0)] ulong From, [property: Id(1)] ulong To);

/// <summary>A hint on the <see cref="StreamNames.Transactions"/> stream: these wait for a block now.</summary>
/// <param name="Ids">Their ids, 32 bytes each, one behind the other.</param>
[GenerateSerializer, Immutable, Alias("cess.TransactionsPooled")]
public sealed record TransactionsPooled([property: Id(0)] ReadOnlyMemory<byte> Ids);

/// <summary>A hint that something of a miner changed.</summary>
/// <param name="Height">It happened in this block or in one soon after it.</param>
/// <param name="Events">Names of what happened, such as "FileCompleted".</param>
[GenerateSerializer, Immutable, Alias("cess.SubjectChanged")]
public sealed record SubjectChanged([property: Id(0)] ulong Height, [property: Id(1)] IReadOnlyList<string> Events);

/// <summary>A final block, as stored.</summary>
/// <param name="Height">Its height.</param>
/// <param name="Record">SCALE bytes of the block record (header, transactions, receipts, certificate); see docs/format.</param>
[GenerateSerializer, Immutable, Alias("cess.StoredBlock")]
public sealed record StoredBlock([property: Id(0)] ulong Height, [property: Id(1)] ReadOnlyMemory<byte> Record);
