using Cess.BlockStore.Files;

namespace Cess.Blobs.Packs;

/// <summary>A live record on its way to another pack.</summary>
internal readonly record struct MovedRecord(PackRecord Record, byte[] Bytes);

/// <summary>Goes through a pack and finds, a piece at a time, the records that the index still points to.</summary>
internal sealed class PackCompaction(Pack pack, PackIndex index)
{
    private readonly PackScan _scan = new(pack.Header, pack.File);
    private IAsyncEnumerator<FoundRecord>? _records;
    private List<MovedRecord> _piece = [];

    /// <summary>The next live records, at most a batch of them, until <see cref="Confirm"/> the same ones; none at the end.</summary>
    public async ValueTask<IReadOnlyList<MovedRecord>> NextAsync()
    {
        // What was deleted or replaced since a move that found no room must not be moved now.
        _piece.RemoveAll(moved => index.Find(moved.Record.Name)?.Pack != pack);
        if (_piece.Count > 0)
            return _piece;
        _records ??= _scan.ReadAsync(mayBeTorn: false).GetAsyncEnumerator();
        long bytes = 0;
        while (bytes < BlobLimits.PackBatchBytes && await _records.MoveNextAsync())
        {
            FoundRecord found = _records.Current;
            if (index.Find(found.Record.Name) is not { } entry || entry.Pack != pack || entry.Offset != found.Offset)
                continue;
            byte[] copy = (await _scan.BytesAsync(found)).ToArray();
            _piece.Add(new MovedRecord(found.Record, copy));
            bytes += copy.Length;
        }
        return _piece;
    }

    /// <summary>Says that the piece lies in another pack now.</summary>
    public void Confirm() => _piece = [];
}
