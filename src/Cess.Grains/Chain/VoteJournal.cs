using System.Collections.Immutable;
using Cess.BlockStore;
using Cess.Consensus;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>
/// What this node's validators must remember over a restart, in a log of its own. What several validators write at a time becomes
/// durable with one sync. The log tells, too, whether a validator's part of it is whole: it is begun with the validator's key, or with the
/// first record after an abstention, and always holds something of the validator from then on.
/// </summary>
public sealed class VoteJournal
{
    private readonly IBlockStore _store;
    private readonly Lock _gate = new();
    private readonly Queue<(ulong Sequence, AccountId Validator, ulong Iteration, int Bytes)> _kept = new();
    private readonly Dictionary<AccountId, Part> _parts = [];
    private readonly Dictionary<AccountId, ulong> _tenures = [];
    private List<Waiting> _waiting = [];
    private bool _isWriting;
    private ulong _next;
    private long _keptBytes;

    private VoteJournal(IBlockStore store) => _store = store;

    /// <summary>Bytes of the entries of all validators from the oldest on that is needed: those that can't be removed yet.</summary>
    public long KeptBytes => Volatile.Read(ref _keptBytes);

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
            journal.Keep(stored.Height, Scale.Decode<JournalEntry>(stored.Bytes.Span), stored.Bytes.Length);
        return journal;
    }

    /// <summary>
    /// True if all that a validator has signed on a chain, and still must remember, is here. False if nothing is here of it, or only of
    /// another chain: then it must abstain.
    /// </summary>
    public bool IsWhole(AccountId validator, Hash256 genesis)
    {
        lock (_gate)
            return _parts.TryGetValue(validator, out Part? part) && (part.Genesis == genesis || part.Genesis == Hash256.Zero);
    }

    /// <summary>
    /// What a validator must remember, in the order in which it was written, of all eras: the journal may be ahead of the blocks, when those
    /// were lost, and then the validator comes again through eras in which it has voted.
    /// </summary>
    public IReadOnlyList<ConsensusRecord> RecordsOf(AccountId validator)
    {
        lock (_gate)
            return _parts.TryGetValue(validator, out Part? part) ? [.. part.Records] : [];
    }

    /// <summary>
    /// Makes the caller the one that writes for a validator. Two that vote for it at a time, each without knowing what the other signs,
    /// could contradict each other: from now on, what is written in an earlier tenure is refused.
    /// </summary>
    /// <returns>The tenure, for <see cref="PersistAsync"/>.</returns>
    public ulong Claim(AccountId validator)
    {
        lock (_gate)
            return _tenures[validator] = _tenures.GetValueOrDefault(validator) + 1;
    }

    /// <summary>Begins the part of a validator that has never signed anything: its key has just been made. Ends when that is durable.</summary>
    public Task BeginAsync(AccountId validator) => WriteAsync(validator, new JournalEntry(validator, Hash256.Zero, []));

    /// <summary>Ends when the records are durable.</summary>
    /// <param name="validator">Whose they are.</param>
    /// <param name="genesis">Hash of the genesis of its chain.</param>
    /// <param name="records">At most <see cref="GrainLimits.JournalRecords"/>.</param>
    /// <param name="tenure">What <see cref="Claim"/> gave; 0 where nobody has claimed the validator.</param>
    /// <exception cref="BlockStoreException">Nobody knows whether they are: the node has to stop.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are more records.</exception>
    /// <exception cref="InvalidOperationException">Somebody else has claimed the validator since; nothing was written.</exception>
    public Task PersistAsync(AccountId validator, Hash256 genesis, ImmutableArray<ConsensusRecord> records, ulong tenure = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(records.Length, GrainLimits.JournalRecords, nameof(records));
        return WriteAsync(validator, new JournalEntry(validator, genesis, records), tenure);
    }

    /// <summary>Records of a validator of iterations before one are not needed any more.</summary>
    public async Task ForgetAsync(AccountId validator, ulong before)
    {
        AccountId? behind = null;
        lock (_gate)
        {
            if (_parts.TryGetValue(validator, out Part? part))
            {
                part.ForgottenBefore = before;
                part.Records.RemoveAll(record => record.Iteration < before);
            }
            DropUnneeded();
            if (_kept.TryPeek(out var oldest) && _next - oldest.Sequence > GrainLimits.JournalEntriesBehind)
                behind = oldest.Validator;
        }
        // Who has no seat writes nothing, but what it has written must not hold up the others: it is written anew behind theirs.
        if (behind is { } idle)
            await WriteAsync(idle, entry: null).ConfigureAwait(false);
        ulong unneeded;
        lock (_gate)
        {
            DropUnneeded();
            unneeded = _kept.TryPeek(out var needed) ? needed.Sequence : _next;
        }
        await _store.PruneAsync(unneeded).ConfigureAwait(false);
    }

    private Task WriteAsync(AccountId validator, JournalEntry? entry, ulong? tenure = null)
    {
        var waiting = new Waiting(validator, entry, tenure, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waiting.Add(waiting);
            if (_isWriting)
                return waiting.Written.Task;
            _isWriting = true;
        }
        _ = WriteAllAsync();
        return waiting.Written.Task;
    }

    private async Task WriteAllAsync()
    {
        while (true)
        {
            List<Waiting> batch;
            List<BlockEntry> blocks = [];
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _isWriting = false;
                    return;
                }
                (batch, _waiting) = (_waiting, []);
                // Who claims after this finds in RecordsOf whatever is let through here.
                Refuse(batch.Where(IsSuperseded));
                batch.RemoveAll(IsSuperseded);
                foreach (Waiting waiting in batch)
                {
                    foreach (JournalEntry entry in waiting.Entry is { } written ? [written] : Anew(waiting.Validator))
                    {
                        byte[] bytes = Scale.Encode(entry);
                        Keep(_next, entry, bytes.Length);
                        blocks.Add(new BlockEntry(_next++, bytes));
                    }
                }
            }
            if (blocks.Count == 0)
                continue;
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

    private bool IsSuperseded(Waiting waiting) => waiting.Tenure is { } tenure && tenure != _tenures.GetValueOrDefault(waiting.Validator);

    private static void Refuse(IEnumerable<Waiting> superseded)
    {
        foreach (Waiting waiting in superseded)
            waiting.Written.SetException(new InvalidOperationException($"{waiting.Validator} votes elsewhere in this process: it must not contradict itself."));
    }

    /// <summary>All of a validator's part in as few entries as can hold it, which make those before them unneeded.</summary>
    private JournalEntry[] Anew(AccountId validator)
    {
        Part part = _parts[validator];
        JournalEntry[] entries = [.. part.Records.Chunk(GrainLimits.JournalRecords).Select(records => new JournalEntry(validator, part.Genesis, [.. records]))];
        part.Records.Clear();
        part.RewrittenAt = _next;
        return entries.Length > 0 ? entries : [new JournalEntry(validator, part.Genesis, [])];
    }

    private void Keep(ulong sequence, JournalEntry entry, int bytes)
    {
        _kept.Enqueue((sequence, entry.Validator, entry.Records.IsEmpty ? 0 : entry.Records.Max(record => record.Iteration), bytes));
        _keptBytes += bytes;
        if (!_parts.TryGetValue(entry.Validator, out Part? part))
            _parts.Add(entry.Validator, part = new Part());
        // What was signed on another chain says nothing about this one.
        if (part.Genesis != entry.Genesis)
            part.Records.Clear();
        part.Genesis = entry.Genesis;
        part.Records.AddRange(entry.Records);
    }

    private void DropUnneeded()
    {
        while (_kept.TryPeek(out var oldest) && _parts[oldest.Validator] is var part
            && (oldest.Sequence < part.RewrittenAt || oldest.Iteration < part.ForgottenBefore))
        {
            _keptBytes -= _kept.Dequeue().Bytes;
        }
    }

    /// <summary>One validator's part of the journal.</summary>
    private sealed class Part
    {
        /// <summary>The chain of the newest entry; zero before the validator has signed anything.</summary>
        public Hash256 Genesis { get; set; }

        public List<ConsensusRecord> Records { get; } = [];

        public ulong ForgottenBefore { get; set; }

        public ulong RewrittenAt { get; set; }
    }

    /// <summary>What waits to be written; without an entry, the validator's part anew; without a tenure, whoever votes for it.</summary>
    private sealed record Waiting(AccountId Validator, JournalEntry? Entry, ulong? Tenure, TaskCompletionSource Written);

    /// <summary>What one validator has written at once.</summary>
    private sealed record JournalEntry(AccountId Validator, Hash256 Genesis, ImmutableArray<ConsensusRecord> Records) : IScaleValue<JournalEntry>
    {
        public void Encode(ScaleWriter writer)
        {
            writer.Write(Validator);
            writer.Write(Genesis);
            writer.WriteVector(Records.AsSpan());
        }

        public static JournalEntry Decode(ref ScaleReader reader) => new(
            AccountId.Decode(ref reader), Hash256.Decode(ref reader), [.. reader.ReadVector<ConsensusRecord>(GrainLimits.JournalRecords)]);
    }
}
