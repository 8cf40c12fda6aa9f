using System.Text.Json.Nodes;
using Cess.Primitives;

namespace Cess.Wire;

/// <summary>The node, its chain and its miners at a glance.</summary>
/// <param name="Chain">How far the chain has come.</param>
/// <param name="Miners">How many miners there are.</param>
/// <param name="Space">Their space together.</param>
/// <param name="Abstaining">Addresses of the node's validators that don't vote for the time being, because they don't know what they have signed.</param>
public sealed record StatusMessage(ChainMessage Chain, MinerCount Miners, SpaceMessage Space, IReadOnlyList<string>? Abstaining = null);

/// <summary>How far the chain has come.</summary>
/// <param name="Name">From the genesis.</param>
/// <param name="Genesis">Hash of the genesis, which every transaction names.</param>
/// <param name="Height">Newest final block.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Time">Its time.</param>
/// <param name="Pool">Transactions that wait for a block.</param>
/// <param name="Policy">Storage policy of uploads that name none.</param>
public sealed record ChainMessage(
    string Name, Hash256 Genesis, ulong Height, Hash256 Hash, DateTimeOffset Time, int Pool, string Policy);

/// <summary>How many miners there are.</summary>
/// <param name="Healthy">Miners that are placed on.</param>
/// <param name="Total">All on chain.</param>
public sealed record MinerCount(int Healthy, int Total);

/// <summary>Space in bytes.</summary>
/// <param name="Declared">Offered.</param>
/// <param name="Reserved">Held for deals that are not complete.</param>
/// <param name="Used">Under active files.</param>
public sealed record SpaceMessage(ulong Declared, ulong Reserved, ulong Used);

/// <summary>A miner on chain.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Address">Its account.</param>
/// <param name="Endpoint">Where it is reached.</param>
/// <param name="Space">Its space.</param>
/// <param name="Healthy">False while it rests after a failure.</param>
public sealed record MinerMessage(uint Id, string Address, string Endpoint, SpaceMessage Space, bool Healthy);

/// <summary>All miners.</summary>
/// <param name="Miners">By number.</param>
public sealed record MinerList(IReadOnlyList<MinerMessage> Miners);

/// <summary>An account at the final head.</summary>
/// <param name="Address">Bech32m address.</param>
/// <param name="Free">Free balance in whole tokens.</param>
/// <param name="Reserved">Reserved balance in whole tokens.</param>
/// <param name="Nonce">The nonce that its next transaction must have.</param>
/// <param name="KeyKnown">Whether the chain knows its public key; until then a transaction has to reveal it.</param>
/// <param name="Height">The head at which this was read.</param>
/// <param name="Key">Its present public key, 33 bytes compressed; null while the chain knows none.</param>
public sealed record AccountMessage(
    string Address, string Free, string Reserved, ulong Nonce, bool KeyKnown, ulong Height, byte[]? Key = null);

/// <summary>A page of blocks.</summary>
/// <param name="Blocks">Ascending.</param>
/// <param name="Next">Height to go on from; null when the page reaches the head.</param>
public sealed record BlockPage(IReadOnlyList<BlockMessage> Blocks, ulong? Next = null);

/// <summary>A final block.</summary>
/// <param name="Height">Its height.</param>
/// <param name="Hash">Hash of its header.</param>
/// <param name="Parent">Hash of the header before.</param>
/// <param name="Time">Its time.</param>
/// <param name="Proposer">Address of the validator that made it.</param>
/// <param name="TransactionsRoot">Root over its transactions.</param>
/// <param name="ReceiptsRoot">Root over its receipts.</param>
/// <param name="StateRoot">Root of the state behind it.</param>
/// <param name="TransactionCount">How many transactions it holds.</param>
/// <param name="Transactions">They; null in a page of blocks.</param>
public sealed record BlockMessage(
    ulong Height,
    Hash256 Hash,
    Hash256 Parent,
    DateTimeOffset Time,
    string Proposer,
    Hash256 TransactionsRoot,
    Hash256 ReceiptsRoot,
    Hash256 StateRoot,
    int TransactionCount,
    IReadOnlyList<TransactionMessage>? Transactions = null);

/// <summary>A transaction in a final block.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">
/// "finalised"; "failed" when it only cost its fee; "pending" while it waits for a block; "included" with a height while its block is not final;
/// "rejected" when it left the pool for none. Only in the first two there is more to say than that or the reason.
/// </param>
/// <param name="Height">The block that holds it.</param>
/// <param name="Index">Its place in the block.</param>
/// <param name="Account">Address of its sender.</param>
/// <param name="Nonce">Its nonce.</param>
/// <param name="Tip">Its tip in whole tokens.</param>
/// <param name="Call">What it calls, such as "Files.DeclareFile".</param>
/// <param name="Signature">Sets it apart from a transaction that somebody else made just so with the same key: both have one id.</param>
/// <param name="Code">The ledger's or the pool's code of the failure, such as "Files.BucketUnknown"; null when there is none.</param>
/// <param name="Message">The same for people.</param>
/// <param name="Role">Among an account's transactions: what that account has to do with it, "sender" or "party"; else null.</param>
/// <param name="Received">Among an account's transactions: what its transfers brought that account, in whole tokens; null for nothing.</param>
/// <param name="Paid">Among an account's transactions: what its transfers took from that account, fee and tip apart; null for nothing.</param>
public sealed record TransactionMessage(
    Hash256 Id, string Status, ulong? Height = null, int? Index = null, string? Account = null, ulong? Nonce = null,
    string? Tip = null, string? Call = null, byte[]? Signature = null, string? Code = null, string? Message = null,
    string? Role = null, string? Received = null, string? Paid = null);

/// <summary>A page of final transactions.</summary>
/// <param name="Transactions">The newest first.</param>
/// <param name="Height">Height up to which blocks were looked through: below the head only while the node still reads old blocks.</param>
/// <param name="Next">What to ask for as before to go on; null when there are no older ones.</param>
public sealed record TransactionPage(IReadOnlyList<TransactionMessage> Transactions, ulong Height, string? Next = null);

/// <summary>Something that a final block has changed, as the feed shows it.</summary>
/// <param name="Height">The block.</param>
/// <param name="Name">What happened, such as "Files.FileCompleted".</param>
/// <param name="Fields">What it says: hashes, ids, names and amounts as texts, several values as arrays of them.</param>
/// <param name="Transaction">What changed it; null for the start of the block.</param>
public sealed record EventMessage(ulong Height, string Name, JsonObject Fields, Hash256? Transaction = null);

/// <summary>How far the chain has come, in a feed that has nothing else to say; its id says how far the feed has looked.</summary>
/// <param name="Height">The newest final block.</param>
public sealed record HeadMessage(ulong Height);

/// <summary>What became of the transactions of one submission.</summary>
/// <param name="Outcomes">In the order of the submission.</param>
public sealed record SubmissionMessage(IReadOnlyList<OutcomeMessage> Outcomes);

/// <summary>What became of one transaction.</summary>
/// <param name="Id">Its id, 64 hex digits; empty when its bytes could not be decoded.</param>
/// <param name="Status">
/// "accepted": it waits for a block; "finalised"; "failed": in a block, but it only cost its fee; "rejected": in no block.
/// </param>
/// <param name="Height">The block that holds it; null when none does.</param>
/// <param name="Code">The ledger's or the pool's code; null when nothing is wrong.</param>
/// <param name="Message">The same for people; null when nothing is wrong.</param>
public sealed record OutcomeMessage(string Id, string Status, ulong? Height = null, string? Code = null, string? Message = null);
