using System.Collections.Immutable;
using Cess.Ledger.Modules.Miners;

namespace Cess.Ledger.Modules.Files;

/// <summary>
/// The life of a deal, from declaration to an active file or to nothing. Every way out returns the reserved space, empties the
/// deal's place in the queue and counts down the bucket's open deals.
/// </summary>
internal static class Deals
{
    /// <summary>The file that has the name now; null for none.</summary>
    public static FileId? Current(CallContext context, FileDeclaration file) =>
        context.Files.Objects.Get(new ObjectKey(file.Bucket, file.NameTag))?.File;

    /// <summary>Reserves the space and starts to wait. The declaration must keep the rules, and the bucket must be the sender's.</summary>
    public static LedgerError? Open(CallContext context, DeclareFile call)
    {
        ImmutableArray<MinerShare> miners = call.File.Shares();
        ImmutableArray<DealShare>.Builder shares = ImmutableArray.CreateBuilder<DealShare>(miners.Length);
        foreach (MinerShare share in miners)
        {
            if (context.Miners.Reserve(share.Miner, share.Bytes) is { } error)
                return error;
            shares.Add(new DealShare(share.Miner, share.Bytes, IsReported: false));
        }

        FileId file = context.NewFileId;
        ulong deadline = context.Height + context.Parameters.DealDeadlineBlocks;
        DealRecord deal = new(
            context.Sender,
            call.File.Bucket,
            call.Condition,
            deadline,
            context.Files.Deadlines.Add(deadline, file),
            shares.MoveToImmutable());

        context.Files.Files.Set(file, new FileRecord(context.Sender, context.Height, call.File));
        context.Files.Deals.Set(file, deal);
        BucketRecord bucket = Bucket(context, call.File.Bucket);
        context.Files.Set(bucket with { OpenDeals = bucket.OpenDeals + 1 });
        context.Emit(new DealOpened(file, deal.Owner, deal.Bucket, deadline, MinersOf(deal)));

        if (deal.IsComplete())
            Complete(context, file, deal);
        return null;
    }

    /// <summary>Counts a miner's report, and completes the deal if it was the last.</summary>
    public static FilesError? Report(CallContext context, FileId file, MinerId miner)
    {
        if (context.Files.Deals.Get(file) is not { } deal)
            return context.Files.Files.Get(file) is null ? FilesError.FileUnknown : FilesError.FileActive;
        // It may be past its deadline and still there when a block had too many to drop.
        if (deal.Deadline <= context.Height)
            return FilesError.DeadlinePassed;

        int index = deal.IndexOf(miner);
        if (index < 0)
            return FilesError.MinerNotInDeal;
        if (deal.Shares[index].IsReported)
            return FilesError.AlreadyReported;

        deal = deal with { Shares = deal.Shares.SetItem(index, deal.Shares[index] with { IsReported = true }) };
        if (deal.IsComplete())
            Complete(context, file, deal);
        else
            context.Files.Deals.Set(file, deal);
        return null;
    }

    /// <summary>Ends a deal without its file; gives what it was.</summary>
    public static DealRecord Drop(CallContext context, FileId file, DropReason reason)
    {
        DealRecord deal = context.Files.Deals.Get(file)
            ?? throw new InvalidOperationException($"File {file} is in the queue of deadlines and has no deal.");
        foreach (DealShare share in deal.Shares)
            context.Miners.Release(share.Miner, share.Bytes);

        End(context, file, deal);
        context.Files.Files.Remove(file);
        context.Emit(new DealDropped(file, deal.Owner, deal.Bucket, reason, MinersOf(deal)));
        return deal;
    }

    /// <summary>Hands what one miner owes to another.</summary>
    public static LedgerError? Reassign(CallContext context, FileId file, DealRecord deal, MinerId from, MinerId to)
    {
        int index = deal.IndexOf(from);
        if (index < 0)
            return FilesError.MinerNotInDeal;
        if (deal.Shares[index].IsReported)
            return FilesError.AlreadyReported;

        FileRecord record = Record(context, file);
        if (WithMiner(record.Declaration, from, to) is not { } declaration)
            return FilesError.MinerRepeated;

        ulong bytes = deal.Shares[index].Bytes;
        if (context.Miners.Reserve(to, bytes) is { } error)
            return error;
        context.Miners.Release(from, bytes);

        // A miner that had reported other segments owes again: its next report covers all that it has.
        ImmutableArray<DealShare> shares = deal.Shares.RemoveAt(index);
        DealRecord without = deal with { Shares = shares };
        int place = without.IndexOf(to);
        shares = place < 0
            ? shares.Insert(~place, new DealShare(to, bytes, IsReported: false))
            : shares.SetItem(place, new DealShare(to, shares[place].Bytes + bytes, IsReported: false));

        context.Files.Deals.Set(file, deal with { Shares = shares });
        context.Files.Files.Set(file, record with { Declaration = declaration });
        context.Emit(new FragmentsReassigned(file, deal.Owner, from, to));
        return null;
    }

