using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Transactions;

namespace Cess.Simulation.Oracle;

/// <summary>The product's executor and the oracle, side by side, on calls of every kind.</summary>
public sealed class OracleTests
{
    private const int Blocks = 250;
    private const int RootEvery = 10;

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(0, 12).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_ledger_does_what_a_second_model_says(ulong seed) => Follow(new RandomHistory(seed));

    [Fact]
    public void Random_histories_have_every_call_with_success_and_every_event()
    {
        HashSet<string> succeeded = [];
        HashSet<string> events = [];
        for (ulong seed = 0; seed < 12; seed++)
        {
            var history = new RandomHistory(seed);
            for (int i = 0; i < Blocks; i++)
            {
                ExecutedBlock block = history.Next().Block;
                foreach ((SignedTransaction transaction, Receipt receipt) in block.Block.Transactions.Zip(block.Receipts))
                {
                    if (receipt.IsSuccess)
                        succeeded.Add(transaction.Unsigned.Call.GetType().Name);
                }

                events.UnionWith(block.StartEvents.Concat(block.Receipts.SelectMany(receipt => receipt.Events)).Select(change => change.GetType().Name));
            }
        }

        Assert.Empty(NamesOf<Call>().Except(succeeded));
        Assert.Empty(NamesOf<LedgerEvent>().Except(events));
    }

    private static IEnumerable<string> NamesOf<T>() =>
        typeof(T).Assembly.GetTypes().Where(type => type.IsSealed && type.IsAssignableTo(typeof(T))).Select(type => type.Name);

    private static void Follow(RandomHistory history)
    {
        var oracle = new OracleComparison(history.Genesis);
        oracle.CompareRoot(history.State);
        for (int i = 1; i <= Blocks; i++)
        {
            (ExecutedBlock block, IReadOnlyList<SignedTransaction> proposed) = history.Next();
            oracle.Execute(block.ToRecord(certificate: null), proposed, block.Rejected);
            oracle.CompareChanges(block.State);
            if (i % RootEvery != 0)
                continue;
            oracle.CompareRoot(block.State);
            OracleTotals.Check(oracle.Ledger);
        }
    }
}
