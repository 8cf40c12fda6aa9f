using System.Collections.Immutable;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>
/// The ledger after a block: immutable, so that any number of readers may use it while later blocks are executed. Each read
/// decodes a record from the tree.
/// </summary>
public sealed class LedgerState
{
    internal LedgerState(Hash256 genesis, BlockHeader header, StateTree tree)
    {
        Genesis = genesis;
        Header = header;
        BlockHash = header.ComputeHash();
        Tree = tree;
        Parameters = ChainState.Parameters.Get(tree, default)
            ?? throw new ArgumentException("The state has no parameters.", nameof(tree));
        Validators = ChainState.Validators.Get(tree, default)
            ?? throw new ArgumentException("The state has no validators.", nameof(tree));
        Era = ChainState.Era.Get(tree, default)
            ?? throw new ArgumentException("The state has no era.", nameof(tree));
    }

    /// <summary>Hash of the chain's genesis.</summary>
    public Hash256 Genesis { get; }

    /// <summary>Header of the block that led here.</summary>
    public BlockHeader Header { get; }

    /// <summary>Hash of <see cref="Header"/>.</summary>
    public Hash256 BlockHash { get; }

    /// <summary>Height of that block.</summary>
    public ulong Height => Header.Height;

    /// <summary>All records, with proofs.</summary>
    public StateTree Tree { get; }

    /// <summary>The chain's parameters.</summary>
    public ChainParameters Parameters { get; }

    /// <summary>Who may propose the next block and vote on it.</summary>
    public ValidatorSet Validators { get; }

    /// <summary>The era of the next block.</summary>
    public EraRecord Era { get; }

    /// <summary>All tokens that there are.</summary>
    public Balance Supply => BalancesState.SupplyCollection.Get(Tree, default)!.Tokens;

    /// <summary>An account; <see cref="AccountRecord.Empty"/> if the ledger has never seen it.</summary>
    public AccountRecord Account(AccountId id) => BalancesState.AccountCollection.Get(Tree, id) ?? AccountRecord.Empty;

    /// <summary>What an account lets another do for it; null for nothing.</summary>
    public DelegateRecord? Delegate(AccountId account, AccountId delegated) =>
        AccountsState.DelegateCollection.Get(Tree, new DelegateKey(account, delegated));

    /// <summary>Who may act for an account, expired ones included, in no particular order.</summary>
    public IEnumerable<DelegateRecord> DelegatesOf(AccountId account) =>
        // Accounts whose ids were made to collide in the group's few bytes are walked together.
        AccountsState.DelegateCollection.WalkGroup(Tree, DelegateKey.Group(account)).Where(record => record.Account == account);

    /// <summary>A miner; null if there is none with that number.</summary>
    public MinerRecord? Miner(MinerId id) => MinersState.MinerCollection.Get(Tree, id);

    /// <summary>The miner of an account; null if it has none.</summary>
    public MinerRecord? MinerOf(AccountId account) =>
        MinersState.AccountCollection.Get(Tree, account) is { } of ? Miner(of.Id) : null;

    /// <summary>All miners, in no particular order.</summary>
    public IEnumerable<MinerRecord> Miners() => MinersState.MinerCollection.Walk(Tree);

    /// <summary>What an account has staked; nothing for most.</summary>
    public StakeRecord Stake(AccountId account) => StakingState.StakeCollection.Get(Tree, account) ?? StakeRecord.Empty;

    /// <summary>A validator, candidate or not; null if the account never was one.</summary>
    public ValidatorRecord? Validator(AccountId account) => StakingState.ValidatorCollection.Get(Tree, account);

    /// <summary>The accounts that the next era's validators are drawn from, ascending.</summary>
    public ImmutableArray<AccountId> Candidates() => StakingState.CandidatesCollection.Get(Tree, default)?.Accounts ?? [];

    /// <summary>The accounts of the <see cref="Validators"/>, in their order, and each one's blocks of the era.</summary>
    public EraMembers EraMembers() => new StakingState(new StateOverlay(Tree)).Members;

