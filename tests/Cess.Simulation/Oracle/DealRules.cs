using System.Collections.Immutable;
using Cess.Ledger;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>The life of a deal: docs/ledger.md#files.</summary>
internal static class DealRules
{
    private const int WorkMax = 4096;
    private const int SharesOfWork = 16;

    /// <summary>Before a block's first transaction: what is past its deadline is dropped, as far as the block's bound on work allows.</summary>
    public static void BeginBlock(OracleLedger ledger)
    {
        QueuePlace at = ledger.DeadlineCursor.Find(default) ?? new QueuePlace(ledger.Height, 0);
        int work = 0;
        while (at.Height <= ledger.Height)
        {
            ulong places = ledger.Deadlines.Find(at.Height)?.Value ?? 0;
            if (at.Place >= places)
            {
                ledger.Deadlines.Remove(at.Height);
                at = new QueuePlace(at.Height + 1, 0);
                continue;
            }

            if (work >= WorkMax)
            {
                ledger.DeadlineCursor.Set(default, at);
                return;
            }

            work++;
            if (ledger.DeadlineQueue.Find(at) is { } file)
            {
                work += ledger.Deals.Find(file.Value)!.Shares.Length / SharesOfWork;
                Drop(ledger, file.Value, DropReason.Deadline);
            }

            at = at with { Place = at.Place + 1 };
        }

        ledger.DeadlineCursor.Remove(default);
    }

    /// <summary>Whether what has the name now is what the condition asks for.</summary>
    public static bool Holds(OracleLedger ledger, FileDeclaration file, DeclareCondition condition)
    {
        ObjectEntry? current = ledger.Objects.Find((file.Bucket, file.NameTag));
        return condition.Kind switch
        {
            DeclareConditionKind.OnlyIfAbsent => current is null,
            DeclareConditionKind.OnlyIfCurrent => current is not null && current.File == condition.Current,
            _ => true,
        };
    }

    public static LedgerError? Open(OracleLedger ledger, AccountId sender, DeclareFile call, FileId id)
    {
        SortedDictionary<MinerId, ulong> shares = SharesOf(call.File);
        foreach ((MinerId miner, ulong bytes) in shares)
        {
            if (MinerRules.Reserve(ledger, miner, bytes) is { } error)
                return error;
        }

        ulong deadline = ledger.Height + ledger.Parameters.DealDeadlineBlocks;
        ulong place = ledger.Deadlines.Find(deadline)?.Value ?? 0;
        ledger.Deadlines.Set(deadline, new Number(place + 1));
        ledger.DeadlineQueue.Set(new QueuePlace(deadline, place), new One<FileId>(id));
        ledger.Files.Set(id, new FileRecord(sender, ledger.Height, call.File));
        ImmutableArray<DealShare> owed = [.. shares.Select(share => new DealShare(share.Key, share.Value, IsReported: false))];
        ledger.Deals.Set(id, new DealRecord(sender, call.File.Bucket, call.Condition, deadline, (uint)place, owed));
        BucketRecord bucket = ledger.Buckets.Find(call.File.Bucket)!;
        ledger.Buckets.Set(bucket.Name, bucket with { OpenDeals = bucket.OpenDeals + 1 });
        ledger.Events.Add(new DealOpened(id, sender, bucket.Name, deadline, [.. shares.Keys]));
        if (shares.Count == 0)
            Complete(ledger, id);
        return null;
    }

    public static FilesError? Report(OracleLedger ledger, FileId id, MinerId miner)
    {
        if (ledger.Files.Find(id) is null)
            return FilesError.FileUnknown;
        if (ledger.Deals.Find(id) is not { } deal)
            return FilesError.FileActive;
        if (deal.Deadline <= ledger.Height)
            return FilesError.DeadlinePassed;
        if (!deal.Shares.Any(share => share.Miner == miner))
            return FilesError.MinerNotInDeal;
        if (deal.Shares.Any(share => share.Miner == miner && share.IsReported))
            return FilesError.AlreadyReported;

        ImmutableArray<DealShare> shares = [.. deal.Shares.Select(share => share.Miner == miner ? share with { IsReported = true } : share)];
        ledger.Deals.Set(id, deal with { Shares = shares });
        if (shares.All(share => share.IsReported))
            Complete(ledger, id);
        return null;
    }

    public static LedgerError? Reassign(OracleLedger ledger, FileId id, MinerId from, MinerId to)
    {
        DealRecord deal = ledger.Deals.Find(id)!;
        if (!deal.Shares.Any(share => share.Miner == from))
            return FilesError.MinerNotInDeal;
        DealShare moved = deal.Shares.First(share => share.Miner == from);
        if (moved.IsReported)
            return FilesError.AlreadyReported;
        FileRecord file = ledger.Files.Find(id)!;
        foreach (FileSegment segment in file.Declaration.Parts.SelectMany(part => part.Segments))
        {
            if (segment.Fragments.Any(fragment => fragment.Miner == from) && segment.Fragments.Any(fragment => fragment.Miner == to))
                return FilesError.MinerRepeated;
        }

        if (MinerRules.Reserve(ledger, to, moved.Bytes) is { } error)
            return error;
        MinerRules.Release(ledger, from, moved.Bytes);

        ulong bytes = moved.Bytes;
        foreach (DealShare share in deal.Shares.Where(share => share.Miner == to))
            bytes += share.Bytes;
        IEnumerable<DealShare> others = deal.Shares.Where(share => share.Miner != from && share.Miner != to);
        var taken = new DealShare(to, bytes, IsReported: false);
        ledger.Deals.Set(id, deal with { Shares = [.. others.Append(taken).OrderBy(share => share.Miner)] });
        ledger.Files.Set(id, file with { Declaration = WithMiner(file.Declaration, from, to) });
        ledger.Events.Add(new FragmentsReassigned(id, deal.Owner, from, to));
        return null;
    }

