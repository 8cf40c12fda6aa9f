using Cess.Consensus.Messages;
using Cess.Consensus.Simplex;
using Cess.Consensus.Tests.Simulation;

namespace Cess.Consensus.Tests;

/// <summary>The simulation is worth something if it finds out when a rule is broken. Each test breaks one.</summary>
public sealed class BrokenRulesTests
{
    private const int SeedsMax = 400;

    [Fact]
    public void A_quorum_that_is_one_vote_too_small_is_found() =>
        Finds(new SmallQuorum(), "certificate does not verify", "Two blocks", "halts");

    [Fact]
    public void A_vote_that_is_not_persisted_is_found() => Finds(new Forgets<CastVote>(), "contradicts its vote");

    [Fact]
    public void A_proposal_that_is_not_persisted_is_found() => Finds(new Forgets<AcceptedProposal>(), "contradicts its proposal");

    [Fact]
    public void A_notarisation_that_is_not_persisted_is_found() => Finds(new Forgets<KnownNotarisation>(), "has height");

    [Fact]
    public void A_finalisation_after_a_time_out_is_found() => Finds(new FinalisesLate(), "contradicts its vote", "is accused");

    [Fact]
    public void A_vote_without_looking_for_the_parents_notarisation_is_found() =>
        Finds(new IgnoresParent(), Attack.Forker, "Two blocks", "halts", "does not follow");

    [Fact]
    public void A_vote_without_looking_for_the_dummies_between_is_found() =>
        Finds(new IgnoresDummies(), Attack.Forker, "Two blocks", "halts", "does not follow");

    [Fact]
    public void A_validator_that_votes_on_without_its_records_is_found()
    {
        List<string> found = [];
        for (int seed = 0; seed < SeedsMax && found.Count == 0; seed++)
        {
            try
            {
                new World(new Scenario(4, seed) { LosesRecords = true, Abstains = false }).Run();
            }
            catch (BrokenPromiseException e) when (e.Message.Contains("contradicts", StringComparison.Ordinal) || e.Message.Contains("accused", StringComparison.Ordinal))
            {
                found.Add(e.Message);
            }
        }

        Assert.NotEmpty(found);
    }

    private static void Finds(SimplexRules broken, params string[] symptoms) => Finds(broken, attack: null, symptoms);

    /// <summary>
    /// Some run shows one of the symptoms; the attack is there in every run, or some attack in every other one.
    /// </summary>
    private static void Finds(SimplexRules broken, Attack? attack, params string[] symptoms)
    {
        List<string> others = [];
        for (int seed = 0; seed < SeedsMax; seed++)
        {
            try
            {
                new World(new Scenario(4, seed)
                {
                    Byzantine = attack.HasValue ? 1 : seed % 2,
                    Attack = attack,
                    Rules = broken,
                    AllCrash = seed % 3 == 0,
                }).Run();
            }
            catch (BrokenPromiseException e)
            {
                if (symptoms.Any(symptom => e.Message.Contains(symptom, StringComparison.Ordinal)))
                    return;
                others.Add(e.Message);
            }
        }

        Assert.Fail($"In {SeedsMax} runs nothing was found but: {string.Join("; ", others.Distinct().Take(5))}");
    }

    private sealed class SmallQuorum : SimplexRules
    {
        public override int Quorum(ConsensusEra era) => base.Quorum(era) - 1;
    }

    private sealed class Forgets<T> : SimplexRules
    {
        public override bool MustPersist(ConsensusRecord record) => record is not T;
    }

    private sealed class FinalisesLate : SimplexRules
    {
        public override bool MayFinalise(Round round) => round.OwnFinalise is null;
    }

    private sealed class IgnoresParent : SimplexRules
    {
        public override bool IsJustified(Rounds rounds, SignedProposal proposal) =>
            Enumerable.Range(1, (int)Math.Min(1000, proposal.Iteration - proposal.ParentIteration - 1))
                .All(i => rounds.IsPassed(proposal.ParentIteration + (ulong)i));
    }

    private sealed class IgnoresDummies : SimplexRules
    {
        public override bool IsJustified(Rounds rounds, SignedProposal proposal) =>
            rounds.IsNotarised(proposal.ParentIteration, proposal.Parent);
    }
}
