using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;

namespace Cess.Cli.Output;

/// <summary>Proposals as somebody reads them who is to approve them.</summary>
internal static class ProposalText
{
    private const int NumberColumn = 6;

    /// <summary>A proposal on one line.</summary>
    public static string LineOf(ProposalStanding standing)
    {
        string does = standing.Proposal.Change is SpendTreasury spend
            ? $"pay {spend.Amount} to {spend.To}"
            : string.Join(", ", standing.Changes.Select(change => $"{change.Name} {change.From} -> {change.To}"));
        string approvals = $"{standing.Approvals.Length} of {standing.Needed} approve";
        return $"{standing.Proposal.Id,NumberColumn}  {approvals}  block {standing.Proposal.EnactAt}  {does}"
            + (standing.IsOutdated ? "  outdated" : "");
    }

    /// <summary>A proposal with all that it does, and who approves it.</summary>
    public static IEnumerable<string> LinesOf(ProposalStanding standing)
    {
        ProposalRecord proposal = standing.Proposal;
        IEnumerable<string> does = proposal.Change is SpendTreasury spend
            ? [$"payment   {spend.Amount} of the treasury to {spend.To}"]
            : LinesOf(standing.Changes);
        return
        [
            $"proposal  {proposal.Id}",
            $"by        {proposal.Proposer}",
            .. does,
            .. standing.IsOutdated ? ["outdated  the parameters were changed since: it will be dropped"] : Array.Empty<string>(),
            $"decided   at block {proposal.EnactAt}",
            $"approved  by {standing.Approvals.Length} of {Human.Count(standing.Validators, "validator", "validators")}, {standing.Needed} needed",
            .. standing.Approvals.Select(account => $"          {account}"),
        ];
    }

    /// <summary>Parameters that change, one a line.</summary>
    public static IEnumerable<string> LinesOf(IEnumerable<ParameterChange> changes) =>
        changes.Select(change => $"change    {change.Name}: {change.From} -> {change.To}");
}
