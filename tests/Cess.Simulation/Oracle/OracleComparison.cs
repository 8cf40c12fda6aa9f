using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Simulation.Checks;

namespace Cess.Simulation.Oracle;

/// <summary>Executes final blocks with the oracle, and says where the product's result differs from its own.</summary>
internal sealed class OracleComparison(Genesis genesis)
{
    private const string Promise = "the ledger does what its rules say";
    private readonly LedgerOracle _oracle = new(genesis);

    /// <summary>Height of the last block that the oracle has executed.</summary>
    public ulong Height => _oracle.Height;

    /// <summary>How often a state was compared.</summary>
    public int Comparisons { get; private set; }

    public OracleLedger Ledger => _oracle.Ledger;

    /// <summary>Executes a block and compares its events and receipts.</summary>
    public void Execute(BlockRecord record) => Execute(record, record.Block.Transactions, []);

    /// <summary>Executes a block with what was proposed for it, and compares what was rejected, too.</summary>
    public void Execute(BlockRecord record, IEnumerable<SignedTransaction> proposed, IEnumerable<RejectedTransaction> rejected)
    {
        BlockHeader header = record.Block.Header;
        IEnumerable<LedgerEvent> start = _oracle.BeginBlock(header.TimeMs, header.Proposer);
        CompareEvents($"the start of block {header.Height}", start, record.StartEvents);
        var receipts = new Queue<Receipt>(record.Receipts);
        var rejections = new Queue<RejectedTransaction>(rejected);
        foreach (SignedTransaction transaction in proposed)
        {
            string what = $"{transaction.Unsigned.Call.GetType().Name} {transaction.Id} of {transaction.Unsigned.Account} in block {header.Height}";
            if (_oracle.Include(transaction, out LedgerError? rejection) is not { } expected)
            {
                if (!rejections.TryDequeue(out RejectedTransaction other) || !other.Transaction.Equals(transaction) || other.Error != rejection)
                    throw new BrokenPromiseException("a block holds what may be in it", $"{what}: {rejection}");
                continue;
            }

            receipts.TryDequeue(out Receipt? found);
            if (expected.TransactionId != found?.TransactionId || expected.Error != found.Error || expected.Fee != found.Fee)
                throw Differs($"the receipt of {what}", Words.Of(expected), Words.Of(found));
            CompareEvents(what, expected.Events, found.Events);
        }

        _oracle.EndBlock();
    }

    /// <summary>Compares what has changed since the last comparison with a state of the oracle's height.</summary>
    public void CompareChanges(LedgerState state)
    {
        Comparisons++;
        foreach (OracleTable table in Ledger.Tables)
        {
            foreach (OracleEntry entry in table.TakeChanged())
                Compare(state, table, entry);
        }
    }

    /// <summary>The root that the oracle's records have must be the one that the validators have signed.</summary>
    public void CompareRoot(LedgerState state)
    {
        CompareChanges(state);
        if (RootOf(Ledger) == state.Header.StateRoot)
            return;
        Dictionary<StateKey, OracleEntry> entries = [];
        foreach (OracleTable table in Ledger.Tables)
        {
            foreach (OracleEntry entry in table.Entries())
            {
                Compare(state, table, entry);
                entries.Add(entry.Key, entry);
            }
        }

        foreach ((StateKey key, ReadOnlyMemory<byte> found) in state.Tree.Walk())
        {
            if (entries.ContainsKey(key))
                continue;
            byte[] bytes = key.Bytes.ToArray();
            OracleTable? table = Ledger.Tables.FirstOrDefault(table => table.Prefix == (bytes[0], bytes[1]));
            throw Differs($"{table?.Name ?? "a record of no collection"} {key} at {state.Height}", "none", table?.Describe(found.Span) ?? "one");
        }

        throw Differs($"the state root at {state.Height}", "of the same records", "another");
    }

    public static Hash256 RootOf(OracleLedger ledger) => NaiveTree.RootOf(
        ledger.Tables.SelectMany(table => table.Entries())
            .OrderBy(entry => entry.Key)
            .Select(entry => new KeyValuePair<StateKey, ReadOnlyMemory<byte>>(entry.Key, entry.Bytes!)));

    private static void Compare(LedgerState state, OracleTable table, OracleEntry entry)
    {
        bool exists = state.Tree.TryGet(entry.Key, out ReadOnlyMemory<byte> found);
        if (exists == (entry.Bytes is not null) && found.Span.SequenceEqual(entry.Bytes))
            return;
        throw Differs(
            $"{entry.Name} at {state.Height}",
            entry.Bytes is null ? "none" : table.Describe(entry.Bytes),
            exists ? table.Describe(found.Span) : "none");
    }

    private static void CompareEvents(string what, IEnumerable<LedgerEvent> expected, IEnumerable<LedgerEvent> found)
    {
        foreach ((LedgerEvent? ours, LedgerEvent? theirs) in Pairs([.. expected], [.. found]))
        {
            if (ours is null || theirs is null || !Scale.Encode(ours).AsSpan().SequenceEqual(Scale.Encode(theirs)))
                throw Differs($"an event of {what}", Words.Of(ours), Words.Of(theirs));
        }
    }

    private static IEnumerable<(LedgerEvent? Expected, LedgerEvent? Found)> Pairs(LedgerEvent[] expected, LedgerEvent[] found)
    {
        for (int i = 0; i < Math.Max(expected.Length, found.Length); i++)
            yield return (expected.ElementAtOrDefault(i), found.ElementAtOrDefault(i));
    }

    private static BrokenPromiseException Differs(string what, string expected, string found) =>
        new(Promise, $"{what}: expected {expected}; found {found}");
}
