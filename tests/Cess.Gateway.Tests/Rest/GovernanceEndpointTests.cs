using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Tests.Rest;

/// <summary>Proposals and validators, as anybody sees them before somebody votes.</summary>
public sealed class GovernanceEndpointTests : RestTests
{
    private static readonly AccountId s_payee = new(Hash256.Sha256("payee"u8));

    private AccountId Validator => Host.Chain.Validator.PublicKey.ToAccountId();

    private ulong Later => Host.Chain.Head.Height + 50;

    [Fact]
    public async Task Nothing_is_proposed_at_first()
    {
        ProposalList list = await Tester.GetAsync("/v1/proposals", WireJson.Default.ProposalList);
        Assert.Equal((Host.Chain.Head.Height, LedgerKeys.OpenProposals.Bytes), (list.Height, list.Key));
        Assert.Empty(list.Proposals);
    }

    [Fact]
    public async Task A_payment_is_shown_with_who_gets_how_much_who_approves_it_and_when_it_is_decided()
    {
        ulong at = Later;
        Propose(new SpendTreasury(s_payee, Balance.Parse("12.5")), at);

        ProposalMessage shown = await Tester.GetAsync("/v1/proposals/0", WireJson.Default.ProposalMessage);
        Assert.Equal((0u, Validator.ToString(), at, Host.Chain.Head.Height), (shown.Number, shown.Proposer, shown.EnactAt, shown.Height));
        Assert.Equal(new PaymentMessage(s_payee.ToString(), "12.5"), shown.Payment);
        Assert.Equal((Validator.ToString(), 1, 1), (Assert.Single(shown.Approvals), shown.Needed, shown.Validators));
        Assert.Null(shown.Changes);
        Assert.Null(shown.Parameters);
    }

    [Fact]
    public async Task A_change_of_parameters_is_shown_as_what_it_changes_and_in_full()
    {
        ChainParameters inForce = Host.Chain.Head.Parameters;
        ChainParameters changed = inForce with { TransactionFee = Balance.Parse("0.5"), Staking = inForce.Staking with { Seats = 21 } };
        Propose(new SpendTreasury(s_payee, Balance.OneToken), Later);
        Propose(new ChangeParameters(changed), Later);

        ProposalList list = await Tester.GetAsync("/v1/proposals", WireJson.Default.ProposalList);
        Assert.Equal([0u, 1u], list.Proposals.Select(proposal => proposal.Number));
        ProposalMessage shown = await Tester.GetAsync("/v1/proposals/1", WireJson.Default.ProposalMessage);
        foreach (ProposalMessage proposal in (ProposalMessage[])[shown, list.Proposals[1]])
        {
            Assert.Equal(
                [new("transactionFee", inForce.TransactionFee.ToString(), "0.5"), new ParameterChangeMessage("seats", "11", "21")],
                proposal.Changes!);
            Assert.Null(proposal.Payment);
            Assert.Null(proposal.Outdated);
        }

        Assert.Equal(ParameterFields.All.ToDictionary(field => field.Name, field => field.Read(changed)), shown.Parameters);
        Assert.Null(list.Proposals[1].Parameters);
    }

    [Fact]
    public async Task A_proposal_of_parameters_that_were_changed_since_is_shown_as_outdated()
    {
        ChainParameters inForce = Host.Chain.Head.Parameters;
        Propose(new ChangeParameters(inForce with { DealDeadlineBlocks = 9 }), Host.Chain.Head.Height + 4);
        Propose(new ChangeParameters(inForce with { VotingBlocks = 9 }), Later);
        while (Host.Chain.Head.Parameters.DealDeadlineBlocks != 9)
            Assert.True(Host.Chain.Execute(Host.Chain.Other, new Transfer(s_payee, Balance.OneToken)).Succeeded);

        ProposalMessage shown = await Tester.GetAsync("/v1/proposals/1", WireJson.Default.ProposalMessage);
        Assert.True(shown.Outdated);
        await Tester.RefusedAsync(WireErrors.ProposalNotFound, "/v1/proposals/0");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("first")]
    [InlineData("4294967296")]
    public async Task A_proposal_that_there_is_not_is_not_found(string number) =>
        await Tester.RefusedAsync(WireErrors.ProposalNotFound, $"/v1/proposals/{number}");

