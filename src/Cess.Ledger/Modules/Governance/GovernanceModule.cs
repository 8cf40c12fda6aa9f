using System.Collections.Immutable;
using System.Diagnostics;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Governance;

/// <summary>Changes of parameters and payments of the treasury, by two thirds of the validators.</summary>
internal static class GovernanceModule
{
    public static LedgerError? Apply(CallContext context, GovernanceCall call)
    {
        if (!context.Staking.Members.Accounts.Contains(context.Sender))
            return GovernanceError.NotValidator;

        return call switch
        {
            Propose propose => Apply(context, propose),
            Vote vote => Apply(context, vote),
            Retract retract => Apply(context, retract),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Before a block's first transaction: decides the proposals whose height has come.</summary>
    public static void BeginBlock(CallContext context)
    {
        foreach (ProposalRecord proposal in context.Governance.Open())
        {
            if (proposal.EnactAt > context.Height)
                continue;

            context.Governance.Remove(proposal);
            if (Enact(context, proposal) is { } reason)
                context.Emit(new ProposalDropped(proposal.Id, proposal.Proposer, reason));
            else
                context.Emit(new Enacted(proposal.Id, proposal.Proposer));
        }
    }

    /// <summary>At an era's end: drops the proposals of those who are no validators any more, so that they keep others from no place.</summary>
    public static void BeginEra(CallContext context)
    {
        ImmutableArray<AccountId> members = context.Staking.Members.Accounts;
        foreach (ProposalRecord proposal in context.Governance.Open())
        {
            if (members.Contains(proposal.Proposer))
                continue;

            context.Governance.Remove(proposal);
            context.Emit(new ProposalDropped(proposal.Id, proposal.Proposer, ProposalEnd.ProposerLeft));
        }
    }

    private static LedgerError? Apply(CallContext context, Propose call)
    {
        if (call.Change is SpendTreasury { Amount.IsZero: true })
            return GovernanceError.AmountZero;

        ulong ahead = call.EnactAt > context.Height ? call.EnactAt - context.Height : 0;
        if (ahead < context.Parameters.VotingBlocks || ahead > LedgerLimits.EnactmentBlocksMax)
            return GovernanceError.EnactmentOutOfBounds;

        ImmutableArray<ProposalRecord> open = context.Governance.Open();
        if (open.Length >= LedgerLimits.ProposalsMax
            || open.Count(proposal => proposal.Proposer == context.Sender) >= LedgerLimits.ProposalsPerValidatorMax)
        {
            return GovernanceError.ProposalsTooMany;
        }

        uint id = context.Governance.NextId;
        context.Governance.Add(new ProposalRecord(
            id, context.Sender, call.Change, call.EnactAt, Scale.Sha256(context.Governance.Parameters), [context.Sender]));
        context.Emit(new Proposed(id, context.Sender, call.EnactAt));
        return null;
    }

    private static LedgerError? Apply(CallContext context, Vote call)
    {
        if (context.Governance.Proposal(call.Proposal) is not { } proposal)
            return GovernanceError.ProposalUnknown;

        int place = proposal.Approvals.BinarySearch(context.Sender);
        if (place >= 0 == call.Approves)
            return GovernanceError.VoteUnchanged;
        if (call.Approves && proposal.Approvals.Length >= LedgerLimits.ApprovalsMax)
            proposal = proposal with { Approvals = Counted(context, proposal) };

        ImmutableArray<AccountId> approvals = call.Approves
            ? proposal.Approvals.Insert(~proposal.Approvals.BinarySearch(context.Sender), context.Sender)
            : proposal.Approvals.RemoveAt(place);
        context.Governance.Set(proposal with { Approvals = approvals });
        context.Emit(new Voted(proposal.Id, context.Sender, call.Approves));
        return null;
    }

    private static LedgerError? Apply(CallContext context, Retract call)
    {
        if (context.Governance.Proposal(call.Proposal) is not { } proposal)
            return GovernanceError.ProposalUnknown;
        if (proposal.Proposer != context.Sender)
            return GovernanceError.ProposalOfOtherAccount;

        context.Governance.Remove(proposal);
        context.Emit(new ProposalDropped(proposal.Id, proposal.Proposer, ProposalEnd.Retracted));
        return null;
    }

    /// <summary>Makes the change; or says why not, and changes nothing.</summary>
    private static ProposalEnd? Enact(CallContext context, ProposalRecord proposal)
    {
        if (Counted(context, proposal).Length < context.Staking.Set.Quorum)
            return ProposalEnd.VotesInsufficient;

        switch (proposal.Change)
        {
            case ChangeParameters change:
                // Who approved has approved a change of what was there then.
                if (Scale.Sha256(context.Governance.Parameters) != proposal.Parameters)
                    return ProposalEnd.Outdated;
                context.Governance.SetParameters(change.Parameters);
                return null;

            case SpendTreasury spend:
                return context.Balances.Move(context.Parameters.Treasury, spend.To, spend.Amount) is null
                    ? null
                    : ProposalEnd.FundsInsufficient;

            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The approvals of those who are validators now.</summary>
    private static ImmutableArray<AccountId> Counted(CallContext context, ProposalRecord proposal)
    {
        ImmutableArray<AccountId> members = context.Staking.Members.Accounts;
        return [.. proposal.Approvals.Where(members.Contains)];
    }
}
