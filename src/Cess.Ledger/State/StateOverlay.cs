using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>
/// The state as one block changes it: records are read from the tree once, then kept decoded, and encoded once when the
/// block ends. A journal takes back what a failed call has written. Not for concurrent use.
/// </summary>
internal sealed class StateOverlay(StateTree tree)
{
    private readonly Dictionary<object, StateTable> _tables = new(ReferenceEqualityComparer.Instance);
    private readonly List<JournalEntry> _journal = [];

    /// <summary>A point to roll back to.</summary>
    public int Mark => _journal.Count;

    /// <summary>The records of a collection.</summary>
    public StateTable<TKey, TValue> Table<TKey, TValue>(StateCollection<TKey, TValue> collection)
        where TKey : IEquatable<TKey>
        where TValue : class, IScaleValue<TValue>
    {
        if (!_tables.TryGetValue(collection, out StateTable? table))
            _tables.Add(collection, table = new StateTable<TKey, TValue>(this, tree, collection));
        return (StateTable<TKey, TValue>)table;
    }

    /// <summary>Takes back all writes since <paramref name="mark"/>, the newest first.</summary>
    public void RollBack(int mark)
    {
        for (int i = _journal.Count - 1; i >= mark; i--)
            _journal[i].Restore();
        _journal.RemoveRange(mark, _journal.Count - mark);
    }

    /// <summary>Makes all writes so far final: they cannot be rolled back.</summary>
    public void Commit() => _journal.Clear();

    /// <summary>The tree with all writes.</summary>
    public StateTree ToTree(IParallelFor? parallel)
    {
        StateTreeBuilder builder = tree.ToBuilder();
        foreach (StateTable table in _tables.Values)
            table.WriteTo(builder);
        return builder.ToTree(parallel);
    }

    internal void Record(StateCell cell) => _journal.Add(new JournalEntry(cell, cell.Value, cell.IsChanged));

    private readonly record struct JournalEntry(StateCell Cell, object? Value, bool IsChanged)
    {
        public void Restore()
        {
            Cell.Value = Value;
            Cell.IsChanged = IsChanged;
        }
    }
}

/// <summary>One record: as it is now, and whether that differs from the tree.</summary>
internal sealed class StateCell(StateKey key, object? value)
{
    public readonly StateKey Key = key;
    public object? Value = value;
    public bool IsChanged;
}

/// <summary>A table, whatever its types.</summary>
internal abstract class StateTable
{
    public abstract void WriteTo(StateTreeBuilder builder);
}

/// <summary>The records of one collection, as one block changes them.</summary>
internal sealed class StateTable<TKey, TValue>(StateOverlay overlay, StateTree tree, StateCollection<TKey, TValue> collection)
    : StateTable
    where TKey : IEquatable<TKey>
    where TValue : class, IScaleValue<TValue>
{
    private readonly Dictionary<TKey, StateCell> _cells = [];

    /// <summary>The record now; null for none.</summary>
    public TValue? Get(TKey key) => (TValue?)Cell(key).Value;

    /// <summary>Writes a record.</summary>
    public void Set(TKey key, TValue value) => Write(key, value);

    /// <summary>Takes a record out.</summary>
    public void Remove(TKey key) => Write(key, null);

    public override void WriteTo(StateTreeBuilder builder)
    {
        // In any order: the tree's root does not depend on it.
        foreach (StateCell cell in _cells.Values)
        {
            if (!cell.IsChanged)
                continue;
            if (cell.Value is TValue value)
                builder.Set(cell.Key, Scale.Encode(value));
            else
                builder.Remove(cell.Key);
        }
    }

    /// <summary>Where a record stands: for whoever reads and writes it, one search for both.</summary>
    public StateCell Find(TKey key) => Cell(key);

    /// <summary>Writes a record where <see cref="Find"/> has found it.</summary>
    public void Replace(StateCell cell, TValue value) => Write(cell, value);

    private void Write(TKey key, TValue? value) => Write(Cell(key), value);

    private void Write(StateCell cell, TValue? value)
    {
        overlay.Record(cell);
        cell.Value = value;
        cell.IsChanged = true;
    }

    private StateCell Cell(TKey key)
    {
        if (_cells.TryGetValue(key, out StateCell? cell))
            return cell;

        StateKey stateKey = collection.KeyOf(key);
        cell = new StateCell(stateKey, tree.TryGet(stateKey, out ReadOnlyMemory<byte> bytes) ? Scale.Decode<TValue>(bytes.Span) : null);
        _cells.Add(key, cell);
        return cell;
    }
}