    /// <summary>Ends a deal without its file.</summary>
    public static void Drop(OracleLedger ledger, FileId id, DropReason reason)
    {
        DealRecord deal = ledger.Deals.Find(id)!;
        foreach (DealShare share in deal.Shares)
            MinerRules.Release(ledger, share.Miner, share.Bytes);
        End(ledger, id, deal);
        ledger.Files.Remove(id);
        ledger.Events.Add(new DealDropped(id, deal.Owner, deal.Bucket, reason, [.. deal.Shares.Select(share => share.Miner)]));
    }

    /// <summary>Ends an active file, which has lost its name.</summary>
    public static void Delete(OracleLedger ledger, FileId id, DeletionReason reason)
    {
        FileRecord file = ledger.Files.Find(id)!;
        SortedDictionary<MinerId, ulong> shares = SharesOf(file.Declaration);
        foreach ((MinerId miner, ulong bytes) in shares)
            MinerRules.Free(ledger, miner, bytes);
        ledger.Files.Remove(id);
        BucketRecord bucket = ledger.Buckets.Find(file.Declaration.Bucket)!;
        ledger.Buckets.Set(bucket.Name, bucket with { ObjectCount = bucket.ObjectCount - 1, Bytes = bucket.Bytes - PlainLength(file.Declaration) });
        ledger.Events.Add(new FileDeleted(id, file.Owner, bucket.Name, file.Declaration.NameTag, reason, [.. shares.Keys]));
    }

    /// <summary>The bytes of each miner's fragments: <c>⌈length / k⌉</c> for each.</summary>
    public static SortedDictionary<MinerId, ulong> SharesOf(FileDeclaration file)
    {
        SortedDictionary<MinerId, ulong> shares = [];
        ulong k = file.Policy.DataFragments;
        foreach (FileSegment segment in file.Parts.SelectMany(part => part.Segments))
        {
            foreach (FileFragment fragment in segment.Fragments)
                shares[fragment.Miner] = shares.GetValueOrDefault(fragment.Miner) + ((segment.Length + k - 1) / k);
        }

        return shares;
    }

    public static ulong PlainLength(FileDeclaration file)
    {
        ulong length = 0;
        foreach (FilePart part in file.Parts)
            length += part.PlainLength;
        return length;
    }

    private static void Complete(OracleLedger ledger, FileId id)
    {
        DealRecord deal = ledger.Deals.Find(id)!;
        FileDeclaration file = ledger.Files.Find(id)!.Declaration;
        if (!Holds(ledger, file, deal.Condition))
        {
            Drop(ledger, id, DropReason.ConditionFailed);
            return;
        }

        ulong declaredAt = ledger.Files.Find(id)!.DeclaredAt;
        FileId? replaced = ledger.Objects.Find((file.Bucket, file.NameTag))?.File;
        if (deal.Condition.Kind == DeclareConditionKind.None
            && replaced is { } newer && ledger.Files.Find(newer)!.DeclaredAt > declaredAt)
        {
            Drop(ledger, id, DropReason.Superseded);
            return;
        }

        foreach (DealShare share in deal.Shares)
            MinerRules.Use(ledger, share.Miner, share.Bytes);
        End(ledger, id, deal);
        ledger.Objects.Set((file.Bucket, file.NameTag), new ObjectEntry(id, ledger.Height, ledger.TimeMs));
        BucketRecord bucket = ledger.Buckets.Find(file.Bucket)!;
        ledger.Buckets.Set(bucket.Name, bucket with { ObjectCount = bucket.ObjectCount + 1, Bytes = bucket.Bytes + PlainLength(file) });
        ledger.Events.Add(new FileCompleted(id, deal.Owner, bucket.Name, file.NameTag, replaced));
        if (replaced is { } old)
            Delete(ledger, old, DeletionReason.Replaced);
    }

    private static void End(OracleLedger ledger, FileId id, DealRecord deal)
    {
        ledger.Deals.Remove(id);
        ledger.DeadlineQueue.Remove(new QueuePlace(deal.Deadline, deal.QueueIndex));
        BucketRecord bucket = ledger.Buckets.Find(deal.Bucket)!;
        ledger.Buckets.Set(bucket.Name, bucket with { OpenDeals = bucket.OpenDeals - 1 });
    }

    private static FileDeclaration WithMiner(FileDeclaration file, MinerId from, MinerId to)
    {
        FileFragment Moved(FileFragment fragment) => fragment.Miner == from ? fragment with { Miner = to } : fragment;
        FileSegment WithMoved(FileSegment segment) => segment with { Fragments = [.. segment.Fragments.Select(Moved)] };
        return file with { Parts = [.. file.Parts.Select(part => part with { Segments = [.. part.Segments.Select(WithMoved)] })] };
    }
}
