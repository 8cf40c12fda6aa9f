using Cess.BlockStore;
using Cess.Consensus.Messages;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Primitives;
using Microsoft.Extensions.Logging;

namespace Cess.Grains.Chain;

/// <content>Final blocks: into the store, and out to everybody.</content>
public sealed partial class ChainGrain
{
    /// <summary>Final blocks that are not durable yet.</summary>
    private readonly List<(FinalBlock Block, Certificate? Certificate)> _appending = [];

    /// <summary>The newest final state, durable or not.</summary>
    private LedgerState _final = head.Head;
    private Task _writing = Task.CompletedTask;
    private Task _saving = Task.CompletedTask;
    private int _blocksUnsaved;
    private int _transactionsUnsaved;

    /// <summary>Height of the newest snapshot that this process has saved; none before it has saved one.</summary>
    private ulong? _saved;

    /// <inheritdoc/>
    public async Task FinaliseAsync(FinalBlockNames blocks)
    {
        int count = blocks.Hashes.Length / Hash256.Size;
        Certificate? certificate = blocks.Certificate.IsEmpty ? null : Scale.Decode<Certificate>(blocks.Certificate.Span);
        for (int i = 0; i < count && !_hasFailed; i++)
        {
            var hash = Hash256.FromBytes(blocks.Hashes.Span.Slice(i * Hash256.Size, Hash256.Size));
            Append(blocks.First + (ulong)i, hash, i == count - 1 ? certificate : null);
        }
        ulong height = blocks.First + (ulong)count - 1;
        if (_hasFailed)
            throw new InvalidOperationException("The node is stopping.");
        Recover(candidates.Prune(_final));
        if (_writing.IsCompleted && _appending.Count > 0)
            _writing = WriteAsync();
        while (head.Head.Height < height && !_hasFailed)
            await head.WaitAboveAsync(height - 1, CancellationToken.None).WaitAsync(GrainLimits.IdleBlockInterval, time)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (_hasFailed)
            throw new InvalidOperationException("The node is stopping.");
    }

    /// <summary>Takes a final block, unless it was taken before.</summary>
    private void Append(ulong height, Hash256 hash, Certificate? certificate)
    {
        if (height <= _final.Height)
        {
            if (HashAt(height) is { } other && other != hash)
                Fail($"Two blocks of height {height} are final: {other} and {hash}.");
            return;
        }
        Block block = candidates.Find(hash) ?? throw new ArgumentException($"Block {hash} of height {height} is not among the candidates.", nameof(hash));
        if (block.Header.Parent != _final.BlockHash)
            Fail($"Block {hash} is final and does not follow block {_final.BlockHash}.");
        else if (candidates.FindExecuted(hash) is null && ExecuteOther(_final, block) is { } error)
            Fail($"Block {hash} of height {height} is final and breaks a rule: {error}");
        if (_hasFailed)
            return;
        FinalBlock executed = candidates.FindExecuted(hash)!;
        _final = executed.Block.State;
        if (_final.Height > _tip.Height)
            _tip = _final;
        _appending.Add((executed, certificate));
    }

    /// <summary>The hash of a final block that is in memory still.</summary>
    private Hash256? HashAt(ulong height) => _appending.Select(entry => entry.Block)
        .Concat(head.Above(height - 1) ?? [])
        .FirstOrDefault(block => block.Height == height)?.Block.State.BlockHash;

    private async Task WriteAsync()
    {
        try
        {
            while (_appending.Count > 0)
            {
                (FinalBlock Block, Certificate? Certificate)[] entries = [.. _appending];
                FinalBlock[] blocks = [.. entries.Select(entry => entry.Block)];
                await store.AppendAsync([.. entries.Select(
                    entry => new BlockEntry(entry.Block.Height, Scale.Encode(entry.Block.Block.ToRecord(entry.Certificate))))]);
                head.Publish(blocks, entries.LastOrDefault(entry => entry.Certificate is not null).Certificate?.Iteration);
                _appending.RemoveRange(0, entries.Length);
                foreach (FinalBlock block in blocks)
                    Answer(block);
                await PublishAsync(StreamNames.Blocks, new BlocksFinalised(blocks[0].Height, blocks[^1].Height));
                SaveSnapshot(entries);
                if (blocks.Any(block => block.Block.State.Era.Index != block.Before.Era.Index))
                    await StartValidatorsAsync();
                Build();
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fail($"The block store failed: {e.Message}", e);
        }
    }

    /// <summary>
    /// Saves beside the blocks that follow. What falls due while one is being saved is saved after the blocks that come then. Only a
    /// block with a certificate of its own gets one: with it the snapshot proves itself to other nodes.
    /// </summary>
    private void SaveSnapshot((FinalBlock Block, Certificate? Certificate)[] entries)
    {
        _blocksUnsaved += entries.Length;
        _transactionsUnsaved += entries.Sum(entry => entry.Block.Block.Block.Transactions.Length);
        bool isDue = _blocksUnsaved >= options.BlocksPerSnapshot || _transactionsUnsaved >= GrainLimits.TransactionsPerSnapshot;
        if (!isDue || !_saving.IsCompleted || entries.LastOrDefault(entry => entry.Certificate is not null).Block is not { } certified)
            return;
        (_blocksUnsaved, _transactionsUnsaved) = (0, 0);
        _saving = SaveSnapshotAsync(certified);
    }

    private async Task SaveSnapshotAsync(FinalBlock due)
    {
        try
        {
            await store.SaveSnapshotAsync(due.Height, (stream, cancellation) => StateSnapshot.WriteAsync(due.Block.State, stream, cancellation));
            if (_saved is { } before)
                await PruneAsync(before, due.Height);
            _saved = due.Height;
        }
        catch (BlockStoreException e) when (e.Error == BlockStoreError.Full)
        {
            log.LogWarning(e, "No room for the snapshot of height {Height}; restarts take longer", due.Height);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fail($"The block store failed: {e.Message}", e);
        }
    }

    /// <summary>Removes old blocks, but neither that of the older snapshot, by which it is proven to others, nor any after it.</summary>
    private async Task PruneAsync(ulong older, ulong newer)
    {
        if (options.BlocksKept is not { } kept || newer < (ulong)kept)
            return;
        try
        {
            await store.PruneAsync(Math.Min(older, newer - (ulong)kept + 1));
        }
        catch (BlockStoreException e)
        {
            log.LogWarning(e, "Old blocks could not be removed; the next snapshot tries again");
        }
    }

    private void Fail(string reason) => Fail(reason, new InvalidOperationException(reason));
}
