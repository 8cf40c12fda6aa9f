using System.Collections.Immutable;
using System.Diagnostics;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Files;

/// <summary>Buckets and the calls on files. What happens to a deal once it is allowed to is in <see cref="Deals"/>.</summary>
internal static class FilesModule
{
    public static LedgerError? Apply(CallContext context, FilesCall call) => call switch
    {
        CreateBucket create => Apply(context, create),
        DeleteBucket delete => Apply(context, delete),
        DeclareFile declare => Apply(context, declare),
        ReportTransfer report => Apply(context, report),
        ReassignFragments reassign => Apply(context, reassign),
        CancelDeal cancel => Apply(context, cancel),
        DeleteFiles delete => Apply(context, delete),
        _ => throw new UnreachableException(),
    };

    /// <summary>Before a block's first transaction: drops the deals whose deadline has come.</summary>
    public static void BeginBlock(CallContext context) => context.Files.Deadlines.EndDue(context.Height, file =>
    {
        DealRecord deal = Deals.Drop(context, file, DropReason.Deadline);
        return deal.Shares.Length / LedgerLimits.DeadlineSharesPerWork;
    });

    private static LedgerError? Apply(CallContext context, CreateBucket call)
    {
        if (!BucketNames.IsValid(call.Name))
            return FilesError.BucketNameInvalid;
        if (context.Files.Bucket(call.Name) is not null)
            return FilesError.BucketNameTaken;

        context.Files.Add(new BucketRecord(
            call.Name, context.Sender, context.TimeMs, call.WrappedKey, ObjectCount: 0, Bytes: 0, OpenDeals: 0));
        context.Emit(new BucketCreated(call.Name, context.Sender));
        return null;
    }

    private static LedgerError? Apply(CallContext context, DeleteBucket call)
    {
        if (OwnBucket(context, call.Name, out BucketRecord? bucket) is { } error)
            return error;
        if (bucket!.ObjectCount > 0 || bucket.OpenDeals > 0)
            return FilesError.BucketNotEmpty;

        context.Files.Remove(bucket);
        context.Emit(new BucketDeleted(bucket.Name, bucket.Owner));
        return null;
    }

    private static LedgerError? Apply(CallContext context, DeclareFile call)
    {
        if (DeclarationRules.Check(call.File) is { } fault)
            return fault;
        if (OwnBucket(context, call.File.Bucket, out _) is { } error)
            return error;
        if (!call.Condition.Allows(Deals.Current(context, call.File)))
            return FilesError.ConditionFailed;

        return Deals.Open(context, call);
    }

    private static LedgerError? Apply(CallContext context, ReportTransfer call)
    {
        if (context.Miners.MinerOf(context.Sender) is not { } miner)
            return MinersError.NotRegistered;

        uint accepted = 0;
        ImmutableArray<RefusedFile>.Builder refused = ImmutableArray.CreateBuilder<RefusedFile>();
        foreach (FileId file in call.Files)
        {
            if (Deals.Report(context, file, miner.Id) is { } error)
                refused.Add(new RefusedFile(file, error));
            else
                accepted++;
        }

        context.Emit(new TransferReported(miner.Id, accepted, refused.DrainToImmutable()));
        return null;
    }

    private static LedgerError? Apply(CallContext context, ReassignFragments call)
    {
        if (OwnDeal(context, call.File, out DealRecord? deal) is { } error)
            return error;
        if (deal!.Deadline <= context.Height)
            return FilesError.DeadlinePassed;

        return Deals.Reassign(context, call.File, deal, call.From, call.To);
    }

    private static LedgerError? Apply(CallContext context, CancelDeal call)
    {
        if (OwnDeal(context, call.File, out _) is { } error)
            return error;

        Deals.Drop(context, call.File, DropReason.Cancelled);
        return null;
    }

    private static LedgerError? Apply(CallContext context, DeleteFiles call)
    {
        ImmutableArray<RefusedFile>.Builder refused = ImmutableArray.CreateBuilder<RefusedFile>();
        foreach (FileId file in call.Files)
        {
            if (Delete(context, file) is { } error)
                refused.Add(new RefusedFile(file, error));
        }

        if (refused.Count > 0)
            context.Emit(new DeletionRefused(context.Sender, refused.DrainToImmutable()));
        return null;
    }

    private static FilesError? Delete(CallContext context, FileId file)
    {
        if (context.Files.Files.Get(file) is not { } record)
            return FilesError.FileUnknown;
        if (record.Owner != context.Sender)
            return FilesError.FileOfOtherAccount;
        if (context.Files.Deals.Get(file) is not null)
            return FilesError.FileNotActive;

        context.Files.Objects.Remove(new ObjectKey(record.Declaration.Bucket, record.Declaration.NameTag));
        Deals.Delete(context, file, record, DeletionReason.Requested);
        return null;
    }

    private static FilesError? OwnBucket(CallContext context, string name, out BucketRecord? bucket)
    {
        bucket = context.Files.Bucket(name);
        if (bucket is null)
            return FilesError.BucketUnknown;
        return bucket.Owner == context.Sender ? null : FilesError.BucketOfOtherAccount;
    }

    private static FilesError? OwnDeal(CallContext context, FileId file, out DealRecord? deal)
    {
        deal = context.Files.Deals.Get(file);
        if (deal is null)
            return context.Files.Files.Get(file) is null ? FilesError.FileUnknown : FilesError.FileActive;
        return deal.Owner == context.Sender ? null : FilesError.FileOfOtherAccount;
    }
}
