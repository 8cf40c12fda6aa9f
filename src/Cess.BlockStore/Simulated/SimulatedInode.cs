namespace Cess.BlockStore.Simulated;

/// <summary>
/// A file's bytes as its readers see them, and the changes that were not synced, with what they changed, so that any part of
/// them can be undone.
/// </summary>
internal sealed class SimulatedInode(byte[] content)
{
    private const int SectorBytes = 512;
    private readonly List<Unsynced> _unsynced = [];
    private byte[] _bytes = content;
    private int _length = content.Length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public void Write(int offset, byte[] written)
    {
        if (written.Length == 0)
            return;
        int overwritten = Math.Clamp(_length - offset, 0, written.Length);
        byte[] former = overwritten == 0 ? [] : _bytes.AsSpan(offset, overwritten).ToArray();
        _unsynced.Add(new Unsynced(offset, written, former, _length));
        Apply(offset, written);
    }

    public void SetLength(int length)
    {
        byte[] former = length < _length ? _bytes.AsSpan(length, _length - length).ToArray() : [];
        _unsynced.Add(new Unsynced(length, null, former, _length));
        Cut(length);
    }

    public void Sync() => _unsynced.Clear();

    /// <summary>The file as a crash leaves it; this one is of no use afterwards.</summary>
    public SimulatedInode Survive(SurvivingWrites surviving, Random random)
    {
        if (surviving != SurvivingWrites.All)
        {
            foreach (Unsynced change in Enumerable.Reverse(_unsynced))
                Undo(change);
        }
        if (surviving == SurvivingWrites.Some)
            _unsynced.ForEach(change => ApplyPart(change, random));
        return new SimulatedInode(Bytes.ToArray());
    }

    private void ApplyPart(Unsynced change, Random random)
    {
        if (change.Written is not { } written)
        {
            if (random.Next(2) == 0)
                Cut(change.Offset);
            return;
        }
        int end = change.Offset + written.Length;
        if (random.Next(2) == 0)
            Cut(Math.Max(_length, end));
        for (int at = change.Offset, next; at < end; at = next)
        {
            next = Math.Min(((at / SectorBytes) + 1) * SectorBytes, end);
            if (random.Next(2) == 0)
                Apply(at, written.AsSpan(at - change.Offset, next - at));
        }
    }

    private void Undo(Unsynced change)
    {
        Cut(Math.Max(_length, change.FormerLength));
        change.Overwritten.CopyTo(_bytes.AsSpan(change.Offset));
        Cut(change.FormerLength);
    }

    private void Apply(int offset, ReadOnlySpan<byte> written)
    {
        Cut(Math.Max(_length, offset + written.Length));
        written.CopyTo(_bytes.AsSpan(offset));
    }

    private void Cut(int length)
    {
        if (length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(length, _bytes.Length * 2));
        if (length < _length)
            Array.Clear(_bytes, length, _length - length);
        _length = length;
    }

    /// <param name="Offset">Where bytes were written, or the length that was set.</param>
    /// <param name="Written">The bytes; null for a length that was set.</param>
    /// <param name="Overwritten">What stood there before.</param>
    /// <param name="FormerLength">The file's length before.</param>
    private readonly record struct Unsynced(int Offset, byte[]? Written, byte[] Overwritten, int FormerLength);
}
