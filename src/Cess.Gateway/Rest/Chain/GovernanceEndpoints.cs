using System.Globalization;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Chain;

/// <summary>What validators are to decide, and who they are, at the final head.</summary>
internal static class GovernanceEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/proposals", ListProposals)
            .WithSummary("The open proposals of validators, with what each would change and who approves it")
            .Produces<ProposalList>();
        v1.MapGet("/proposals/{number}", GetProposal)
            .WithSummary("An open proposal, with all parameters as it would have them, and the key of its record for /v1/proofs")
            .Produces<ProposalMessage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound);
        v1.MapGet("/validators", ListValidators)
            .WithSummary(
                "The validators of the era by their seats, and the candidates for the next: stake, credit, absence, jail, and the keys of their "
                + "records for /v1/proofs")
            .Produces<ValidatorList>();
    }

    private static IResult ListProposals(ILedgerReader ledger)
    {
        LedgerState head = ledger.Head;
        IEnumerable<uint> numbers = head.Proposals().Select(proposal => proposal.Id).Order();
        return JsonAnswer.Of(
            new ProposalList(
                head.Height, LedgerKeys.OpenProposals.Bytes, [.. numbers.Select(number => ToMessage(head.ProposalStanding(number)!))]),
            WireJson.Readable.ProposalList);
    }

    private static IResult GetProposal(ILedgerReader ledger, string number)
    {
        LedgerState head = ledger.Head;
        if (!uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) || head.ProposalStanding(id) is not { } standing)
            throw new RestException(WireErrors.ProposalNotFound, $"No open proposal has number {number}: it was decided, taken back, or never made.");
        ProposalMessage message = ToMessage(standing) with
        {
            Height = head.Height,
            Parameters = standing.Proposal.Change is ChangeParameters change
                ? ParameterFields.All.ToDictionary(field => field.Name, field => field.Read(change.Parameters))
                : null,
        };
        return JsonAnswer.Of(message, WireJson.Readable.ProposalMessage);
    }

    private static IResult ListValidators(ILedgerReader ledger)
    {
        LedgerState head = ledger.Head;
        ValidatorStandings standings = head.ValidatorStandings();
        return JsonAnswer.Of(
            new ValidatorList(
                head.Height,
                new EraMessage(head.Era.Index, head.Era.Start, head.Era.End),
                head.Validators.Quorum,
                new ValidatorListKeys(LedgerKeys.Era.Bytes, LedgerKeys.Validators.Bytes, LedgerKeys.EraMembers.Bytes, LedgerKeys.Candidates.Bytes),
                [.. standings.Validators.Select(ToMessage)],
                [.. standings.Candidates.Select(ToMessage)]),
            WireJson.Readable.ValidatorList);
    }

    private static ProposalMessage ToMessage(ProposalStanding standing)
    {
        ProposalRecord proposal = standing.Proposal;
        return new ProposalMessage(
            proposal.Id,
            proposal.Proposer.ToString(),
            proposal.EnactAt,
            [.. standing.Approvals.Select(account => account.ToString())],
            standing.Needed,
            standing.Validators,
            LedgerKeys.Proposal(proposal.Id).Bytes,
            proposal.Change is SpendTreasury spend ? new PaymentMessage(spend.To.ToString(), spend.Amount.ToString()) : null,
            proposal.Change is ChangeParameters
                ? [.. standing.Changes.Select(change => new ParameterChangeMessage(change.Name, change.From, change.To))]
                : null,
            Outdated: standing.IsOutdated ? true : null);
    }

    private static ValidatorMessage ToMessage(ValidatorStanding standing)
    {
        ValidatorRecord? record = standing.Record;
        return new ValidatorMessage(
            standing.Account.ToString(),
            standing.Stake.ToString(),
            new ValidatorKeys(LedgerKeys.Stake(standing.Account).Bytes, LedgerKeys.Validator(standing.Account).Bytes),
            standing.Seat?.Index,
            standing.Seat?.Key.ToArray(),
            standing.Seat?.Blocks,
            standing.Seat is { IsAbsent: true } ? true : null,
            record?.Status.ToString(),
            record is { Status: CandidateStatus.Jailed } ? record.JailedUntil : null,
            record?.CommissionPermille,
            record?.Pool.Tokens.ToString(),
            record is null ? null : new CreditMessage(record.Credit.Score, record.Credit.Points, record.Credit.Punishments));
    }
}
