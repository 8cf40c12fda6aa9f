using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class SelectionTests
{
    private static readonly Hash256 s_seed = Hash256.Sha256("seed"u8);

    [Fact]
    public void Each_value_of_a_chain_is_accepted_at_its_position_and_at_no_other()
    {
        using HashChain chain = new(Account(1), Hash256.Sha256("secret"u8), 100, position: 40);
        for (ulong position = 41; position <= chain.LastPosition; position++)
        {
            Hash256 reveal = chain.RevealAt(position);
            Assert.Equal(chain.Commitment with { Value = reveal, Position = position }, chain.Commitment.Reveal(reveal, position));
            Assert.Null(chain.Commitment.Reveal(reveal, position + 1));
            Assert.Null(chain.Commitment.Reveal(reveal, position - 1));
        }

        Assert.Equal(140UL, chain.LastPosition);
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.RevealAt(40));
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.RevealAt(141));
    }

    [Fact]
    public void A_reveal_is_spent_once_it_was_shown()
    {
        using HashChain chain = new(Account(1), Hash256.Sha256("secret"u8), 20, position: 0);
        HashChainCommitment after = chain.Commitment.Reveal(chain.RevealAt(7), 7)!;
        Assert.Null(after.Reveal(chain.RevealAt(7), 7));
        Assert.Null(after.Reveal(chain.RevealAt(3), 3));
        Assert.NotNull(after.Reveal(chain.RevealAt(12), 12));
        Assert.Equal(after, Scale.Decode<HashChainCommitment>(Scale.Encode(after)));
    }

    [Fact]
    public void A_copied_commitment_cannot_be_opened_by_the_copier()
    {
        using HashChain chain = new(Account(1), Hash256.Sha256("secret"u8), 20, position: 0);
        HashChainCommitment copied = chain.Commitment with { Account = Account(2) };
        Assert.Null(copied.Reveal(chain.RevealAt(1), 1));
    }

    [Fact]
    public void A_reveal_too_many_steps_ahead_is_refused_unchecked()
    {
        using HashChain chain = new(Account(1), default, SelectionLimits.RevealStepsMax + 1, position: 0);
        Assert.NotNull(chain.Commitment.Reveal(chain.RevealAt(SelectionLimits.RevealStepsMax), SelectionLimits.RevealStepsMax));
        Assert.Null(chain.Commitment.Reveal(chain.RevealAt(SelectionLimits.RevealStepsMax + 1), SelectionLimits.RevealStepsMax + 1));
    }

    [Fact]
    public void A_chain_that_was_disposed_of_reveals_nothing()
    {
        HashChain chain = new(Account(1), Hash256.Sha256("secret"u8), 20, position: 0);
        chain.Dispose();
        Assert.Throws<ObjectDisposedException>(() => chain.RevealAt(1));
    }

    [Fact]
    public void Every_reveal_and_their_order_and_the_era_change_the_seed()
    {
        EraRandomness start = EraRandomness.Initial(s_seed);
        EraRandomness mixed = start.Mix(Account(1).Hash).Mix(Account(2).Hash);
        Hash256[] seeds =
        [
            start.SeedOf(1), start.SeedOf(2), mixed.SeedOf(1), start.Mix(Account(2).Hash).Mix(Account(1).Hash).SeedOf(1),
            start.Mix(Account(1).Hash).SeedOf(1),
        ];
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
        Assert.Equal(mixed, Scale.Decode<EraRandomness>(Scale.Encode(mixed)));
    }

    [Fact]
    public void The_largest_credit_and_stake_count_in_full_and_others_in_proportion()
    {
        Balance stakeMax = Balance.MaxValue;
        CandidateScore best = CandidateScore.Of(new Candidate(Account(1), ulong.MaxValue, stakeMax), ulong.MaxValue, stakeMax, s_seed);
        CandidateScore half = CandidateScore.Of(
            new Candidate(Account(1), ulong.MaxValue / 2, new Balance(stakeMax.Units / 2)), ulong.MaxValue, stakeMax, s_seed);
        CandidateScore none = CandidateScore.Of(new Candidate(Account(1), 0, Balance.Zero), 0, Balance.Zero, s_seed);
        Assert.Equal((CandidateScore.Range, CandidateScore.Range), (best.Credit, best.Stake));
        Assert.Equal((499_999u, 499_999u), (half.Credit, half.Stake));
        Assert.Equal((0u, 0u), (none.Credit, none.Stake));
        Assert.Equal((8 * CandidateScore.Range) + (2 * best.Random), best.Total);
        Assert.Equal(best.Random, none.Random);
    }

    [Fact]
    public void Draws_are_spread_evenly_over_their_range()
    {
        uint[] draws = [.. Enumerable.Range(0, 10_000).Select(i => Score(i, 0, 0).Random)];
        Assert.All(draws, draw => Assert.InRange(draw, 0u, CandidateScore.Range));
        Assert.InRange(draws.Average(draw => (double)draw), 0.48 * CandidateScore.Range, 0.52 * CandidateScore.Range);
        for (uint tenth = 0; tenth < 10; tenth++)
            Assert.InRange(draws.Count(draw => draw * 10L / (CandidateScore.Range + 1) == tenth), 880, 1120);
    }

    [Fact]
    public void The_best_are_drawn_in_an_order_that_does_not_depend_on_the_candidates()
    {
        Candidate[] candidates =
            [.. Enumerable.Range(0, 50).Select(i => new Candidate(Account(i), (ulong)(i * 7 % 13), Balance.FromTokens((ulong)(i * 5 % 17))))];
        CandidateScore[] selected = [.. EraSelection.Select(candidates, 11, s_seed)];
        Assert.Equal(11, selected.Length);
        Assert.Equal(selected.OrderByDescending(s => s.Total).ThenBy(s => s.Account), selected);
        Assert.Equal(selected, EraSelection.Select([.. candidates.Reverse()], 11, s_seed));
        uint worst = selected[^1].Total;
        Assert.All(
            EraSelection.Select(candidates, 50, s_seed).Skip(11), left => Assert.True(left.Total <= worst));
        Assert.NotEqual(selected.Select(s => s.Account), EraSelection.Select(candidates, 11, Account(9).Hash).Select(s => s.Account));
    }

    [Fact]
    public void Of_equal_scores_the_smaller_account_comes_first()
    {
        CandidateScore small = new(Account(1).CompareTo(Account(2)) < 0 ? Account(1) : Account(2), 1, 1, 5);
        CandidateScore large = new(small.Account == Account(1) ? Account(2) : Account(1), 3, 1, 0);
        Assert.Equal(small.Total, large.Total);
        Assert.True(small < large);
    }

    [Fact]
    public void A_candidate_given_twice_is_refused()
    {
        Candidate candidate = new(Account(1), 1, Balance.OneToken);
        Assert.Throws<ArgumentException>(() => EraSelection.Select([candidate, candidate], 1, s_seed));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(11)]
    [InlineData(100)]
    public void In_each_round_everybody_leads_once(int validators)
    {
        LeaderSchedule schedule = new(s_seed, validators);
        for (ulong round = 0; round < 20; round++)
        {
            int[] leaders = [.. Enumerable.Range(0, validators).Select(i => schedule.LeaderOf((round * (ulong)validators) + (ulong)i))];
            Assert.Equal(Enumerable.Range(0, validators), leaders.Order());
        }
    }

    [Fact]
    public void Rounds_differ_in_order_and_any_turn_can_be_asked_at_any_time()
    {
        LeaderSchedule schedule = new(s_seed, 7);
        int[] leaders = [.. Enumerable.Range(0, 700).Select(turn => schedule.LeaderOf((ulong)turn))];
        Assert.True(leaders.Chunk(7).Select(round => string.Join(',', round)).Distinct().Count() > 80);
        for (int turn = 699; turn >= 0; turn -= 13)
            Assert.Equal(leaders[turn], new LeaderSchedule(s_seed, 7).LeaderOf((ulong)turn));
        for (int validator = 0; validator < 7; validator++)
            Assert.InRange(leaders.Where((_, turn) => turn % 7 == 0).Count(leader => leader == validator), 5, 25);
    }

    /// <summary>Fixed for ever: another version of the draw would be another chain.</summary>
    [Fact]
    public void The_draw_and_the_schedule_are_those_of_the_format_page()
    {
        Assert.Equal(SelectionVectors.Draw, Score(1, 0, 0).Random);
        Assert.Equal(SelectionVectors.Leaders, string.Join(' ', Enumerable.Range(0, 14).Select(i => new LeaderSchedule(s_seed, 7).LeaderOf((ulong)i))));
        Assert.Equal(SelectionVectors.Step, HashChainCommitment.Step(Account(1), s_seed).ToString());
        Assert.Equal(SelectionVectors.Seed, EraRandomness.Initial(s_seed).Mix(Account(1).Hash).SeedOf(3).ToString());
    }

    private static CandidateScore Score(int account, ulong credit, ulong stake) =>
        CandidateScore.Of(new Candidate(Account(account), credit, new Balance(stake)), credit, new Balance(stake), s_seed);

    private static AccountId Account(int number) => new(Hash256.Sha256([(byte)number, (byte)(number >> 8)]));
}

file static class SelectionVectors
{
    public const uint Draw = 425_544;
    public const string Leaders = "5 6 4 1 2 0 3 3 1 2 5 4 6 0";
    public const string Step = "3d02416ee2e70cc8e100707c51bf3ff3f6f16b5ca29c8f90839b688ace3cd61a";
    public const string Seed = "e8a883527756effe15c75460aa49b09a8c2495882cb5f536adeea3770ad58998";
}
