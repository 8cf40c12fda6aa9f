using System.Collections.Immutable;
using Cess.Ledger;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>Parameters and the treasury, by the validators' votes: docs/ledger.md#governance.</summary>
internal static class GovernanceRules
{
    private const ulong AheadMax = 1_728_000;
    private const int OpenMax = 16;
    private const int OpenOfOneMax = 2;
    private const int ApprovalsMax = 2048;

    /// <summary>Before a block's first transaction: proposals are decided whose height has come, in the order of their numbers.</summary>
    public static void BeginBlock(OracleLedger ledger)
    {
        foreach (uint number in Open(ledger).Open)
        {
            ProposalRecord proposal = ledger.Proposals.Find(number)!;
            if (proposal.EnactAt > ledger.Height)
                continue;
            Close(ledger, number);
            if (Enact(ledger, proposal) is { } reason)
                ledger.Events.Add(new ProposalDropped(number, proposal.Proposer, reason));
            else
                ledger.Events.Add(new Enacted(number, proposal.Proposer));
        }
    }

    /// <summary>When an era has begun: proposals stay with their proposers' seats.</summary>
    public static void BeginEra(OracleLedger ledger)
    {
        foreach (uint number in Open(ledger).Open)
        {
            AccountId proposer = ledger.Proposals.Find(number)!.Proposer;
            if (ledger.Members.Accounts.Contains(proposer))
                continue;
            Close(ledger, number);
            ledger.Events.Add(new ProposalDropped(number, proposer, ProposalEnd.ProposerLeft));
        }
    }

    public static LedgerError? Execute(OracleLedger ledger, AccountId sender, GovernanceCall call)
    {
        if (!ledger.Members.Accounts.Contains(sender))
            return GovernanceError.NotValidator;
        return call switch
        {
            Propose propose => Propose(ledger, sender, propose),
            Vote vote => Vote(ledger, sender, vote),
            Retract retract => Retract(ledger, sender, retract),
            _ => throw new NotSupportedException($"{call}"),
        };
    }

    private static LedgerError? Propose(OracleLedger ledger, AccountId sender, Propose call)
    {
        if (call.Change is SpendTreasury { Amount.IsZero: true })
            return GovernanceError.AmountZero;
        if (call.EnactAt < ledger.Height + ledger.Parameters.VotingBlocks || call.EnactAt > ledger.Height + AheadMax)
            return GovernanceError.EnactmentOutOfBounds;
        OpenNumbers open = Open(ledger);
        if (open.Open.Length >= OpenMax || open.Open.Count(number => ledger.Proposals.Find(number)!.Proposer == sender) >= OpenOfOneMax)
            return GovernanceError.ProposalsTooMany;

        uint next = open.Next;
        ledger.OpenProposals.Set(default, new OpenNumbers(next + 1, open.Open.Add(next)));
        ledger.Proposals.Set(next, new ProposalRecord(next, sender, call.Change, call.EnactAt, HashOfParameters(ledger), [sender]));
        ledger.Events.Add(new Proposed(next, sender, call.EnactAt));
        return null;
    }

    private static LedgerError? Vote(OracleLedger ledger, AccountId sender, Vote call)
    {
        if (ledger.Proposals.Find(call.Proposal) is not { } proposal)
            return GovernanceError.ProposalUnknown;
        if (proposal.Approvals.Contains(sender) == call.Approves)
            return GovernanceError.VoteUnchanged;
        ImmutableArray<AccountId> approvals = proposal.Approvals;
        if (call.Approves && approvals.Length >= ApprovalsMax)
            approvals = OfValidators(ledger, proposal);
        approvals = call.Approves ? [.. approvals.Append(sender).Order()] : approvals.Remove(sender);
        ledger.Proposals.Set(call.Proposal, proposal with { Approvals = approvals });
        ledger.Events.Add(new Voted(call.Proposal, sender, call.Approves));
        return null;
    }

    private static LedgerError? Retract(OracleLedger ledger, AccountId sender, Retract call)
    {
        if (ledger.Proposals.Find(call.Proposal) is not { } proposal)
            return GovernanceError.ProposalUnknown;
        if (proposal.Proposer != sender)
            return GovernanceError.ProposalOfOtherAccount;
        Close(ledger, call.Proposal);
        ledger.Events.Add(new ProposalDropped(call.Proposal, sender, ProposalEnd.Retracted));
        return null;
    }

    /// <summary>Makes the change; or says why not.</summary>
    private static ProposalEnd? Enact(OracleLedger ledger, ProposalRecord proposal)
    {
        if (OfValidators(ledger, proposal).Length * 3 <= ledger.ValidatorsTable.Find(default)!.Keys.Length * 2)
            return ProposalEnd.VotesInsufficient;
        if (proposal.Change is ChangeParameters change)
        {
            if (proposal.Parameters != HashOfParameters(ledger))
                return ProposalEnd.Outdated;
            ledger.ParametersTable.Set(default, change.Parameters);
            return null;
        }

        var spend = (SpendTreasury)proposal.Change;
        if (ledger.Account(ledger.Parameters.Treasury).Free < spend.Amount)
            return ProposalEnd.FundsInsufficient;
        ledger.Take(ledger.Parameters.Treasury, spend.Amount);
        ledger.Give(spend.To, spend.Amount);
        return null;
    }

    private static ImmutableArray<AccountId> OfValidators(OracleLedger ledger, ProposalRecord proposal) =>
        [.. proposal.Approvals.Where(account => ledger.Members.Accounts.Contains(account))];

    private static OpenNumbers Open(OracleLedger ledger) => ledger.OpenProposals.Find(default) ?? new OpenNumbers(0, []);

    private static void Close(OracleLedger ledger, uint number)
    {
        OpenNumbers open = Open(ledger);
        ledger.OpenProposals.Set(default, open with { Open = open.Open.Remove(number) });
        ledger.Proposals.Remove(number);
    }

    /// <summary>Of the parameters as the state has them now, those included that this block has enacted.</summary>
    private static Hash256 HashOfParameters(OracleLedger ledger) => Hash256.Sha256(Scale.Encode<ChainParameters>(ledger.ParametersTable.Find(default)!));
}
