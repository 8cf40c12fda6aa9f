using System.Collections.Immutable;
using Cess.Client.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Client.Tests;

/// <summary>Proposals and validators through the client, with and without the node's word.</summary>
public sealed class GovernanceTests : ClientTests
{
    private static readonly AccountId s_payee = new(Hash256.Sha256("payee"u8));

    private ulong Later => Host.Chain.Head.Height + 50;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_proposed_is_found_by_the_number_that_proposing_gave(bool isVerified)
    {
        using CessClient validator = NewClient(Options(isVerified), Host.Chain.Validator);
        ChainParameters inForce = await validator.Chain.GetParametersAsync();
        Assert.Equal(Host.Chain.Head.Parameters, inForce);
        Assert.Empty(await validator.Chain.ListProposalsAsync());

        ulong at = Later;
        ChainParameters changed = inForce with { Staking = inForce.Staking with { Seats = 21 } };
        Assert.Equal(0u, (await validator.Chain.ProposeAsync(new SpendTreasury(s_payee, Balance.OneToken), at)).Number);
        ProposalOutcome made = await validator.Chain.ProposeAsync(new ChangeParameters(changed), at);
        Assert.Equal((1u, "finalised"), (made.Number, made.Outcome.Status));

        ProposalStanding found = (await validator.Chain.FindProposalAsync(1))!;
        Assert.Equal((1u, validator.Account, at), (found.Proposal.Id, found.Proposal.Proposer, found.Proposal.EnactAt));
        Assert.Equal(new ParameterChange("seats", "11", "21"), Assert.Single(found.Changes));
        Assert.Equal((validator.Account, 1, 1, false), (Assert.Single(found.Approvals), found.Needed, found.Validators, found.IsOutdated));
        ImmutableArray<ProposalStanding> all = await validator.Chain.ListProposalsAsync();
        Assert.Equal([0u, 1u], all.Select(proposal => proposal.Proposal.Id));
        Assert.Equal(new SpendTreasury(s_payee, Balance.OneToken), all[0].Proposal.Change);

        await validator.Chain.ExecuteAsync(new Retract(1));
        Assert.Null(await validator.Chain.FindProposalAsync(1));
        Assert.Single(await validator.Chain.ListProposalsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Validators_and_candidates_are_listed_as_they_stand(bool isVerified)
    {
        using CessClient client = NewClient(Options(isVerified));
        await client.Chain.ExecuteAsync(new Bond(Balance.FromTokens(500)));
        await client.Chain.ExecuteAsync(new Validate(25, Hash256.Sha256("chain"u8), 30));

        ValidatorStandings standings = await client.Chain.ListValidatorsAsync();
        Assert.Equal(Host.Chain.Head.Era, standings.Era);
        ValidatorStanding seated = Assert.Single(standings.Validators);
        Assert.Equal(
            (Host.Chain.Validator.PublicKey.ToAccountId(), new SeatStanding(0, Host.Chain.Validator.PublicKey, 0, IsAbsent: false), null),
            (seated.Account, seated.Seat, seated.Record));
        ValidatorStanding candidate = Assert.Single(standings.Candidates);
        Assert.Equal((client.Account, Balance.FromTokens(500), 25), (candidate.Account, candidate.Stake, candidate.Record!.CommissionPermille));
        Assert.Null(candidate.Seat);
    }

    [Fact]
    public async Task An_account_that_does_not_validate_proposes_nothing()
    {
        await FailsAsync("Governance.NotValidator", () => Client.Chain.ProposeAsync(new SpendTreasury(s_payee, Balance.OneToken), Later));
        Assert.Empty(await Client.Chain.ListProposalsAsync());
    }

    private CessClientOptions Options(bool isVerified) =>
        isVerified ? Quick with { Trust = new TrustedStart(Host.Chain.Genesis.ComputeHash()) } : Quick;
}
