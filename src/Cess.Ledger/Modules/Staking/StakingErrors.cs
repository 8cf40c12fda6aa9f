namespace Cess.Ledger.Modules.Staking;

/// <summary>Why a call of the staking module failed.</summary>
public enum StakingError : ushort
{
    /// <summary>An amount, or a number of shares, is zero.</summary>
    AmountZero = 1,

    /// <summary>The account has fewer bonded tokens than the call needs.</summary>
    BondInsufficient = 2,

    /// <summary>The own stake is, or would be, below a validator's least.</summary>
    BondTooSmall = 3,

    /// <summary>The commission is more than the whole.</summary>
    CommissionInvalid = 4,

    /// <summary>The hash chain has no reveals, or too many.</summary>
    ChainLengthInvalid = 5,

    /// <summary>The account has no single key to vote with.</summary>
    KeyMissing = 6,

    /// <summary>There are as many candidates as there may be.</summary>
    CandidatesTooMany = 7,

    /// <summary>The account is no validator.</summary>
    ValidatorUnknown = 8,

    /// <summary>The validator is no candidate.</summary>
    NotCandidate = 9,

    /// <summary>The validator is jailed.</summary>
    Jailed = 10,

    /// <summary>The validator is not jailed.</summary>
    NotJailed = 11,

    /// <summary>The term in jail is not over.</summary>
    JailTermRuns = 12,

    /// <summary>The nomination is below the least.</summary>
    NominationTooSmall = 13,

    /// <summary>The account nominates as many validators as it may.</summary>
    NominationsTooMany = 14,

    /// <summary>The account has no such nomination.</summary>
    NominationUnknown = 15,

    /// <summary>The nomination has fewer shares.</summary>
    SharesInsufficient = 16,

    /// <summary>The validator's pool has lost nearly all that it held and takes nothing new.</summary>
    PoolImpaired = 17,

    /// <summary>Too many withdrawals are pending.</summary>
    PendingTooMany = 18,

    /// <summary>Nothing is ready to be withdrawn.</summary>
    NothingToWithdraw = 19,

    /// <summary>The sender is no validator of this era.</summary>
    NotInEra = 20,

    /// <summary>The value is not what the hash chain has for this era.</summary>
    RevealWrong = 21,

    /// <summary>The votes do not contradict each other.</summary>
    VotesCompatible = 22,

    /// <summary>A vote's signature does not verify.</summary>
    VoteInvalid = 23,

    /// <summary>The validator was punished for that iteration.</summary>
    AlreadyPunished = 24,

    /// <summary>The votes are of an era that is long past, or to come.</summary>
    EvidenceOutdated = 25,

    /// <summary>Who is or was a validator nominates itself alone: its stake answers for what it has signed.</summary>
    NominatorIsValidator = 26,
}

/// <summary>The catalogue of <see cref="StakingError"/>.</summary>
internal static class StakingErrors
{
    public static IEnumerable<KeyValuePair<LedgerError, ErrorInfo>> All { get; } =
    [
        Entry(StakingError.AmountZero, Fault.Sender, "An amount has at least one unit, and shares at least one."),
        Entry(StakingError.BondInsufficient, Fault.Timing, "The account has fewer bonded tokens than the call needs."),
        Entry(StakingError.BondTooSmall, Fault.Sender, "A validator's own stake is not below the least; chill first to leave."),
        Entry(StakingError.CommissionInvalid, Fault.Sender, "A commission is at most the whole."),
        Entry(StakingError.ChainLengthInvalid, Fault.Sender, "The hash chain has no reveals, or too many."),
        Entry(StakingError.KeyMissing, Fault.Sender, "The account has no single key to vote with."),
        Entry(StakingError.CandidatesTooMany, Fault.Timing, "There are as many candidates as there may be."),
        Entry(StakingError.ValidatorUnknown, Fault.Sender, "The account is no validator."),
        Entry(StakingError.NotCandidate, Fault.Timing, "The validator is no candidate."),
        Entry(StakingError.Jailed, Fault.Timing, "The validator is jailed."),
        Entry(StakingError.NotJailed, Fault.Sender, "The validator is not jailed."),
        Entry(StakingError.JailTermRuns, Fault.Timing, "The term in jail is not over."),
        Entry(StakingError.NominationTooSmall, Fault.Sender, "The nomination is below the least."),
        Entry(StakingError.NominationsTooMany, Fault.Timing, "The account nominates as many validators as it may."),
        Entry(StakingError.NominationUnknown, Fault.Sender, "The account has no such nomination."),
        Entry(StakingError.SharesInsufficient, Fault.Timing, "The nomination has fewer shares."),
        Entry(StakingError.PoolImpaired, Fault.Timing, "The pool has lost nearly all that it held and takes nothing new."),
        Entry(StakingError.PendingTooMany, Fault.Timing, "Too many withdrawals are pending; withdraw what is ready."),
        Entry(StakingError.NothingToWithdraw, Fault.Timing, "Nothing is ready to be withdrawn."),
        Entry(StakingError.NotInEra, Fault.Timing, "The sender is no validator of this era."),
        Entry(StakingError.RevealWrong, Fault.Sender, "The value is not what the hash chain has for this era."),
        Entry(StakingError.VotesCompatible, Fault.Sender, "The votes do not contradict each other."),
        Entry(StakingError.VoteInvalid, Fault.Sender, "A vote's signature does not verify."),
        Entry(StakingError.AlreadyPunished, Fault.Timing, "The validator was punished for that iteration."),
        Entry(StakingError.EvidenceOutdated, Fault.Timing, "The votes are of an era that is long past, or to come."),
        Entry(StakingError.NominatorIsValidator, Fault.Sender, "Who is or was a validator nominates itself alone."),
    ];

    private static KeyValuePair<LedgerError, ErrorInfo> Entry(StakingError error, Fault fault, string text) =>
        new(error, new ErrorInfo(error.ToString(), text, fault));
}
