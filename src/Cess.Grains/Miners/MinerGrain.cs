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
    private readonly HashSet<Hash256> _orphans = [];
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
            log.LogWarning("Miner {Miner} does not hold fragment {Root} of file {File}", Id, missing, fileId);
            return TransactionErrors.FragmentMissing;
        }
        var report = new Report(file);
        _reports.Add(report);
        if (_reporting.IsCompleted)
            _reporting = ReportAsync();
        return await report.Done.Task;
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(IReadOnlyList<string> roots)
    {
        foreach (string root in roots)
            await DeleteAsync(Hash256.Parse(root));
    }

    /// <inheritdoc/>
    public async Task<int> SweepAsync()
    {
        if (backends.Find(Id.Value) is not { } backend)
            return 0;
        HashSet<Hash256> named = [.. ledger.Head.Files().SelectMany(file => FragmentsOf(file))];
        var found = new HashSet<Hash256>();
        await foreach (BlobInfo blob in backend.ListAsync())
        {
            if (Hash256.TryParse(blob.Name.Value, out Hash256 root) && !named.Contains(root))
                found.Add(root);
        }
        // What was an orphan at the last sweep, a lifetime of uploads ago, belongs to no upload that may still be finished.
        _orphans.IntersectWith(found);
        int count = _orphans.Count;
        foreach (Hash256 root in _orphans)
            await DeleteAsync(root);
        found.ExceptWith(_orphans);
        _orphans.Clear();
        _orphans.UnionWith(found);
        return count;
    }

    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<SubjectChanged>().ResumeAsync((hint, _) => CatchUpAsync(hint));

    private async Task<Hash256?> FindMissingAsync(FileRecord record)
    {
        if (backends.Find(Id.Value) is not { } backend)
            return record.Declaration.Parts[0].Segments[0].Fragments[0].Root;
        foreach ((Hash256 root, uint bytes) in SizedFragmentsOf(record))
        {
            if (await backend.StatAsync(FragmentName.Of(root)) is not { } blob || blob.Length != bytes)
                return root;
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
        IReadOnlyList<FinalBlock>? blocks = ledger.Above(_height);
        // Too far behind: the sweep finds what these blocks have deleted.
        foreach (FinalBlock block in blocks ?? [])
        {
            foreach (LedgerEvent happened in block.Events)
                Note(block, happened);
        }
        _height = ledger.Head.Height;
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
            _deletions.Enqueue(new Deletion(file, [.. FragmentsOf(record)]));
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
            foreach (Hash256 root in deletion.Fragments)
                await DeleteAsync(root);
        }
    }

    private async Task DeleteAsync(Hash256 root)
    {
        if (backends.Find(Id.Value) is not { } backend)
            return;
        try
        {
            await backend.DeleteAsync(FragmentName.Of(root));
        }
        catch (BlobException e)
        {
            log.LogWarning(e, "Fragment {Root} could not be deleted at miner {Miner}; the sweep tries again", root, Id);
        }
    }

    private IEnumerable<Hash256> FragmentsOf(FileRecord record) => SizedFragmentsOf(record).Select(fragment => fragment.Root);

    private IEnumerable<(Hash256 Root, uint Bytes)> SizedFragmentsOf(FileRecord record) =>
        from part in record.Declaration.Parts
        from segment in part.Segments
        from fragment in segment.Fragments
        where fragment.Miner == Id
        select (fragment.Root, record.Declaration.Policy.FragmentBytes(segment.Length));

    private sealed record Report(FileId File)
    {
        public TaskCompletionSource<string?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Deletion(FileId File, IReadOnlyList<Hash256> Fragments);
}
