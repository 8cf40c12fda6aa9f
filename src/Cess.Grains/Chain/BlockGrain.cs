using Cess.BlockStore;

namespace Cess.Grains.Chain;

/// <summary>Reads one final block. It never changes, so it is read once and kept while it is asked for.</summary>
public sealed class BlockGrain(IBlockStore store, ILedgerReader ledger) : Grain, IBlockGrain
{
    private StoredBlock? _block;

    /// <inheritdoc/>
    public async Task<StoredBlock?> GetAsync()
    {
        if (_block is not null)
            return _block;
        ulong height = (ulong)this.GetPrimaryKeyLong();
        if (height == 0 || height > ledger.Head.Height || height < store.First)
            return null;
        return _block = new StoredBlock(height, await store.ReadAsync(height));
    }
}
