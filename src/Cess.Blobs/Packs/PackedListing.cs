namespace Cess.Blobs.Packs;

/// <summary>Goes through the packed blobs in order, a batch at a time, as they are when each batch is taken.</summary>
internal sealed class PackedListing(Func<PackedBlobs?> packs, string prefix, string after)
{
    private string _last = after;
    private List<BlobInfo> _batch = [];
    private int _next;

    public BlobInfo Current { get; private set; }

    public bool MoveNext()
    {
        if (_next == _batch.Count)
        {
            (_batch, _next) = (packs()?.ListAfter(prefix, _last) ?? [], 0);
            if (_batch.Count == 0)
                return false;
            _last = _batch[^1].Name.Value;
        }
        Current = _batch[_next++];
        return true;
    }
}
