using System.Collections.Immutable;
using Cess.Ledger;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>Buckets, and who may ask what of files: docs/ledger.md#files. What happens to a deal then is in <see cref="DealRules"/>.</summary>
internal static class FileRules
{
    private const int NameLengthMin = 3;
    private const int NameLengthMax = 63;
    private const int FragmentsMax = 128;
    private const int SegmentsMax = 32_768;
    private const uint SegmentBytesMax = 32 << 20;

    public static LedgerError? CreateBucket(OracleLedger ledger, AccountId sender, CreateBucket call)
    {
        if (!IsBucketName(call.Name))
            return FilesError.BucketNameInvalid;
        if (ledger.Buckets.Find(call.Name) is not null)
            return FilesError.BucketNameTaken;
        ledger.Buckets.Set(call.Name, new BucketRecord(call.Name, sender, ledger.TimeMs, call.WrappedKey, 0, 0, 0));
        ledger.BucketsByOwner.Set((sender, call.Name), new Text(call.Name));
        ledger.Events.Add(new BucketCreated(call.Name, sender));
        return null;
    }

    public static LedgerError? DeleteBucket(OracleLedger ledger, AccountId sender, DeleteBucket call)
    {
        if (MayUse(ledger, sender, call.Name) is { } error)
            return error;
        BucketRecord bucket = ledger.Buckets.Find(call.Name)!;
        if (bucket.ObjectCount > 0 || bucket.OpenDeals > 0)
            return FilesError.BucketNotEmpty;
        ledger.Buckets.Remove(call.Name);
        ledger.BucketsByOwner.Remove((sender, call.Name));
        ledger.Events.Add(new BucketDeleted(call.Name, sender));
        return null;
    }

    public static LedgerError? Declare(OracleLedger ledger, AccountId sender, DeclareFile call, FileId id)
    {
        if (CheckLayout(call.File) is { } wrong)
            return wrong;
        if (MayUse(ledger, sender, call.File.Bucket) is { } error)
            return error;
        if (!DealRules.Holds(ledger, call.File, call.Condition))
            return FilesError.ConditionFailed;
        return DealRules.Open(ledger, sender, call, id);
    }

    public static LedgerError? Report(OracleLedger ledger, AccountId sender, ReportTransfer call)
    {
        if (MinerRules.MinerOf(ledger, sender) is not { } miner)
            return MinersError.NotRegistered;
        List<RefusedFile> refused = [];
        foreach (FileId file in call.Files)
        {
            if (DealRules.Report(ledger, file, miner.Id) is { } error)
                refused.Add(new RefusedFile(file, error));
        }

        ledger.Events.Add(new TransferReported(miner.Id, (uint)(call.Files.Length - refused.Count), [.. refused]));
        return null;
    }

    public static LedgerError? Reassign(OracleLedger ledger, AccountId sender, ReassignFragments call)
    {
        if (MayChange(ledger, sender, call.File) is { } error)
            return error;
        if (ledger.Deals.Find(call.File)!.Deadline <= ledger.Height)
            return FilesError.DeadlinePassed;
        return DealRules.Reassign(ledger, call.File, call.From, call.To);
    }

    public static LedgerError? Cancel(OracleLedger ledger, AccountId sender, CancelDeal call)
    {
        if (MayChange(ledger, sender, call.File) is { } error)
            return error;
        DealRules.Drop(ledger, call.File, DropReason.Cancelled);
        return null;
    }

    public static LedgerError? Delete(OracleLedger ledger, AccountId sender, DeleteFiles call)
    {
        List<RefusedFile> refused = [];
        foreach (FileId id in call.Files)
        {
            if (ledger.Files.Find(id) is not { } file)
                refused.Add(new RefusedFile(id, FilesError.FileUnknown));
            else if (file.Owner != sender)
                refused.Add(new RefusedFile(id, FilesError.FileOfOtherAccount));
            else if (ledger.Deals.Find(id) is not null)
                refused.Add(new RefusedFile(id, FilesError.FileNotActive));
            else
            {
                ledger.Objects.Remove((file.Declaration.Bucket, file.Declaration.NameTag));
                DealRules.Delete(ledger, id, DeletionReason.Requested);
            }
        }

        if (refused.Count > 0)
            ledger.Events.Add(new DeletionRefused(sender, [.. refused]));
        return null;
    }

    private static LedgerError? MayUse(OracleLedger ledger, AccountId sender, string name)
    {
        if (ledger.Buckets.Find(name) is not { } bucket)
            return FilesError.BucketUnknown;
        return bucket.Owner == sender ? null : FilesError.BucketOfOtherAccount;
    }

    private static LedgerError? MayChange(OracleLedger ledger, AccountId sender, FileId file)
    {
        if (ledger.Files.Find(file) is not { } record)
            return FilesError.FileUnknown;
        if (ledger.Deals.Find(file) is null)
            return FilesError.FileActive;
        return record.Owner == sender ? null : FilesError.FileOfOtherAccount;
    }

    private static FilesError? CheckLayout(FileDeclaration file)
    {
        int k = file.Policy.DataFragments;
        int m = file.Policy.ParityFragments;
        if (k < 1 || k + m > FragmentsMax)
            return FilesError.PolicyInvalid;
        if (file.Parts.IsEmpty)
            return FilesError.PartsMissing;
        int segments = 0;
        foreach (FilePart part in file.Parts)
        {
            segments += part.Segments.Length;
            if (segments > SegmentsMax)
                return FilesError.SegmentsTooMany;
            ulong ciphertext = 0;
            foreach (FileSegment segment in part.Segments)
            {
                if (segment.Length is 0 or > SegmentBytesMax)
                    return FilesError.SegmentLengthInvalid;
                if (segment.Fragments.Length != k + m)
                    return FilesError.FragmentCountWrong;
                if (segment.Fragments.Select(fragment => fragment.Miner).Distinct().Count() != k + m)
                    return FilesError.MinerRepeated;
                ciphertext += segment.Length;
            }

            if (part.PlainLength > ciphertext)
                return FilesError.PlainLengthInvalid;
        }

        return null;
    }

    /// <summary>S3's rules for names of buckets.</summary>
    private static bool IsBucketName(string name)
    {
        if (name.Length is < NameLengthMin or > NameLengthMax)
            return false;
        if (!name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '-'))
            return false;
        if (name[0] is '.' or '-' || name[^1] is '.' or '-' || name.Contains("..", StringComparison.Ordinal))
            return false;
        string[] groups = name.Split('.');
        bool isAddress = groups.Length == 4 && groups.All(group => group.Length <= 3 && group.All(char.IsAsciiDigit));
        return !isAddress;
    }
}