    /// <summary>The era's validators and the candidates for the next, as they stand.</summary>
    public ValidatorStandings ValidatorStandings() =>
        Modules.Staking.ValidatorStandings.Of(Era, Parameters, Validators, EraMembers(), Candidates(), Stake, Validator);

    /// <summary>What an account has in a validator's pool; null for nothing.</summary>
    public NominationRecord? Nomination(AccountId nominator, AccountId validator) =>
        StakingState.NominationCollection.Get(Tree, new NominationKey(nominator, validator));

    /// <summary>What an account has in validators' pools, in no particular order.</summary>
    public IEnumerable<NominationRecord> NominationsOf(AccountId nominator) =>
        // As with delegates: ids can be made to collide.
        StakingState.NominationCollection.WalkGroup(Tree, NominationKey.Group(nominator)).Where(n => n.Nominator == nominator);

    /// <summary>Tokens that have left a validator's pool and wait for an era.</summary>
    public SharedPool LeavingPool(AccountId validator, ulong era) =>
        StakingState.LeavingCollection.Get(Tree, new ValidatorAt(validator, era))?.Pool ?? default;

    /// <summary>An open proposal; null if there is none with that number.</summary>
    public ProposalRecord? Proposal(uint id) => GovernanceState.ProposalCollection.Get(Tree, new ProposalNumber(id));

    /// <summary>All open proposals, in no particular order.</summary>
    public IEnumerable<ProposalRecord> Proposals() => GovernanceState.ProposalCollection.Walk(Tree);

    /// <summary>How an open proposal stands; null if there is none with that number.</summary>
    public ProposalStanding? ProposalStanding(uint id) => Proposal(id) is { } proposal
        ? Modules.Governance.ProposalStanding.Of(proposal, Parameters, Validators, EraMembers())
        : null;

    /// <summary>A bucket; null if there is none of that name.</summary>
    public BucketRecord? Bucket(string name) => FilesState.BucketCollection.Get(Tree, new BucketName(name));

    /// <summary>All buckets, in no particular order.</summary>
    public IEnumerable<BucketRecord> Buckets() => FilesState.BucketCollection.Walk(Tree);

    /// <summary>The buckets of an account, in no particular order.</summary>
    public IEnumerable<BucketRecord> BucketsOf(AccountId owner)
    {
        foreach (OwnedBucket entry in FilesState.OwnedBucketCollection.WalkGroup(Tree, OwnedBucketKey.Group(owner)))
        {
            // Two owners whose ids were made to collide in the group's few bytes are walked together.
            if (Bucket(entry.Name) is { } bucket && bucket.Owner == owner)
                yield return bucket;
        }
    }

    /// <summary>Which file has a name in a bucket; null for none.</summary>
    public ObjectEntry? Object(string bucket, Hash256 nameTag) =>
        FilesState.ObjectCollection.Get(Tree, new ObjectKey(bucket, nameTag));

    /// <summary>The objects of a bucket with their files, in no particular order.</summary>
    public IEnumerable<(ObjectEntry Object, FileRecord File)> Objects(string bucket)
    {
        foreach (ObjectEntry entry in FilesState.ObjectCollection.WalkGroup(Tree, ObjectKey.Group(bucket)))
        {
            // As with owners: names can be made to collide.
            if (File(entry.File) is { } file && file.Declaration.Bucket == bucket)
                yield return (entry, file);
        }
    }

    /// <summary>A file, declared or active; null if there is none with that id.</summary>
    public FileRecord? File(FileId id) => FilesState.FileCollection.Get(Tree, id);

    /// <summary>All files, declared or active, in no particular order.</summary>
    public IEnumerable<FileRecord> Files() => FilesState.FileCollection.Walk(Tree);

    /// <summary>What a declared file waits for; null if it is active or unknown.</summary>
    public DealRecord? Deal(FileId id) => FilesState.DealCollection.Get(Tree, id);

    /// <summary>True if a file is complete and has its name.</summary>
    public bool IsActive(FileId id) => File(id) is not null && Deal(id) is null;
}
