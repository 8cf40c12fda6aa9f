using System.Security.Cryptography;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>An entry of the state as the oracle has it.</summary>
/// <param name="Key">Where it stands.</param>
/// <param name="Name">Which collection and which entry of it, for people.</param>
/// <param name="Bytes">The record; null if there is none.</param>
internal readonly record struct OracleEntry(StateKey Key, string Name, byte[]? Bytes);

/// <summary>One of the collections of docs/format/ledger.md#state.</summary>
internal abstract class OracleTable(string name, byte module, byte collection)
{
    public string Name => name;

    /// <summary>What its keys begin with.</summary>
    public (byte Module, byte Collection) Prefix => (module, collection);

    /// <summary>All entries.</summary>
    public abstract IEnumerable<OracleEntry> Entries();

    /// <summary>The entries that were written or removed since this was last asked.</summary>
    public abstract IEnumerable<OracleEntry> TakeChanged();

    /// <summary>A record in words.</summary>
    public abstract string Describe(ReadOnlySpan<byte> record);

    /// <summary><c>module ‖ collection ‖ first 30 bytes of SHA-256(entry key)</c>.</summary>
    protected StateKey KeyOf(byte[] entry) => KeyOf([.. SHA256.HashData(entry).AsSpan(0, 30)], []);

    /// <summary><c>module ‖ collection ‖ first 8 bytes of SHA-256(group) ‖ first 22 bytes of SHA-256(group ‖ member)</c>.</summary>
    protected StateKey KeyOfMember(byte[] group, byte[] member) =>
        KeyOf(SHA256.HashData(group)[..8], SHA256.HashData([.. group, .. member])[..22]);

    private StateKey KeyOf(byte[] first, byte[] second) => new(Hash256.FromBytes([module, collection, .. first, .. second]));
}

/// <summary>A collection: a dictionary of records, which notes what changes.</summary>
internal sealed class OracleTable<TKey, TRecord> : OracleTable
    where TKey : notnull
    where TRecord : class, IScaleValue<TRecord>
{
    private readonly Dictionary<TKey, TRecord> _records = [];
    private readonly Dictionary<TKey, StateKey> _keys = [];
    private readonly HashSet<TKey> _changed = [];
    private readonly Func<TKey, StateKey> _keyOf;
    private readonly UndoLog _undo;

    /// <param name="undo">Where to note how to take changes back.</param>
    /// <param name="name">What a record of it is called.</param>
    /// <param name="module">Byte of the module.</param>
    /// <param name="collection">Byte of the collection.</param>
    /// <param name="entryKey">An entry's own key, as bytes.</param>
    public OracleTable(UndoLog undo, string name, byte module, byte collection, Func<TKey, byte[]> entryKey)
        : base(name, module, collection)
    {
        _undo = undo;
        _keyOf = key => KeyOf(entryKey(key));
    }

    /// <summary>A grouped collection.</summary>
    public OracleTable(UndoLog undo, string name, byte module, byte collection, Func<TKey, (byte[] Group, byte[] Member)> entryKey)
        : base(name, module, collection)
    {
        _undo = undo;
        _keyOf = key => KeyOfMember(entryKey(key).Group, entryKey(key).Member);
    }

    public IReadOnlyDictionary<TKey, TRecord> Records => _records;

    public TRecord? Find(TKey key) => _records.GetValueOrDefault(key);

    public void Set(TKey key, TRecord record) => Change(key, record);

    public void Remove(TKey key) => Change(key, null);

    public override IEnumerable<OracleEntry> Entries() => _records.Keys.Select(EntryOf);

    public override IEnumerable<OracleEntry> TakeChanged()
    {
        OracleEntry[] changed = [.. _changed.Select(EntryOf)];
        _changed.Clear();
        return changed;
    }

    public override string Describe(ReadOnlySpan<byte> record) =>
        Scale.TryDecode<TRecord>(record, out TRecord? value, out _) ? Words.Of(value) : Convert.ToHexStringLower(record);

    private void Change(TKey key, TRecord? record)
    {
        TRecord? before = Find(key);
        _undo.Add(() => Put(key, before));
        Put(key, record);
        _changed.Add(key);
    }

    private void Put(TKey key, TRecord? record)
    {
        if (record is null)
            _records.Remove(key);
        else
            _records[key] = record;
    }

    private OracleEntry EntryOf(TKey key)
    {
        if (!_keys.TryGetValue(key, out StateKey at))
            _keys.Add(key, at = _keyOf(key));
        return new OracleEntry(at, $"{Name} {key}".TrimEnd(), Find(key) is { } record ? Scale.Encode(record) : null);
    }
}

/// <summary>How to take back what a failed call has written.</summary>
internal sealed class UndoLog
{
    private readonly Stack<Action> _steps = new();

    public int Count => _steps.Count;

    public void Add(Action step) => _steps.Push(step);

    public void TakeBackTo(int count)
    {
        while (_steps.Count > count)
            _steps.Pop()();
    }

    public void Forget() => _steps.Clear();
}