    /// <summary>Ends an active file, which no longer has its name: returns the space and counts the bucket down.</summary>
    public static void Delete(CallContext context, FileId file, FileRecord record, DeletionReason reason)
    {
        ImmutableArray<MinerShare> shares = record.Declaration.Shares();
        ImmutableArray<MinerId>.Builder miners = ImmutableArray.CreateBuilder<MinerId>(shares.Length);
        foreach (MinerShare share in shares)
        {
            context.Miners.Free(share.Miner, share.Bytes);
            miners.Add(share.Miner);
        }

        context.Files.Files.Remove(file);
        BucketRecord bucket = Bucket(context, record.Declaration.Bucket);
        context.Files.Set(bucket with
        {
            ObjectCount = checked(bucket.ObjectCount - 1),
            Bytes = checked(bucket.Bytes - record.Declaration.PlainLength()),
        });
        context.Emit(new FileDeleted(
            file, record.Owner, bucket.Name, record.Declaration.NameTag, reason, miners.MoveToImmutable()));
    }

    private static void Complete(CallContext context, FileId file, DealRecord deal)
    {
        FileRecord record = Record(context, file);
        FileId? replaced = Current(context, record.Declaration);
        if (!deal.Condition.Allows(replaced))
        {
            Drop(context, file, DropReason.ConditionFailed);
            return;
        }

        // What was begun first and finished last, such as a write that nobody waits for any more, does not undo what came after it.
        if (deal.Condition.Kind == DeclareConditionKind.None
            && replaced is { } current && Record(context, current).DeclaredAt > record.DeclaredAt)
        {
            Drop(context, file, DropReason.Superseded);
            return;
        }

        foreach (DealShare share in deal.Shares)
            context.Miners.Use(share.Miner, share.Bytes);

        End(context, file, deal);
        context.Files.Objects.Set(
            new ObjectKey(deal.Bucket, record.Declaration.NameTag),
            new ObjectEntry(file, context.Height, context.TimeMs));
        BucketRecord bucket = Bucket(context, deal.Bucket);
        context.Files.Set(bucket with
        {
            ObjectCount = bucket.ObjectCount + 1,
            Bytes = bucket.Bytes + record.Declaration.PlainLength(),
        });
        context.Emit(new FileCompleted(file, deal.Owner, deal.Bucket, record.Declaration.NameTag, replaced));

        if (replaced is { } old)
            Delete(context, old, Record(context, old), DeletionReason.Replaced);
    }

    private static void End(CallContext context, FileId file, DealRecord deal)
    {
        context.Files.Deals.Remove(file);
        context.Files.Deadlines.Remove(deal.Deadline, deal.QueueIndex);
        BucketRecord bucket = Bucket(context, deal.Bucket);
        context.Files.Set(bucket with { OpenDeals = checked(bucket.OpenDeals - 1) });
    }

    /// <summary>The declaration with another miner; null if a segment would have two fragments on it.</summary>
    private static FileDeclaration? WithMiner(FileDeclaration file, MinerId from, MinerId to)
    {
        ImmutableArray<FilePart>.Builder parts = ImmutableArray.CreateBuilder<FilePart>(file.Parts.Length);
        foreach (FilePart part in file.Parts)
        {
            ImmutableArray<FileSegment>.Builder segments = ImmutableArray.CreateBuilder<FileSegment>(part.Segments.Length);
            foreach (FileSegment segment in part.Segments)
            {
                int index = IndexOf(segment, from);
                if (index >= 0 && IndexOf(segment, to) >= 0)
                    return null;
                segments.Add(index < 0
                    ? segment
                    : segment with { Fragments = segment.Fragments.SetItem(index, segment.Fragments[index] with { Miner = to }) });
            }

            parts.Add(part with { Segments = segments.MoveToImmutable() });
        }

        return file with { Parts = parts.MoveToImmutable() };
    }

    private static int IndexOf(FileSegment segment, MinerId miner)
    {
        for (int i = 0; i < segment.Fragments.Length; i++)
        {
            if (segment.Fragments[i].Miner == miner)
                return i;
        }

        return -1;
    }

    private static ImmutableArray<MinerId> MinersOf(DealRecord deal) =>
        ImmutableArray.CreateRange(deal.Shares, static share => share.Miner);

    private static FileRecord Record(CallContext context, FileId file) =>
        context.Files.Files.Get(file) ?? throw new InvalidOperationException($"File {file} is referred to and has no record.");

    private static BucketRecord Bucket(CallContext context, string name) =>
        context.Files.Bucket(name) ?? throw new InvalidOperationException($"Bucket {name} has files and no record.");
}
