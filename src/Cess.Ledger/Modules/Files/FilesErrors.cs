namespace Cess.Ledger.Modules.Files;

/// <summary>Why a call of the files module failed, or why one of its entries did not count.</summary>
public enum FilesError : ushort
{
    /// <summary>The text names no bucket; see <see cref="BucketNames"/>.</summary>
    BucketNameInvalid = 1,

    /// <summary>A bucket has that name.</summary>
    BucketNameTaken = 2,

    /// <summary>No bucket has that name.</summary>
    BucketUnknown = 3,

    /// <summary>The bucket is another account's.</summary>
    BucketOfOtherAccount = 4,

    /// <summary>The bucket has objects or open deals.</summary>
    BucketNotEmpty = 5,

    /// <summary>The policy's numbers are out of bounds.</summary>
    PolicyInvalid = 6,

    /// <summary>The file has no part.</summary>
    PartsMissing = 7,

    /// <summary>The file has too many segments.</summary>
    SegmentsTooMany = 8,

    /// <summary>A segment's length is out of bounds.</summary>
    SegmentLengthInvalid = 9,

    /// <summary>A part's plaintext is longer than its ciphertext.</summary>
    PlainLengthInvalid = 10,

    /// <summary>A segment has not k + m fragments.</summary>
    FragmentCountWrong = 11,

    /// <summary>A segment has two fragments on one miner.</summary>
    MinerRepeated = 12,

    /// <summary>What has the name is not what the condition asks for.</summary>
    ConditionFailed = 13,

    /// <summary>No open deal or active file has that id.</summary>
    FileUnknown = 14,

    /// <summary>The file is another account's.</summary>
    FileOfOtherAccount = 15,

    /// <summary>The file is active; its deal is over.</summary>
    FileActive = 16,

    /// <summary>The file is not active yet; its deal can be cancelled.</summary>
    FileNotActive = 17,

    /// <summary>The deal's deadline has passed.</summary>
    DeadlinePassed = 18,

    /// <summary>The miner stores nothing of the file.</summary>
    MinerNotInDeal = 19,

    /// <summary>The miner has reported already.</summary>
    AlreadyReported = 20,
}

/// <summary>The catalogue of <see cref="FilesError"/>.</summary>
internal static class FilesErrors
{
    public static IEnumerable<KeyValuePair<LedgerError, ErrorInfo>> All { get; } =
    [
        Entry(FilesError.BucketNameInvalid, Fault.Sender, "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens."),
        Entry(FilesError.BucketNameTaken, Fault.Sender, "A bucket has that name already."),
        Entry(FilesError.BucketUnknown, Fault.Timing, "No bucket has that name."),
        Entry(FilesError.BucketOfOtherAccount, Fault.Sender, "The bucket belongs to another account."),
        Entry(FilesError.BucketNotEmpty, Fault.Timing, "The bucket has objects or open deals."),
        Entry(FilesError.PolicyInvalid, Fault.Sender, "The policy's numbers of fragments are out of bounds."),
        Entry(FilesError.PartsMissing, Fault.Sender, "A file has at least one part."),
        Entry(FilesError.SegmentsTooMany, Fault.Sender, "The file has too many segments."),
        Entry(FilesError.SegmentLengthInvalid, Fault.Sender, "A segment is empty or too long."),
        Entry(FilesError.PlainLengthInvalid, Fault.Sender, "A part's plaintext is longer than its ciphertext."),
        Entry(FilesError.FragmentCountWrong, Fault.Sender, "A segment has another number of fragments than its policy says."),
        Entry(FilesError.MinerRepeated, Fault.Sender, "A segment has two fragments on one miner."),
        Entry(FilesError.ConditionFailed, Fault.Timing, "What has the name is not what the condition asks for."),
        Entry(FilesError.FileUnknown, Fault.Timing, "No open deal and no active file has that id."),
        Entry(FilesError.FileOfOtherAccount, Fault.Sender, "The file belongs to another account."),
        Entry(FilesError.FileActive, Fault.Timing, "The file is active and its deal is over."),
        Entry(FilesError.FileNotActive, Fault.Timing, "The file is not active yet."),
        Entry(FilesError.DeadlinePassed, Fault.Timing, "The deal's deadline has passed."),
        Entry(FilesError.MinerNotInDeal, Fault.Sender, "The miner stores nothing of the file."),
        Entry(FilesError.AlreadyReported, Fault.Timing, "The miner has reported the file already."),
    ];

    private static KeyValuePair<LedgerError, ErrorInfo> Entry(FilesError error, Fault fault, string text) =>
        new(error, new ErrorInfo(error.ToString(), text, fault));
}
