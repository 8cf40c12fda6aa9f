using Orleans.Concurrency;

namespace Cess.Grains;

/// <summary>
/// Where transactions from outside come in: decodes and verifies signatures, on as many cores as there are, and hands
/// what is sound to the consensus grain. A stateless worker; use key 0.
/// </summary>
[Alias("cess.IIntakeGrain")]
public interface IIntakeGrain : IGrainWithIntegerKey
{
    /// <summary>Answers, in the order given, once each transaction has come as far as the batch says, or is refused.</summary>
    [Alias("Submit"), ResponseTimeout(GrainLimits.FinalityTimeout)]
    Task<IReadOnlyList<TransactionOutcome>> SubmitAsync(TransactionBatch batch);
}

/// <summary>
/// The chain as this silo has it: the pool of transactions, blocks on their way to be final, and the store of final ones. Executes
/// in memory, appends to the block store, and only then publishes and answers. Use key <see cref="StreamNames.ChainKey"/>.
/// </summary>
[Alias("cess.IChainGrain")]
public interface IChainGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes transactions whose signatures this silo has verified or made; answers once each has come as far as the batch says,
    /// or is refused.
    /// </summary>
    [Alias("Submit"), ResponseTimeout(GrainLimits.FinalityTimeout)]
    Task<IReadOnlyList<TransactionOutcome>> SubmitVerifiedAsync(TransactionBatch batch);

    /// <summary>
    /// A transaction that waits for a block, or was refused after it had been taken (of the newest
    /// <see cref="GrainLimits.RefusalsKept"/>); null for any other.
    /// </summary>
    /// <param name="id">64 hex digits.</param>
    [Alias("Find")]
    Task<TransactionOutcome?> FindAsync(string id);

    /// <summary>How far the chain has come.</summary>
    [Alias("Status")]
    Task<ChainStatus> GetStatusAsync();

    /// <summary>
    /// Makes a block once there is something for it, or an empty one when none was made for long, and tells the validator's grain.
    /// An order takes the place of the one before it.
    /// </summary>
    [Alias("Order"), OneWay]
    Task OrderAsync(BlockOrder order);

    /// <summary>Checks a block that the silo's candidates have, and keeps the state after it. Its parent is final or was checked.</summary>
    [Alias("Check"), ResponseTimeout(GrainLimits.FinalityTimeout)]
    Task<BlockCheck> CheckAsync(BlockName block);

    /// <summary>
    /// Blocks that the silo's candidates have are final. Answers when they are durable. Those that are final already are passed
    /// over; one that contradicts what is final, or breaks a rule, stops the node.
    /// </summary>
    [Alias("Finalise"), ResponseTimeout(GrainLimits.FinalityTimeout)]
    Task FinaliseAsync(FinalBlockNames blocks);
}

/// <summary>
/// Takes part in the consensus for one validator whose key this node holds; its key is the validator's address. Idle in eras whose
/// validators it is not among.
/// </summary>
[Alias("cess.IConsensusGrain")]
public interface IConsensusGrain : IGrainWithStringKey
{
    /// <summary>Looks whether the validator is one of the present era, and takes part if so. May be called again.</summary>
    [Alias("Start"), OneWay]
    Task StartAsync();

    /// <summary>What became of an order.</summary>
    [Alias("Built"), OneWay]
    Task BlockBuiltAsync(BuiltBlock built);

    /// <summary>Messages of other validators are in the silo's inbox.</summary>
    [Alias("Receive"), OneWay]
    Task ReceiveAsync();
}

/// <summary>An account; its key is the Bech32m address.</summary>
[Alias("cess.IAccountGrain")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>The account at the final head.</summary>
    [Alias("Get")]
    Task<AccountView> GetAsync();

    /// <summary>
    /// Signs a call with the account's key, which this node must hold, and answers once it is final or refused. Calls of one
    /// account enter the chain in the order in which they came.
    /// </summary>
    [Alias("Execute"), ResponseTimeout(GrainLimits.FinalityTimeout)]
    Task<TransactionOutcome> ExecuteAsync(CustodyCall call);
}

/// <summary>A final block; its key is the height.</summary>
[Alias("cess.IBlockGrain")]
public interface IBlockGrain : IGrainWithIntegerKey
{
    /// <summary>The block, or null when that height is not final yet, or its block was pruned.</summary>
    [Alias("Get")]
    Task<StoredBlock?> GetAsync();
}

/// <summary>
/// Reveals what this node's validators owe to the randomness of each era. Fed by the blocks stream.
/// </summary>
[Alias("cess.IRevealGrain")]
public interface IRevealGrain : IGrainWithStringKey
{
    /// <summary>Addresses of this node's validators that have yet to reveal in the present era.</summary>
    [Alias("Owing")]
    Task<IReadOnlyList<string>> GetOwingAsync();
}

/// <summary>Turns block hints into hints for each subject (account, bucket, file, miner). Fed by the blocks stream.</summary>
[Alias("cess.IEventRouterGrain")]
public interface IEventRouterGrain : IGrainWithStringKey
{
    /// <summary>The height up to which hints have gone out.</summary>
    [Alias("Height")]
    Task<ulong> GetHeightAsync();
}
