using System.Collections.Immutable;
using Cess.BlockStore;
using Cess.Consensus;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>
/// What this node's validators must remember over a restart, in a log of its own. What several validators write at a time becomes
/// durable with one sync.
/// </summary>
public sealed class VoteJournal
{
    private readonly IBlockStore _store;
    private readonly Lock _gate = new();
    private readonly Queue<(ulong Sequence, AccountId Validator, ulong Iteration)> _kept = new();
    private readonly Dictionary<AccountId, ulong> _forgotten = [];
    private readonly Dictionary<AccountId, List<ConsensusRecord>> _records = [];
    private List<(JournalEntry Entry, TaskCompletionSource Written)> _waiting = [];
    private bool _isWriting;
    private ulong _next;

    private VoteJournal(IBlockStore store) => _store = store;

    /// <summary>Reads what is there.</summary>
    /// <param name="store">A log of its own, which the caller closes.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ScaleException">It holds something else.</exception>
    public static async Task<VoteJournal> OpenAsync(IBlockStore store, CancellationToken cancellation)
    {
        var journal = new VoteJournal(store) { _next = store.Head + 1 ?? 1 };
        if (store.First is not { } first)
            return journal;
        await foreach (BlockEntry stored in store.ReadFromAsync(first, cancellation).ConfigureAwait(false))
        {
            JournalEntry entry = Scale.Decode<JournalEntry>(stored.Bytes.Span);
            journal.Keep(stored.Height, entry);
        }
        return journal;
    }

    /// <summary>
    /// What a validator must remember, in the order in which it was written, of all eras: the journal may be ahead of the blocks, when those
    /// were lost, and then the validator comes again through eras in which it has voted.
    /// </summary>
    public IReadOnlyList<ConsensusRecord> RecordsOf(AccountId validator)
    {
        lock (_gate)
            return _records.TryGetValue(validator, out List<ConsensusRecord>? records) ? [.. records] : [];
    }

    /// <summary>Ends when the records are durable.</summary>
    /// <exception cref="BlockStoreException">Nobody knows whether they are: the node has to stop.</exception>
    public Task PersistAsync(AccountId validator, ImmutableArray<ConsensusRecord> records)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add((new JournalEntry(validator, records), written));
            if (_isWriting)
                return written.Task;
            _isWriting = true;
        }
        _ = WriteAsync();
        return written.Task;
    }

    /// <summary>Records of a validator of iterations before one are not needed any more.</summary>
    public async Task ForgetAsync(AccountId validator, ulong before)
    {
        ulong unneeded;
        lock (_gate)
        {
            _forgotten[validator] = before;
            _records.GetValueOrDefault(validator)?.RemoveAll(record => record.Iteration < before);
            while (_kept.TryPeek(out var oldest) && oldest.Iteration < _forgotten.GetValueOrDefault(oldest.Validator))
                _kept.Dequeue();
            unneeded = _kept.TryPeek(out var needed) ? needed.Sequence : _next;
        }
        await _store.PruneAsync(unneeded).ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            List<(JournalEntry Entry, TaskCompletionSource Written)> batch;
            List<BlockEntry> blocks = [];
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _isWriting = false;
                    return;
                }
                (batch, _waiting) = (_waiting, []);
                foreach ((JournalEntry entry, _) in batch)
                {
                    Keep(_next, entry);
                    blocks.Add(new BlockEntry(_next++, Scale.Encode(entry)));
                }
            }
            try
            {
                await _store.AppendAsync(blocks).ConfigureAwait(false);
                batch.ForEach(waiting => waiting.Written.SetResult());
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                batch.ForEach(waiting => waiting.Written.SetException(e));
            }
        }
    }

    private void Keep(ulong sequence, JournalEntry entry)
    {
        _kept.Enqueue((sequence, entry.Validator, entry.Records.Max(record => record.Iteration)));
        if (!_records.TryGetValue(entry.Validator, out List<ConsensusRecord>? records))
            _records.Add(entry.Validator, records = []);
        records.AddRange(entry.Records);
    }

    /// <summary>What one validator has written at once.</summary>
    private sealed record JournalEntry(AccountId Validator, ImmutableArray<ConsensusRecord> Records) : IScaleValue<JournalEntry>
    {
        public void Encode(ScaleWriter writer)
        {
            writer.Write(Validator);
            writer.WriteVector(Records.AsSpan());
        }

        public static JournalEntry Decode(ref ScaleReader reader) => new(
            AccountId.Decode(ref reader), [.. reader.ReadVector<ConsensusRecord>(GrainLimits.JournalRecords)]);
    }
}
