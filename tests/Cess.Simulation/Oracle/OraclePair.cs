using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Simulation.World;

namespace Cess.Simulation.Oracle;

/// <summary>The product's executor and the oracle on one chain, a block at a time.</summary>
internal sealed class OraclePair
{
    private readonly OracleComparison _oracle;

    /// <param name="actors">Who has tokens; the first is the only validator.</param>
    /// <param name="staking">The parameters of eras and stakes.</param>
    public OraclePair(IEnumerable<ActorKey> actors, StakingParameters staking)
    {
        ActorKey[] all = [.. actors];
        var genesis = new Genesis(
            "pair",
            1_000_000,
            new ChainParameters { BlockWeight = 1_000_000_000, DealDeadlineBlocks = 3, Staking = staking },
            Genesis.Sorted(all.Select(actor => new GenesisAccount(actor.Id, new Balance(1_000_000), actor.PublicKey))),
            new ValidatorSet([all[0].PublicKey]));
        State = genesis.ToState();
        _oracle = new OracleComparison(genesis);
    }

    public LedgerState State { get; private set; }

    public OracleLedger Ledger => _oracle.Ledger;

    /// <summary>Makes a block of one transaction a call, and compares all that comes of it.</summary>
    public IReadOnlyList<Receipt> Include(params IEnumerable<(ActorKey Sender, Call Call)> calls)
    {
        Dictionary<AccountId, ulong> nonces = [];
        List<SignedTransaction> transactions = [];
        foreach ((ActorKey sender, Call call) in calls)
        {
            ulong nonce = nonces.GetValueOrDefault(sender.Id, State.Account(sender.Id).Nonce);
            nonces[sender.Id] = nonce + 1;
            var unsigned = new UnsignedTransaction(State.Genesis, sender.Id, nonce, State.Height + 1, Balance.Zero, call);
            transactions.Add(SignedTransaction.Assemble(unsigned, sender.Sign(Hash256.Zero), revealedKey: null));
        }

        ExecutedBlock block = BlockExecutor.Execute(State, new BlockContext(State.Header.TimeMs + 1, State.EraMembers().Accounts[0]), transactions);
        Assert.Empty(block.Rejected);
        State = block.State;
        _oracle.Execute(block.ToRecord(certificate: null));
        _oracle.CompareRoot(State);
        OracleTotals.Check(Ledger);
        return block.Receipts;
    }
}
