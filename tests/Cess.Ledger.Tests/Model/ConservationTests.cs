using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Ledger.Tests.Modules;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Ledger.Tests.Model;

/// <summary>
/// Random sequences of the calls that move tokens in roundabout ways, many of them wrong: whatever happens, tokens are all
/// there, reserved tokens are those of stakes and miners, and shares are those of nominations.
/// </summary>
public sealed class ConservationTests
{
    private const int CallsPerHistory = 120;

    [Fact]
    public void No_sequence_of_calls_makes_or_loses_a_token()
    {
        HashSet<string> seen = [];
        Gen<int[]> histories = Gen.ArrayOf(Gen.Choose(0, int.MaxValue), CallsPerHistory);
        Prop.ForAll(histories.ToArbitrary(), history => Run(history, seen)).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Fact]
    public void Histories_reach_the_calls_that_succeed_and_all_kinds_of_events()
    {
        HashSet<string> seen = [];
        string[] wanted =
        [
            .. Enum.GetNames<StakingCallKind>(), .. Enum.GetNames<GovernanceCallKind>(), nameof(Enacted), .. Enum.GetNames<ProposalEnd>(),
            nameof(SpendTreasury), nameof(ChangeParameters), nameof(SetDelegate), nameof(RemoveDelegate), nameof(ActAs), nameof(Batch),
            nameof(KeyRotated), nameof(Slashed), nameof(Rewarded), nameof(EraStarted), nameof(BatchCompleted), nameof(ActedAs),
        ];
        for (int number = 0; number < 60 && wanted.Except(seen).Any(); number++)
            Run([.. Enumerable.Range(number * 1_000, CallsPerHistory)], seen);
        Assert.Empty(wanted.Except(seen));
    }

    private static void Run(int[] history, HashSet<string> seen)
    {
        using StakingFixture staking = new(p => p with
        {
            EraBlocks = 6,
            UnbondingEras = 2,
            JailEras = 1,
            FirstYearIssuance = Balance.FromTokens(5_000),
            ErasPerYear = 7,
            EquivocationSlashPermille = 333,
            ValidatorBondMin = Balance.FromTokens(10),
        });
        for (int account = 1; account <= 3; account++)
            staking.MakeCandidate(account, bond: 50);
        foreach (int number in history)
        {
            ConservationChoices choices = new(number, staking);
            (TestAccount sender, Call call) = choices.Next();
            LedgerState before = staking.State;
            staking.Chain.Queue(sender, call);
            ExecutedBlock block = staking.Chain.Seal(proposer: staking[choices.Choose(4)]);
            Receipt? receipt = block.Receipts.SingleOrDefault();
            Note(before, block, seen);
            if (receipt is { IsSuccess: true })
                seen.Add(call.GetType().Name);
            else
                ChangesNothing(before, block, staking.Chain, sender, receipt?.Fee);
            Check(staking.Chain);
        }
    }

    private static void Note(LedgerState before, ExecutedBlock block, HashSet<string> seen)
    {
        IEnumerable<LedgerEvent> happened = block.StartEvents.Concat(block.Receipts.SelectMany(receipt => receipt.Events));
        foreach (LedgerEvent item in happened)
        {
            seen.Add(item.GetType().Name);
            if (item is ProposalDropped dropped)
                seen.Add(dropped.Reason.ToString());
            if (item is Enacted enacted)
                seen.Add(before.Proposal(enacted.Proposal)!.Change.GetType().Name);
        }
    }

    /// <summary>
    /// A failed call leaves the state that a block without it has, but for the sender's nonce and the fee, which the treasury has; one that is
    /// rejected leaves just that state.
    /// </summary>
    private static void ChangesNothing(LedgerState before, ExecutedBlock block, TestChain chain, TestAccount sender, Balance? fee)
    {
        LedgerState empty = BlockExecutor.Execute(before, new BlockContext(block.Block.Header.TimeMs, block.Block.Header.Proposer), []).State;
        StateTree expected = empty.Tree;
        if (fee is { } paid)
        {
            AccountRecord account = empty.Account(sender.Id);
            expected = expected.Set(LedgerKeys.Account(sender.Id), Scale.Encode(account with { Nonce = account.Nonce + 1, Free = account.Free - paid }));
            AccountRecord treasury = empty.Account(TestChain.Treasury);
            if (!paid.IsZero)
                expected = expected.Set(LedgerKeys.Account(TestChain.Treasury), Scale.Encode(treasury with { Free = treasury.Free + paid }));
        }

        Assert.Equal(expected.Root, chain.State.Tree.Root);
    }

    private static void Check(TestChain chain)
    {
        LedgerState state = chain.State;
        Assert.Equal(state.Supply, chain.Supply());
        foreach (TestAccount account in chain.Accounts)
        {
            StakeRecord stake = state.Stake(account.Id);
            Balance staked = stake.Unbonding.Aggregate(stake.Active, (sum, chunk) => sum + chunk.Amount);
            Assert.Equal(staked + (state.MinerOf(account.Id)?.Stake ?? Balance.Zero), state.Account(account.Id).Reserved);
            Assert.True(stake.Unbonding.Select(c => c.Era).SequenceEqual(stake.Unbonding.Select(c => c.Era).Distinct().Order()));
        }

        NominationRecord[] nominations = [.. chain.Accounts.SelectMany(a => state.NominationsOf(a.Id))];
        foreach (TestAccount account in chain.Accounts)
        {
            NominationRecord[] own = [.. nominations.Where(n => n.Validator == account.Id)];
            UInt128 shares = own.Aggregate((UInt128)0, (sum, n) => sum + n.Shares);
            Assert.Equal(shares, state.Validator(account.Id)?.Pool.Shares ?? 0);
            foreach (IGrouping<ulong, LeavingShares> era in own.SelectMany(n => n.Leaving).GroupBy(l => l.Era))
                Assert.Equal(era.Aggregate((UInt128)0, (sum, l) => sum + l.Shares), state.LeavingPool(account.Id, era.Key).Shares);
        }

        foreach (AccountId candidate in state.Candidates())
            Assert.Equal(CandidateStatus.Candidate, state.Validator(candidate)!.Status);
        Assert.Equal(state.Validators.Keys.Length, state.EraMembers().Accounts.Length);
        Assert.True(state.Era.Start <= state.Height && state.Height < state.Era.End);
    }
}
