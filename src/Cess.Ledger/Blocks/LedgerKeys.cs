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

/// <summary>Where records stand in the state: what to ask and check proofs for.</summary>
public static class LedgerKeys
{
    /// <summary>Key of the <see cref="ChainParameters"/>.</summary>
    public static StateKey Parameters => ChainState.Parameters.KeyOf(default);

    /// <summary>Key of the <see cref="ValidatorSet"/>.</summary>
    public static StateKey Validators => ChainState.Validators.KeyOf(default);

    /// <summary>Key of the <see cref="EraRecord"/>.</summary>
    public static StateKey Era => ChainState.Era.KeyOf(default);

    /// <summary>Key of the <see cref="TokenSupply"/>.</summary>
    public static StateKey Supply => BalancesState.SupplyCollection.KeyOf(default);

    /// <summary>Key of a <see cref="StakeRecord"/>.</summary>
    public static StateKey Stake(AccountId account) => StakingState.StakeCollection.KeyOf(account);

    /// <summary>Key of a <see cref="ValidatorRecord"/>.</summary>
    public static StateKey Validator(AccountId account) => StakingState.ValidatorCollection.KeyOf(account);

    /// <summary>Key of the <see cref="CandidateList"/>; there is none without candidates.</summary>
    public static StateKey Candidates => StakingState.CandidatesCollection.KeyOf(default);

    /// <summary>Key of the <see cref="Modules.Staking.EraMembers"/>; there is none before something is counted or drawn.</summary>
    public static StateKey EraMembers => StakingState.MembersCollection.KeyOf(default);

    /// <summary>Key of the <see cref="Modules.Governance.OpenProposals"/>; there is none before the first.</summary>
    public static StateKey OpenProposals => GovernanceState.OpenCollection.KeyOf(default);

    /// <summary>Key of a <see cref="ProposalRecord"/>.</summary>
    public static StateKey Proposal(uint number) => GovernanceState.ProposalCollection.KeyOf(new ProposalNumber(number));

    /// <summary>Key of a <see cref="NominationRecord"/>.</summary>
    public static StateKey Nomination(AccountId nominator, AccountId validator) =>
        StakingState.NominationCollection.KeyOf(new NominationKey(nominator, validator));

    /// <summary>Key of an <see cref="AccountRecord"/>.</summary>
    public static StateKey Account(AccountId id) => BalancesState.AccountCollection.KeyOf(id);

    /// <summary>Key of a <see cref="DelegateRecord"/>.</summary>
    public static StateKey Delegate(AccountId account, AccountId delegated) =>
        AccountsState.DelegateCollection.KeyOf(new DelegateKey(account, delegated));

    /// <summary>Key of a <see cref="MinerRecord"/>.</summary>
    public static StateKey Miner(MinerId id) => MinersState.MinerCollection.KeyOf(id);

    /// <summary>Key of a <see cref="BucketRecord"/>.</summary>
    public static StateKey Bucket(string name) => FilesState.BucketCollection.KeyOf(new BucketName(name));

    /// <summary>Key of an <see cref="ObjectEntry"/>.</summary>
    public static StateKey Object(string bucket, Hash256 nameTag) =>
        FilesState.ObjectCollection.KeyOf(new ObjectKey(bucket, nameTag));

    /// <summary>Key of a <see cref="FileRecord"/>.</summary>
    public static StateKey File(FileId id) => FilesState.FileCollection.KeyOf(id);

    /// <summary>Key of a <see cref="DealRecord"/>.</summary>
    public static StateKey Deal(FileId id) => FilesState.DealCollection.KeyOf(id);
}
