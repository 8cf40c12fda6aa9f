using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cess.Ledger.Blocks;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest.Chain.History;

/// <summary>
/// Where every final transaction stands, by its id, by the account that sent it and by its parties: sorted runs in files for old
/// blocks, lists in memory for new ones. When there are enough in memory they become a run, and enough runs of one size become one
/// larger run, so a look-up asks few of them and an entry is written few times. One caller adds, one merges beside it, any number
/// look up.
/// </summary>
internal sealed class TransactionHistory : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly Hash256 _genesis;
    private readonly int _entriesMax;
    private readonly int _pauseEvery;
    private readonly List<HistoryEntry> _transactions;
    private readonly List<HistoryEntry> _senders;
    private readonly List<HistoryEntry> _parties = [];
    private readonly List<HistoryRun> _runs;
    private ulong _height;

    private TransactionHistory(string folder, Hash256 genesis, int entriesMax, int pauseEvery, List<HistoryRun> runs)
    {
        (_folder, _genesis, _entriesMax, _pauseEvery, _runs) = (folder, genesis, entriesMax, pauseEvery, runs);
        (_transactions, _senders) = (new List<HistoryEntry>(entriesMax), new List<HistoryEntry>(entriesMax));
        _height = RunsHeight;
    }

    /// <summary>Height up to which blocks are in it.</summary>
    public ulong Height
    {
        get
        {
            lock (_gate)
                return _height;
        }
    }

    /// <summary>Files that hold it.</summary>
    public int Runs
    {
        get
        {
            lock (_gate)
                return _runs.Count;
        }
    }

    /// <summary>Whether there are enough small runs for a larger one.</summary>
    public bool CanMerge => MergeableRuns().Length > 0;

    private ulong RunsHeight => _runs.Count == 0 ? 0 : _runs[^1].Last;

    /// <summary>
    /// Opens the history in a folder, checks its files, and removes what is not whole, of another chain, or left by a crash, and
    /// all that comes after: <see cref="Height"/> says from where to add blocks again.
    /// </summary>
    /// <param name="folder">Made if need be; only one history may have it open.</param>
    /// <param name="genesis">The chain's first hash.</param>
    /// <param name="head">Height of the newest block: what a file says of later ones is of blocks that this node has lost.</param>
    /// <param name="entriesMax">
    /// Most transactions in memory, at least as many as a block can have; and most parties, unless a single block has more.
    /// </param>
    /// <param name="pauseEvery">Entries that a merge writes between two pauses.</param>
    public static TransactionHistory Open(
        string folder, Hash256 genesis, ulong head, int entriesMax = RestLimits.HistoryEntriesInMemoryMax,
        int pauseEvery = RestLimits.HistoryEntriesBetweenPauses)
    {
        Directory.CreateDirectory(folder);
        var whole = new List<HistoryRun>();
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            if (!path.EndsWith(HistoryRun.NameEnd, StringComparison.Ordinal) && !path.EndsWith(HistoryRun.UnfinishedEnd, StringComparison.Ordinal))
                continue;
            if (path.EndsWith(HistoryRun.NameEnd, StringComparison.Ordinal) && HistoryRun.TryOpen(path, genesis) is { } run)
                whole.Add(run);
            else
                File.Delete(path);
        }
        // A crash can leave a run beside those that went into it: of those that begin where another ends the longest counts.
        var runs = new List<HistoryRun>();
        foreach (HistoryRun run in whole.OrderBy(run => run.First).ThenByDescending(run => run.Last))
        {
            if (run.First == (runs.Count == 0 ? 1 : runs[^1].Last + 1) && run.Last <= head)
                runs.Add(run);
            else
                Remove(run);
        }
        return new TransactionHistory(folder, genesis, entriesMax, pauseEvery, runs);
    }

    /// <summary>Adds the block that comes next.</summary>
    /// <param name="block">The block.</param>
    /// <param name="receipts">Its receipts, one a transaction.</param>
    /// <exception cref="InvalidOperationException">It doesn't come next.</exception>
    public void Add(Block block, ImmutableArray<Receipt> receipts)
    {
        if (block.Header.Height != Height + 1)
            throw new InvalidOperationException($"Block {block.Header.Height} came where {Height + 1} is next.");
        List<HistoryEntry> parties = TransactionParties.EntriesOf(block, receipts);
        if (_transactions.Count + block.Transactions.Length > _entriesMax || _parties.Count + parties.Count > _entriesMax
            || _height - RunsHeight >= RestLimits.HistoryBlocksInMemoryMax)
        {
            WriteRun();
        }
        lock (_gate)
        {
            _height = block.Header.Height;
            for (int i = 0; i < block.Transactions.Length; i++)
            {
                SignedTransaction transaction = block.Transactions[i];
                ulong place = HistoryEntry.PlaceOf(new TransactionPlace(_height, i));
                _transactions.Add(new HistoryEntry(HistoryEntry.KeyOf(transaction.Id), place));
                _senders.Add(new HistoryEntry(HistoryEntry.KeyOf(transaction.Unsigned.Account.Hash), place));
            }
            _parties.AddRange(parties);
        }
    }

    /// <summary>Blocks up to a height are not to be had, and pass for added.</summary>
    public void SkipTo(ulong height)
    {
        lock (_gate)
            _height = Math.Max(_height, height);
    }

    /// <summary>Where a transaction may stand: look, for others can have the same key.</summary>
    public List<TransactionPlace> Find(Hash256 id) =>
        Descending(HistoryKey.Transaction, HistoryEntry.KeyOf(id), ulong.MaxValue, WireLimits.HistoryPageMax);

    /// <summary>Where an account's transactions may stand, the newest first, none twice: look, for others can have the same key.</summary>
    /// <param name="account">The account.</param>
    /// <param name="role">What it has to do with them.</param>
    /// <param name="before">Only places before this one; null for the newest.</param>
    /// <param name="count">Most places.</param>
    public List<TransactionPlace> FindOf(AccountId account, AccountRole role, TransactionPlace? before, int count)
    {
        ulong below = before is { } place ? HistoryEntry.PlaceOf(place) : ulong.MaxValue;
        return role switch
        {
            AccountRole.Sender => In(HistoryKey.Sender),
            AccountRole.Party => In(HistoryKey.Party),
            // The first of both together are among the first of each. A place is in both only where two accounts share a key.
            _ => [.. In(HistoryKey.Sender).Union(In(HistoryKey.Party)).OrderByDescending(HistoryEntry.PlaceOf).Take(count)],
        };

        List<TransactionPlace> In(HistoryKey by) => Descending(by, HistoryEntry.KeyOf(account.Hash), below, count);
    }

    /// <summary>Makes a run of what is in memory.</summary>
    public void WriteRun()
    {
        if (_height == RunsHeight)
            return;
        // Only the one that adds comes here, so what is sorted doesn't change; look-ups scan it meanwhile in the order it has.
        HistoryEntry[] Sorted(HistoryKey by)
        {
            HistoryEntry[] entries = [.. Recent(by)];
            Array.Sort(entries);
            return entries;
        }
        HistoryRun run = HistoryRun.Write(_folder, _genesis, RunsHeight + 1, _height, _transactions.Count, _parties.Count, Sorted);
        lock (_gate)
        {
            _runs.Add(run);
            _transactions.Clear();
            _senders.Clear();
            _parties.Clear();
        }
    }

    /// <summary>Makes one larger run of small ones if there are enough of them, and says whether there were.</summary>
    /// <param name="pause">
    /// Called again and again on the way. What it throws ends the merge, of which the next opening removes what is left.
    /// </param>
    public bool Merge(Action? pause = null)
    {
        HistoryRun[] parts = MergeableRuns();
        if (parts.Length == 0)
            return false;
        HistoryRun whole = HistoryRun.Write(
            _folder, _genesis, parts[0].First, parts[^1].Last, parts.Sum(part => part.Transactions), parts.Sum(part => part.Parties),
            by => InOrder([.. parts.Select(part => part.All(by))], _pauseEvery, pause));
        lock (_gate)
        {
            int at = _runs.IndexOf(parts[0]);
            _runs.RemoveRange(at, parts.Length);
            _runs.Insert(at, whole);
        }
        foreach (HistoryRun part in parts)
            Remove(part);
        return true;
    }

    /// <summary>Closes the files. What was only in memory is added again after the next opening.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (HistoryRun run in _runs)
                run.Dispose();
            _runs.Clear();
        }
    }

    private static void Remove(HistoryRun run)
    {
        run.Dispose();
        File.Delete(run.Path);
    }

    private List<HistoryEntry> Recent(HistoryKey by) => by switch
    {
        HistoryKey.Transaction => _transactions,
        HistoryKey.Sender => _senders,
        _ => _parties,
    };

    private List<TransactionPlace> Descending(HistoryKey by, ulong key, ulong below, int count)
    {
        var places = new List<TransactionPlace>();
        lock (_gate)
        {
            ReadOnlySpan<HistoryEntry> recent = CollectionsMarshal.AsSpan(Recent(by));
            for (int i = recent.Length - 1; i >= 0 && places.Count < count; i--)
            {
                if (recent[i].Key == key && recent[i].Place < below)
                    places.Add(HistoryEntry.PlaceFrom(recent[i].Place));
            }
            for (int i = _runs.Count - 1; i >= 0 && places.Count < count; i--)
                places.AddRange(_runs[i].Descending(by, key, below).Take(count - places.Count).Select(HistoryEntry.PlaceFrom));
        }
        return places;
    }

    /// <summary>The newest runs that are up to a level, if there are enough of them; a level's runs are that factor larger.</summary>
    private HistoryRun[] MergeableRuns()
    {
        lock (_gate)
        {
            long levelMax = _entriesMax;
            for (int small = 0; small < _runs.Count; levelMax *= RestLimits.HistoryRunsMergedMin)
            {
                small = _runs.AsEnumerable().Reverse().TakeWhile(run => run.EntriesMost <= levelMax).Count();
                if (small >= RestLimits.HistoryRunsMergedMin)
                    return [.. _runs[^small..]];
            }
            return [];
        }
    }

    private static IEnumerable<HistoryEntry> InOrder(IEnumerable<HistoryEntry>[] parts, int pauseEvery, Action? pause)
    {
        int count = 0;
        var next = new PriorityQueue<IEnumerator<HistoryEntry>, HistoryEntry>(parts.Length);
        foreach (IEnumerable<HistoryEntry> part in parts)
        {
            IEnumerator<HistoryEntry> entries = part.GetEnumerator();
            if (entries.MoveNext())
                next.Enqueue(entries, entries.Current);
        }
        while (next.TryPeek(out IEnumerator<HistoryEntry>? least, out HistoryEntry entry))
        {
            yield return entry;
            if (++count % pauseEvery == 0)
                pause?.Invoke();
            if (least.MoveNext())
                next.DequeueEnqueue(least, least.Current);
            else
                next.Dequeue();
        }
    }
}
