using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

/// <summary>A chain of short eras whose accounts 1 to 5 can become validators; 0 validates from the genesis on.</summary>
public sealed class StakingFixture : IDisposable
{
    public const uint EraBlocks = 10;

    public const int ChainLength = 50;

    public static readonly Balance BondMin = Balance.FromTokens(100);

    private readonly Dictionary<AccountId, HashChain> _chains = [];

    public StakingFixture(Func<StakingParameters, StakingParameters>? change = null, uint votingBlocks = 1)
    {
        StakingParameters parameters = new()
        {
            EraBlocks = EraBlocks,
            Seats = 3,
            CandidatesMin = 3,
            ValidatorBondMin = BondMin,
            NominationMin = Balance.OneToken,
            UnbondingEras = 2,
            JailEras = 1,
            AbsencePermille = 0,
        };
        Chain = new TestChain(new ChainParameters { Staking = change?.Invoke(parameters) ?? parameters, VotingBlocks = votingBlocks }, accounts: 8);
    }

    public TestChain Chain { get; }

    public LedgerState State => Chain.State;

    public void Dispose()
    {
        foreach (HashChain chain in _chains.Values)
            chain.Dispose();
    }

    public TestAccount this[int account] => Chain.Accounts[account];

    public ValidatorRecord Validator(int account) => State.Validator(this[account].Id)!;

    /// <summary>Bonds and becomes a candidate, in two blocks.</summary>
    public void MakeCandidate(int account, ulong bond = 200, ushort commission = 100)
    {
        TestAccount validator = this[account];
        Chain.MustDo(validator, new Bond(Balance.FromTokens(bond)));
        ulong era = State.Era.Index;
        HashChain chain = new(validator.Id, Hash256.Sha256([(byte)account]), ChainLength, era);
        _chains[validator.Id] = chain;
        Chain.MustDo(validator, new Validate(commission, chain.Commitment.Value, ChainLength));
    }

    /// <summary>Gives an account another key.</summary>
    public void Rotate(int account, TestAccount to) => Chain.MustDo(this[account], new RotateKey(
        to.Key.PublicKey, to.Key.Sign(RotateKey.ProofDigest(State.Genesis, this[account].Id, to.Key.PublicKey))));

    public Reveal RevealOf(int account) => new(_chains[this[account].Id].RevealAt(State.Era.Index));

    /// <summary>Blocks up to the next era's first state; proposers take turns among these accounts.</summary>
    public ExecutedBlock EndEra(params int[] proposers)
    {
        ulong era = State.Era.Index;
        ExecutedBlock? last = null;
        for (int i = 0; State.Era.Index == era; i++)
            last = proposers.Length == 0 ? Chain.Seal() : Chain.Seal(proposer: this[proposers[i % proposers.Length]]);
        return last!;
    }

    /// <summary>Accounts 1, 2 and 3 validate, each with 200 tokens.</summary>
    public void ElectThree()
    {
        for (int account = 1; account <= 3; account++)
            MakeCandidate(account);
        EndEra();
        Assert.Equal(3, State.Validators.Keys.Length);
    }

    public void Fails(LedgerError error, int account, Call call) => Assert.Equal(error, Chain.Do(this[account], call).Error);

    public static SignedVote Vote(ConsensusVoteKind kind, TestAccount validator, Hash256 genesis, ulong iteration, Hash256 block) =>
        new(kind, block, validator.Key.Sign(ConsensusVotes.Digest(kind, genesis, iteration, block)));
}
