using Cess.Consensus;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Cess.Simulation.Actors;
using Cess.Simulation.Oracle;
using Cess.Simulation.World;

namespace Cess.Simulation.Checks;

/// <summary>Sees every block that becomes durable on an honest node, and checks what must hold of it whatever happens.</summary>
internal sealed class ChainChecks(SimulatedWorld world)
{
    private const ulong RootEvery = 16;
    private readonly List<Hash256> _final = [world.Genesis.ToState().BlockHash];
    private readonly Dictionary<Hash256, (ulong Height, LedgerError? Error)> _included = [];
    private readonly OracleComparison _oracle = new(world.Genesis);
    private readonly Hash256 _genesis = world.Genesis.ComputeHash();
    private readonly Dictionary<ulong, ValidatorSet> _validators = [];
    private readonly Queue<Certificate> _uncounted = [];
    private readonly HashSet<(Hash256 Block, ulong Iteration, int Votes)> _certified = [];
    private readonly HashSet<Hash256> _forged = [];
    private readonly HashSet<Hash256> _censored = [];
    private ulong _compared;
    private ulong _rootsSeen;

    /// <summary>Height of the newest block that is final somewhere.</summary>
    public ulong Height => (ulong)_final.Count - 1;

    public long Transactions { get; private set; }

    /// <summary>Nobody who may has signed this; it must never be in a block.</summary>
    public void Forged(Hash256 transaction) => _forged.Add(transaction);

    /// <summary>A leader has left these out; the next honest one will not.</summary>
    public void Censored(IEnumerable<Hash256> transactions) => _censored.UnionWith(transactions);

    /// <summary>A block has become durable on a node, in the order of heights.</summary>
    public void Durable(SimulatedNode node, BlockRecord record)
    {
        BlockHeader header = record.Block.Header;
        Hash256 hash = header.ComputeHash();
        if (header.Height > (ulong)_final.Count)
            throw Broken("blocks become final in order", $"n{node.Index} has {header.Height} where {Height} is the newest");
        if (header.Height < (ulong)_final.Count)
        {
            if (_final[(int)header.Height] != hash)
                throw Broken("no fork", $"n{node.Index} has {hash} at {header.Height}, others have {_final[(int)header.Height]}");
        }
        else
        {
            Extend(node, record, hash);
        }

        CheckCertificate(node, record, hash);
    }

    /// <summary>What is too dear for each block: looked at now and then.</summary>
    public void Look()
    {
        foreach (SimulatedNode node in world.Honest)
        {
            if (node.Head is not { } state)
                continue;
            CountVotes(state);
            if (state.Height != _oracle.Height || state.Height <= _compared)
                continue;
            _compared = state.Height;
            if (state.Height / RootEvery > _rootsSeen)
                CheckState(state);
            else
                _oracle.CompareChanges(state);
        }
    }

    public void CheckAtEnd(IReadOnlyList<PayingClient> clients)
    {
        foreach (SimulatedNode node in world.Honest.Where(node => node.Head!.Height == _oracle.Height).Take(1))
            CheckState(node.Head!);
        if (_rootsSeen == 0 && Height > 4 * RootEvery)
            throw Broken("states are compared", $"none was of {Height}");
        world.Trace.Add($"{_oracle.Comparisons} states of {Height} blocks were compared");
        foreach (PayingClient client in clients)
            client.CheckAcknowledged(_included);
        LedgerState[] heads = [.. world.Honest.Select(node => node.Head!)];
        foreach (LedgerState head in heads)
        {
            if (_final[(int)head.Height] != head.BlockHash)
                throw Broken("all agree", $"a node is at {head.BlockHash}, height {head.Height}");
        }
    }

    private void Extend(SimulatedNode node, BlockRecord record, Hash256 hash)
    {
        BlockHeader header = record.Block.Header;
        if (header.Parent != _final[^1])
            throw Broken("a block follows its parent", $"block {header.Height} of n{node.Index}");
        _final.Add(hash);
        Transactions += record.Block.Transactions.Length;
        foreach (Receipt receipt in record.Receipts)
        {
            if (_censored.Contains(receipt.TransactionId))
                world.Sometimes(Rare.CensoredIncluded);
            if (_forged.Contains(receipt.TransactionId))
                throw Broken("nobody spends another's tokens", $"{receipt.TransactionId} is forged and in {header.Height}");
            if (!_included.TryAdd(receipt.TransactionId, (header.Height, receipt.Error)))
                throw Broken("a transaction is in one block", $"{receipt.TransactionId} is in {header.Height} again");
        }

        foreach (LedgerEvent change in record.StartEvents.Concat(record.Receipts.SelectMany(receipt => receipt.Events)))
            CheckEvent(change);
        _oracle.Execute(record);
        world.Trace.Add($"block {header.Height} {hash.ToString()[..8]} with {record.Block.Transactions.Length} on n{node.Index}");
    }

    private void CheckEvent(LedgerEvent change)
    {
        world.SometimesIf(change is Enacted, Rare.ChangeEnacted);
        if (change is not Slashed slashed)
            return;
        world.Sometimes(slashed.Reason == SlashReason.Equivocation ? Rare.SlashedForEquivocation : Rare.SlashedForAbsence);
        if (slashed.Reason == SlashReason.Equivocation && world.IsHonest(slashed.Account))
            throw Broken("honest validators are not slashed", $"{slashed.Account} is, for an equivocation");
    }

    /// <summary>The votes are counted once the era's validators are known, from the state in which it began.</summary>
    private void CheckCertificate(SimulatedNode node, BlockRecord record, Hash256 hash)
    {
        if (record.Certificate is not { } certificate)
            return;
        if (certificate.BlockHash != hash)
            throw Broken("a certificate is its block's", $"that of {record.Block.Header.Height} on n{node.Index} is not");
        if (_certified.Add((hash, certificate.Iteration, certificate.Votes.Length)))
            _uncounted.Enqueue(certificate);
    }

    private void CountVotes(LedgerState state)
    {
        _validators[state.Era.Index] = state.Validators;
        while (_uncounted.TryPeek(out Certificate? certificate) && _validators.TryGetValue(Iterations.EraOf(certificate.Iteration), out ValidatorSet? validators))
        {
            _uncounted.Dequeue();
            Hash256 digest = Certificate.VoteDigest(_genesis, certificate.BlockHash, certificate.Iteration);
            int valid = certificate.Votes.Where(vote => vote.Validator < validators.Keys.Length)
                .DistinctBy(vote => vote.Validator)
                .Count(vote => SharedKeyCache.Instance.Verify(validators.Keys[vote.Validator], digest, vote.Signature));
            if (valid * 3 <= validators.Keys.Length * 2)
                throw Broken("a certificate has the votes of two thirds", $"that of {certificate.BlockHash} has {valid} of {validators.Keys.Length}");
        }
    }

    /// <summary>The whole state by slow and simple means: its root, and its sums.</summary>
    private void CheckState(LedgerState state)
    {
        _rootsSeen = state.Height / RootEvery;
        world.SometimesIf(state.Era.Index > 0, Rare.EraEnded);
        world.SometimesIf(state.EraMembers().Accounts.Length != world.Genesis.Validators.Keys.Length, Rare.ValidatorsChanged);
        _oracle.CompareRoot(state);
        OracleTotals.Check(_oracle.Ledger);
    }

    private static BrokenPromiseException Broken(string promise, string how) => new(promise, how);
}
