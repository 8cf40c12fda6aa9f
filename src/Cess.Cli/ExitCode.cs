using Cess.Client;
using Cess.Wire;

namespace Cess.Cli;

/// <summary>What a script learns from a command: the class of a failure. See docs/cli.md.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int Denied = 4;
    public const int Conflict = 5;
    public const int Unavailable = 6;
    public const int NotAuthentic = 7;
    public const int Cancelled = 130;

    /// <summary>The class of a failure.</summary>
    public static int Of(CessException failure) => failure.Code switch
    {
        ClientErrors.NotAuthentic or ClientErrors.RootsDiffer or ClientErrors.BucketKeyClosed => NotAuthentic,
        ClientErrors.Unreachable or ClientErrors.Timeout or ClientErrors.Stale or ClientErrors.TooOld or ClientErrors.EraUnverifiable
            or ClientErrors.NotProven => Unavailable,
        ClientErrors.InvalidName or ClientErrors.InvalidPolicy or "Files.BucketNameInvalid" => Usage,
        ClientErrors.NotAMember or "Accounts.CallOutOfScope" or "Accounts.DelegateUnknown" or "Accounts.DelegateExpired"
            or "Accounts.SpendLimitExceeded" or "Governance.NotValidator" => Denied,
        ClientErrors.SignaturesMissing or ClientErrors.OtherTransaction or ClientErrors.OtherChain or "Accounts.KeyUnchanged" => Conflict,
        "Files.BucketUnknown" or "Files.FileUnknown" or "Governance.ProposalUnknown" or "Staking.NominationUnknown" => NotFound,
        "Files.BucketOfOtherAccount" or "Files.FileOfOtherAccount" => Denied,
        "Files.BucketNameTaken" or "Files.BucketNotEmpty" or "Files.ConditionFailed" => Conflict,
        _ when failure.IsTransient => Unavailable,
        _ => OfStatus(WireErrors.Find(failure.Code)?.Status ?? failure.Status),
    };

    private static int OfStatus(int? status) => status switch
    {
        404 => NotFound,
        401 or 403 => Denied,
        409 => Conflict,
        429 or 503 or 507 => Unavailable,
        _ => Failure,
    };
}
