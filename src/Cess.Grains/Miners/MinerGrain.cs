using Cess.Blobs;
using Cess.Grains.Chain;
using Cess.Grains.DataPlane;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Cess.Grains.Miners;

/// <summary>
/// A storage miner: reports transfers, many files in one transaction, and deletes what the chain no longer names. Reentrant,
/// so that files are added to the next report while one is under way.
/// </summary>
[Reentrant, ImplicitStreamSubscription(StreamNames.MinerEvents)]
public sealed class MinerGrain(
    IGrainFactory grains, ILedgerReader ledger, IMinerBackends backends, IReadLeases leases, ILogger<MinerGrain> log)
    : Grain, IMinerGrain, IStreamSubscriptionObserver
{
    private readonly List<Report> _reports = [];
    private readonly Queue<Deletion> _deletions = new();
    private readonly HashSet<string> _orphans = [];

    /// <summary>
    /// Fragments on their way out, with the deletions of each that are under way: still there for the backend, and gone for whoever
    /// wants to report them, until the last of these deletions has ended.
    /// </summary>
    private readonly Dictionary<string, int> _leaving = [];
    private Task _reporting = Task.CompletedTask;
    private ulong _height = ledger.Head.Height;
    private bool _isFresh = true;

    private MinerId Id => new((uint)this.GetPrimaryKeyLong());

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(DeleteReleasedAsync, new GrainTimerCreationOptions
        {
            DueTime = GrainLimits.DeletionRetry,
            Period = GrainLimits.DeletionRetry,
            Interleave = true,
            KeepAlive = true,
        });
        this.RegisterGrainTimer(_ => SweepAsync(), new GrainTimerCreationOptions
        {
            DueTime = GrainLimits.OrphanAge,
            Period = GrainLimits.OrphanAge,
            Interleave = true,
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<MinerView?> GetAsync() =>
        Task.FromResult(ledger.Head.Miner(Id) is { } miner ? SchedulerGrain.ViewOf(miner, backends.Find(Id.Value) is not null) : null);

    /// <inheritdoc/>
    public async Task<string?> ReportTransferAsync(string fileId)
    {
        var file = new FileId(Hash256.Parse(fileId));
        if (ledger.Head.File(file) is not { } record)
            return TransactionErrors.DealEnded;
        if (await FindMissingAsync(record) is { } missing)
        {
            log.LogWarning("Miner {Miner} does not hold fragment {Name} of file {File}", Id, missing, fileId);
            return TransactionErrors.FragmentMissing;
        }
        var report = new Report(file);
        _reports.Add(report);
        if (_reporting.IsCompleted)
            _reporting = ReportAsync();
        return await report.Done.Task;
    }

    /// <inheritdoc/>
    public Task DiscardAsync(IReadOnlyList<DiscardedFragment> fragments) => DeleteAsync(
        [.. fragments.Where(fragment => !ledger.IsNamed(Hash256.Parse(fragment.Segment))).Select(fragment => fragment.Name)]);

    /// <inheritdoc/>
    public async Task<int> SweepAsync()
    {
        if (backends.Find(Id.Value) is not { } backend)
            return 0;
        var found = new HashSet<string>();
        await foreach (BlobInfo blob in backend.ListAsync())
            found.Add(blob.Name.Value);
        // Only now: what was declared while the backend was listed stays.
        found.ExceptWith(ledger.Head.Files().SelectMany(NamesOf));
        // What was an orphan at the last sweep, a lifetime of uploads ago, belongs to no upload that may still be finished.
        _orphans.IntersectWith(found);
        int count = _orphans.Count;
        await DeleteAsync([.. _orphans]);
        found.ExceptWith(_orphans);
        _orphans.Clear();
        _orphans.UnionWith(found);
        return count;
    }

    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<SubjectChanged>().ResumeAsync((hint, _) => CatchUpAsync(hint));

    private async Task<string?> FindMissingAsync(FileRecord record)
    {
        IBlobBackend? backend = backends.Find(Id.Value);
        foreach (FileSegment segment in SegmentsOf(record))
        {
            uint bytes = record.Declaration.Policy.FragmentBytes(segment.Length);
            foreach (string name in NamesOf(record, segment))
            {
                if (backend is null || _leaving.ContainsKey(name))
                    return name;
                if (await backend.StatAsync(BlobName.Parse(name)) is not { } blob || blob.Length != bytes)
                    return name;
            }
        }
        return null;
    }

    private async Task ReportAsync()
    {
        // Lets reports that are queued behind this one into the same transaction.
        await Task.Yield();
        while (_reports.Count > 0)
        {
            Report[] batch = [.. _reports.Take(Ledger.LedgerLimits.ReportFilesMax)];
            _reports.RemoveRange(0, batch.Length);
            try
            {
                await ReportAsync(batch);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                foreach (Report report in batch)
                    report.Done.TrySetException(e);
            }
        }
    }

    private async Task ReportAsync(Report[] batch)
    {
        if (ledger.Head.Miner(Id) is not { } miner)
            throw new InvalidOperationException($"The chain has no miner {Id}.");
        var call = new ReportTransfer([.. batch.Select(report => report.File)]);
        TransactionOutcome outcome = await grains.GetGrain<IAccountGrain>(miner.Account.ToString())
            .ExecuteAsync(new CustodyCall(Scale.Encode<Call>(call)));
        LedgerState head = ledger.Head;
        foreach (Report report in batch)
            report.Done.SetResult(outcome.Succeeded ? OutcomeOf(head, report.File) : outcome.ErrorCode);
    }

    private string? OutcomeOf(LedgerState head, FileId file)
    {
        if (head.Deal(file) is { } deal)
        {
            int share = deal.IndexOf(Id);
            return share >= 0 && deal.Shares[share].IsReported ? null : TransactionErrors.DealEnded;
        }
        // The deal is over: because this report was the last one, or because it was dropped.
        return head.File(file) is null ? TransactionErrors.DealEnded : null;
    }

    private async Task CatchUpAsync(SubjectChanged hint)
    {
        if (_isFresh)
            _height = Math.Min(_height, hint.Height - 1);
        _isFresh = false;
        if (ledger.Above(_height) is { } blocks)
        {
            foreach (FinalBlock block in blocks)
            {
                foreach (LedgerEvent happened in block.Events)
                    Note(block, happened);
                // Not the head's height: there may be a newer one by now.
                _height = block.Height;
            }
        }
        else
        {
            // Too far behind: the sweep finds what these blocks have deleted.
            _height = ledger.Head.Height;
        }

        await DeleteReleasedAsync(CancellationToken.None);
    }

    private void Note(FinalBlock block, LedgerEvent happened)
    {
        FileId? gone = happened switch
        {
            FileDeleted deleted when deleted.Miners.Contains(Id) => deleted.File,
            DealDropped dropped when dropped.Miners.Contains(Id) => dropped.File,
            _ => null,
        };
        if (gone is { } file && block.Before.File(file) is { } record)
            _deletions.Enqueue(new Deletion(file, record));
    }

    /// <summary>Deletes the fragments of files that nobody reads any more.</summary>
    private async Task DeleteReleasedAsync(CancellationToken cancellation)
    {
        for (int left = _deletions.Count; left > 0 && _deletions.TryDequeue(out Deletion? deletion); left--)
        {
            if (leases.IsHeld(deletion.File))
            {
                _deletions.Enqueue(deletion);
                continue;
            }
            await DeleteAsync([.. Unnamed(deletion.Record)]);
        }
    }

    /// <summary>
    /// Fragments of a file that is gone, without those that another file of its owner names too. To look for that file costs
    /// a walk over all, so it is done only for segments that are known to have one.
    /// </summary>
    private IEnumerable<string> Unnamed(FileRecord record)
    {
        HashSet<string>? others = null;
        foreach (FileSegment segment in SegmentsOf(record))
        {
            bool isShared = ledger.IsNamed(segment.Fragments[0].Root);
            if (isShared)
                others ??= [.. ledger.Head.Files().Where(file => file.Owner == record.Owner).SelectMany(NamesOf)];
            foreach (string name in NamesOf(record, segment))
            {
                if (!isShared || !others!.Contains(name))
                    yield return name;
            }
        }
    }

    /// <summary>
    /// Deletes fragments that no file names. Whether one does must be looked up in the turn that calls this, without a wait in between:
    /// then no file can lose what it names. One that was declared before has been seen; one that is declared after has its fragments
    /// reported in a later turn, which finds them marked here, or gone.
    /// </summary>
    private async Task DeleteAsync(IReadOnlyList<string> names)
    {
        foreach (string name in names)
            _leaving[name] = _leaving.GetValueOrDefault(name) + 1;
        try
        {
            foreach (string name in names)
                await DeleteAsync(name);
        }
        finally
        {
            foreach (string name in names)
            {
                if (--_leaving[name] == 0)
                    _leaving.Remove(name);
            }
        }
    }

    private async Task DeleteAsync(string name)
    {
        if (backends.Find(Id.Value) is not { } backend)
            return;
        try
        {
            await backend.DeleteAsync(BlobName.Parse(name));
        }
        catch (BlobException e)
        {
            log.LogWarning(e, "Fragment {Name} could not be deleted at miner {Miner}; the sweep tries again", name, Id);
        }
    }

    private IEnumerable<string> NamesOf(FileRecord record) => SegmentsOf(record).SelectMany(segment => NamesOf(record, segment));

    /// <summary>Names of this miner's fragments in a segment: one, but for a record that was made by hand.</summary>
    private IEnumerable<string> NamesOf(FileRecord record, FileSegment segment) =>
        from fragment in segment.Fragments
        where fragment.Miner == Id
        select FragmentName.Of(record.Owner, fragment.Root);

    private static IEnumerable<FileSegment> SegmentsOf(FileRecord record) =>
        record.Declaration.Parts.SelectMany(part => part.Segments);

    private sealed record Report(FileId File)
    {
        public TaskCompletionSource<string?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Deletion(FileId File, FileRecord Record);
}
