using System.Diagnostics;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Primitives;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cess.Gateway.Rest.Chain.History;

/// <summary>
/// Adds final blocks to the history, in the background and behind the head: the ledger never waits for it. What it misses while it
/// is slow, or was not running, it reads from the archive. It does nothing where the door has no folder for a history.
/// </summary>
internal sealed partial class HistoryFollower(
    RestOptions options, ILedgerReader ledger, IBlockArchive archive, ILogger<HistoryFollower> log) : BackgroundService
{
    private volatile TransactionHistory? _history;

    /// <summary>The history; null before it is open, if there is none, or once it has failed.</summary>
    public TransactionHistory? History => _history;

    public override void Dispose()
    {
        base.Dispose();
        _history?.Dispose();
    }

    /// <summary>Checking the files takes a while, so it is nothing to wait for.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.HistoryFolder is { } folder
        ? Task.Run(() => RunAsync(folder, stoppingToken), CancellationToken.None)
        : Task.CompletedTask;

    private async Task RunAsync(string folder, CancellationToken stopping)
    {
        try
        {
            TransactionHistory history = TransactionHistory.Open(folder, Hash256.Sha256(options.Genesis.Span), ledger.Head.Height);
            _history = history;
            await FollowAsync(history, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What is only in memory is read again after the next start.
        }
        catch (Exception e)
        {
            // The chain must not stop because a folder is full: without a history the newest transactions are found all the same.
            TransactionHistory? failed = _history;
            _history = null;
            failed?.Dispose();
            LogFailed(log, e);
        }
    }

    private async Task FollowAsync(TransactionHistory history, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task merging = Task.CompletedTask;
        try
        {
            while (true)
            {
                await ledger.WaitAboveAsync(history.Height, stopping);
                await CatchUpAsync(history, stopping);
                if (!merging.IsCompleted || !history.CanMerge)
                    continue;
                await merging;
                merging = Task.Factory.StartNew(
                    () => Merge(history, ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }
        finally
        {
            await ending.CancelAsync();
            await merging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Beside the adding, because a merge can take minutes; slowly, because the ledger needs the cores.</summary>
    private static void Merge(TransactionHistory history, CancellationToken ending)
    {
        long started = Stopwatch.GetTimestamp();
        while (history.Merge(Pause))
        {
        }

        void Pause()
        {
            ending.WaitHandle.WaitOne(Stopwatch.GetElapsedTime(started) * RestLimits.HistoryPauseFactor);
            ending.ThrowIfCancellationRequested();
            started = Stopwatch.GetTimestamp();
        }
    }

    private async Task CatchUpAsync(TransactionHistory history, CancellationToken stopping)
    {
        if (ledger.Above(history.Height) is { } recent)
        {
            foreach (FinalBlock block in recent)
                history.Add(block.Block.Block, block.Block.Receipts);
            return;
        }

        // Blocks below the first were pruned, or this node began with a snapshot.
        history.SkipTo((archive.First ?? ledger.Head.Height + 1) - 1);
        if (archive.First is null)
            return;
        await foreach (ReadOnlyMemory<byte> record in archive.ReadFromAsync(history.Height + 1, stopping))
        {
            BlockRecord block = Scale.Decode<BlockRecord>(record.Span);
            history.Add(block.Block, block.Receipts);
        }
    }

    [LoggerMessage(LogLevel.Error, "The history of transactions has failed; only the newest are found until the node starts again.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