    [Fact]
    public async Task The_keys_that_are_told_prove_the_records()
    {
        Propose(new SpendTreasury(s_payee, Balance.OneToken), Later);
        AccountId candidate = MakeCandidate();
        ProposalList proposals = await Tester.GetAsync("/v1/proposals", WireJson.Default.ProposalList);
        ValidatorList validators = await Tester.GetAsync("/v1/validators", WireJson.Default.ValidatorList);
        ValidatorMessage told = Assert.Single(validators.Candidates);

        Hash256[] keys =
        [
            proposals.Key, proposals.Proposals[0].Key, validators.Keys.Era, validators.Keys.Validators, validators.Keys.Candidates, told.Keys.Stake,
            told.Keys.Validator,
        ];
        using HttpResponseMessage answer = await Tester.GetAsync($"/v1/proofs?{string.Join('&', keys.Select(key => $"key={key}"))}");
        RecordsProof proof = Scale.Decode<RecordsProof>(await answer.Content.ReadAsByteArrayAsync());
        Assert.True(proof.Proves([.. keys.Select(key => new StateKey(key))]));
        Assert.Equal(0u, Assert.Single(Record<OpenProposals>(0).Open).Value);
        Assert.Equal(new SpendTreasury(s_payee, Balance.OneToken), Record<ProposalRecord>(1).Change);
        Assert.Equal(Host.Chain.Head.Era, Record<EraRecord>(2));
        Assert.Equal(Host.Chain.Validator.PublicKey, Assert.Single(Record<ValidatorSet>(3).Keys));
        Assert.Equal(candidate, Assert.Single(Record<CandidateList>(4).Accounts));
        Assert.Equal(Balance.FromTokens(500), Record<StakeRecord>(5).Active);
        Assert.Equal(CandidateStatus.Candidate, Record<ValidatorRecord>(6).Status);

        T Record<T>(int index)
            where T : IScaleValue<T> => Scale.Decode<T>(proof.Records[index]!.Value.Span);
    }

    [Fact]
    public async Task Validators_are_listed_by_their_seats_and_candidates_with_their_stake()
    {
        AccountId candidate = MakeCandidate();
        ValidatorList list = await Tester.GetAsync("/v1/validators", WireJson.Default.ValidatorList);
        EraRecord era = Host.Chain.Head.Era;
        Assert.Equal((Host.Chain.Head.Height, new EraMessage(era.Index, era.Start, era.End), 1), (list.Height, list.Era, list.Quorum));

        ValidatorMessage seated = Assert.Single(list.Validators);
        Assert.Equal((Validator.ToString(), "0", 0, 0u), (seated.Address, seated.Stake, seated.Seat, seated.Blocks));
        Assert.Equal(Host.Chain.Validator.PublicKey.ToArray(), seated.Key);
        Assert.Null(seated.Status);

        ValidatorMessage waiting = Assert.Single(list.Candidates);
        Assert.Equal(
            (candidate.ToString(), "500", "Candidate", 25, "0"),
            (waiting.Address, waiting.Stake, waiting.Status, waiting.CommissionPermille, waiting.Pool));
        Assert.Equal(new CreditMessage(0, 0, 0), waiting.Credit);
        Assert.Null(waiting.Seat);
        Assert.Null(waiting.JailedUntil);
    }

    private AccountId MakeCandidate()
    {
        Assert.True(Host.Chain.Execute(Host.Chain.Owner, new Bond(Balance.FromTokens(500))).Succeeded);
        Assert.True(Host.Chain.Execute(Host.Chain.Owner, new Validate(25, Hash256.Sha256("chain"u8), 30)).Succeeded);
        return Host.Chain.Owner.PublicKey.ToAccountId();
    }

    private void Propose(ProposedChange change, ulong at) =>
        Assert.True(Host.Chain.Execute(Host.Chain.Validator, new Propose(change, at)).Succeeded);
}
