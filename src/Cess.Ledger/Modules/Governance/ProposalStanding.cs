using System.Collections.Immutable;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Governance;

/// <summary>An open proposal as it stands in some state.</summary>
/// <param name="Proposal">Its record.</param>
/// <param name="Approvals">Those of its approvals that count now: of validators of the era.</param>
/// <param name="Needed">How many it needs.</param>
/// <param name="Validators">How many validators there are.</param>
/// <param name="Changes">The parameters that it would change, from their values in force; none for a payment.</param>
/// <param name="IsOutdated">Whether other parameters were in force when it was proposed, so that it will be dropped.</param>
public sealed record ProposalStanding(
    ProposalRecord Proposal,
    ImmutableArray<AccountId> Approvals,
    int Needed,
    int Validators,
    ImmutableArray<ParameterChange> Changes,
    bool IsOutdated)
{
    /// <summary>How a proposal stands.</summary>
    /// <param name="proposal">It.</param>
    /// <param name="inForce">The parameters of the state.</param>
    /// <param name="set">The state's validators.</param>
    /// <param name="members">Their accounts.</param>
    public static ProposalStanding Of(ProposalRecord proposal, ChainParameters inForce, ValidatorSet set, EraMembers members)
    {
        ChangeParameters? change = proposal.Change as ChangeParameters;
        return new ProposalStanding(
            proposal,
            [.. proposal.Approvals.Where(members.Accounts.Contains)],
            set.Quorum,
            set.Keys.Length,
            change is null ? [] : ParameterFields.Differences(inForce, change.Parameters),
            IsOutdated: change is not null && Scale.Sha256(inForce) != proposal.Parameters);
    }
}
