using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Simulation.World;

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
    public void Deadlines_that_are_too_many_for_a_block_wait_for_the_next()
    {
        const int BatchCount = 5;
        const int BatchCalls = 1_024;
        var history = new RandomHistory(1);
        Genesis genesis = history.Genesis with { Parameters = history.Genesis.Parameters with { BlockWeight = 100_000_000 } };
        var oracle = new OracleComparison(genesis);
        LedgerState state = genesis.ToState();
        AccountId owner = history.Actors[0].Id;
        Include(new CreateBucket("photos", new byte[4]));
        var empty = new FileDeclaration("photos", Hash256.Zero, default, default, default, new FilePolicy(1, 0), [new FilePart(new byte[16], 0, [])]);
        Include([.. Enumerable.Repeat(new Batch(BatchMode.AllOrNothing, [.. Enumerable.Repeat(new DeclareFile(empty, DeclareCondition.None), BatchCalls)]), BatchCount)]);
        for (uint i = 0; i < state.Parameters.DealDeadlineBlocks; i++)
            Include();
        Assert.NotNull(oracle.Ledger.DeadlineCursor.Find(default));
        Include();
        Assert.Null(oracle.Ledger.DeadlineCursor.Find(default));

        void Include(params Call[] calls)
        {
            ulong nonce = state.Account(owner).Nonce;
            SignedTransaction[] transactions = [.. calls.Select((call, i) => SignedTransaction.Assemble(
                new UnsignedTransaction(state.Genesis, owner, nonce + (ulong)i, state.Height + 1, Balance.Zero, call),
                history.Actors[0].Sign(Hash256.Zero),
                history.Actors[0].PublicKey))];
            ExecutedBlock block = BlockExecutor.Execute(state, new BlockContext(state.Header.TimeMs + 1, owner), transactions);
            Assert.Empty(block.Rejected);
            Assert.All(block.Receipts, receipt => Assert.Null(receipt.Error));
            state = block.State;
            oracle.Execute(block.ToRecord(certificate: null));
            oracle.CompareRoot(state);
        }
    }

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
