namespace Cess.Ledger.Modules.Governance;

/// <summary>Why a call of the governance module failed.</summary>
public enum GovernanceError : ushort
{
    /// <summary>The sender is no validator of this era.</summary>
    NotValidator = 1,

    /// <summary>The height of enactment is too near or too far.</summary>
    EnactmentOutOfBounds = 2,

    /// <summary>Too many proposals are open, in all or of the sender.</summary>
    ProposalsTooMany = 3,

    /// <summary>No open proposal has that number.</summary>
    ProposalUnknown = 4,

    /// <summary>The sender has said so already.</summary>
    VoteUnchanged = 5,

    /// <summary>The proposal is another's.</summary>
    ProposalOfOtherAccount = 6,

    /// <summary>A payment of nothing.</summary>
    AmountZero = 7,
}

/// <summary>The catalogue of <see cref="GovernanceError"/>.</summary>
internal static class GovernanceErrors
{
    public static IEnumerable<KeyValuePair<LedgerError, ErrorInfo>> All { get; } =
    [
        Entry(GovernanceError.NotValidator, Fault.Timing, "The sender is no validator of this era."),
        Entry(GovernanceError.EnactmentOutOfBounds, Fault.Sender, "The height of enactment is too near or too far."),
        Entry(GovernanceError.ProposalsTooMany, Fault.Timing, "Too many proposals are open, in all or of the sender."),
        Entry(GovernanceError.ProposalUnknown, Fault.Timing, "No open proposal has that number."),
        Entry(GovernanceError.VoteUnchanged, Fault.Sender, "The sender has said so already."),
        Entry(GovernanceError.ProposalOfOtherAccount, Fault.Sender, "The proposal is another account's."),
        Entry(GovernanceError.AmountZero, Fault.Sender, "A payment has at least one unit."),
    ];

    private static KeyValuePair<LedgerError, ErrorInfo> Entry(GovernanceError error, Fault fault, string text) =>
        new(error, new ErrorInfo(error.ToString(), text, fault));
}
