using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Cess.Simulation.World;

namespace Cess.Simulation.Oracle;

/// <summary>Bounds that random histories don't get to: the oracle and the product draw them at the same place.</summary>
public sealed class OracleBoundsTests
{
    private static readonly StakingParameters s_staking = new() { EraBlocks = 1_000, CandidatesMin = 1_000, ValidatorBondMin = new Balance(100), UnbondingEras = 20 };

    [Fact]
    public void Deadlines_that_are_too_many_for_a_block_wait_for_the_next_and_take_no_reports()
    {
        const int BatchCount = 5;
        const int BatchCalls = 1_023;
        OraclePair pair = PairOf(1, s_staking);
        ActorKey actor = Actor(0);
        pair.Include((actor, new CreateBucket("photos", new byte[4])), (actor, new RegisterMiner(actor.Id, "memory", Balance.Zero)), (actor, new DeclareSpace(1_000)));
        // Files without segments are complete at once, but keep their place in the queue.
        var empty = new Batch(BatchMode.AllOrNothing, [.. Enumerable.Repeat(new DeclareFile(Declaration([]), DeclareCondition.None), BatchCalls)]);
        var last = new DeclareFile(Declaration([new FileSegment(10, [new FileFragment(Hash256.Zero, default)])]), DeclareCondition.None);
        IReadOnlyList<Receipt> receipts = pair.Include(Enumerable.Repeat<Call>(empty, BatchCount).Append(last).Select(call => (actor, call)));
        Assert.All(receipts, receipt => Assert.True(receipt.IsSuccess));
        var file = new FileId(receipts[^1].TransactionId);
        pair.Include();
        pair.Include();

        Receipt late = Assert.Single(pair.Include((actor, new ReportTransfer([file]))));
        Assert.NotNull(pair.Ledger.DeadlineCursor.Find(default));
        Assert.Equal(FilesError.DeadlinePassed, Assert.Single(Assert.IsType<TransferReported>(Assert.Single(late.Events)).Refused).Error);
        pair.Include();
        Assert.Null(pair.Ledger.DeadlineCursor.Find(default));
        Assert.Null(pair.State.File(file));
    }

    [Fact]
    public void An_account_has_at_most_20_delegates()
    {
        OraclePair pair = PairOf(1, s_staking);
        IReadOnlyList<Receipt> receipts = pair.Include(Enumerable.Range(1, 21).Select(i => (Actor(0), (Call)new SetDelegate(
            Actor(i).Id, [CallScope.AllOf(ModuleId.Balances)], Balance.Zero, 10))));
        Assert.Equal((LedgerError)AccountsError.DelegatesTooMany, OnlyLastFails(receipts));
    }

    [Fact]
    public void An_account_nominates_at_most_16_validators()
    {
        OraclePair pair = PairOf(18, s_staking);
        pair.Include(Enumerable.Range(1, 17).SelectMany(i => Candidate(Actor(i))));
        pair.Include((Actor(0), new Bond(new Balance(1_000))));
        IReadOnlyList<Receipt> receipts = pair.Include(Enumerable.Range(1, 17).Select(i => (Actor(0), (Call)new Nominate(Actor(i).Id, new Balance(10)))));
        Assert.Equal((LedgerError)StakingError.NominationsTooMany, OnlyLastFails(receipts));
    }

    [Fact]
    public void There_are_at_most_512_candidates()
    {
        OraclePair pair = PairOf(513, s_staking);
        IReadOnlyList<Receipt> receipts = pair.Include(Enumerable.Range(0, 513).SelectMany(i => Candidate(Actor(i))));
        Assert.Equal((LedgerError)StakingError.CandidatesTooMany, OnlyLastFails(receipts));
    }

    [Fact]
    public void A_stake_and_a_nomination_have_at_most_16_withdrawals_pending()
    {
        OraclePair pair = PairOf(2, s_staking with { EraBlocks = 1 });
        ActorKey nominator = Actor(0);
        ActorKey validator = Actor(1);
        pair.Include(Candidate(validator));
        pair.Include((nominator, new Bond(new Balance(1_000))), (nominator, new Nominate(validator.Id, new Balance(500))));
        List<Receipt> unbonds = [];
        List<Receipt> leaves = [];
        for (int era = 0; era < 17; era++)
        {
            IReadOnlyList<Receipt> both = pair.Include(
                (nominator, new Unbond(new Balance(7))),
                (nominator, new LeaveNomination(validator.Id, 7)));
            unbonds.Add(both[0]);
            leaves.Add(both[1]);
        }

        Assert.Equal((LedgerError)StakingError.PendingTooMany, OnlyLastFails(unbonds));
        Assert.Equal((LedgerError)StakingError.PendingTooMany, OnlyLastFails(leaves));
    }

    private static OraclePair PairOf(int actors, StakingParameters staking) => new(Enumerable.Range(0, actors).Select(Actor), staking);

    private static ActorKey Actor(int number) => ActorKeys.Of($"actor {number}");

    private static IEnumerable<(ActorKey Sender, Call Call)> Candidate(ActorKey actor) =>
        [(actor, new Bond(new Balance(100))), (actor, new Validate(0, Hash256.Sha256([1]), 10))];

    private static FileDeclaration Declaration(FileSegment[] segments) =>
        new("photos", Hash256.Zero, default, default, default, new FilePolicy(1, 0), [new FilePart(new byte[16], 0, [.. segments])]);

    /// <summary>Why the last one fails, after all others have succeeded.</summary>
    private static LedgerError? OnlyLastFails(IReadOnlyList<Receipt> receipts)
    {
        Assert.All(receipts.SkipLast(1), receipt => Assert.Null(receipt.Error));
        return receipts[^1].Error;
    }
}
