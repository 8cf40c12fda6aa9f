using Cess.Gateway.Rest.Chain.History;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Gateway.Rest.Chain;

/// <summary>Where a transaction stands.</summary>
/// <param name="Height">The block.</param>
/// <param name="Index">Its place in the block, from 0.</param>
internal readonly record struct TransactionPlace(ulong Height, int Index)
{
    public bool IsBefore(TransactionPlace other) => (Height, Index).CompareTo((other.Height, other.Index)) < 0;
}

/// <summary>
/// Finds the newest blocks by hash and their transactions by id. In memory, and filled when it is asked: with what became final since,
/// so what was acknowledged is found; then from the newest block back, no further than need be, one block a turn, so that nobody waits
/// while another's look-up reads old ones. For use by any number of callers.
/// </summary>
internal sealed class ChainIndex(
    ILedgerReader ledger, IBlockArchive archive, INodeGrains grains, int blocksMax, int transactionsMax) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<Hash256, ulong> _blocks = [];
    private readonly Dictionary<Hash256, TransactionPlace> _transactions = [];
    private readonly LinkedList<(Hash256 Hash, Hash256[] Transactions)> _order = [];
    private ulong _height;
    private bool _isFull;

    /// <summary>Height of the block of this hash; null when it is not among the newest.</summary>
    public ValueTask<ulong?> FindBlockAsync(Hash256 hash) =>
        FindAsync<ulong>(() => _blocks.TryGetValue(hash, out ulong height) ? height : null, above: 0);

    /// <summary>Where a transaction stands; null when it is not in one of the newest blocks.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="above">No block is read up to this height; what of them is in memory is looked through all the same.</param>
    public ValueTask<TransactionPlace?> FindTransactionAsync(Hash256 id, ulong above = 0) =>
        FindAsync<TransactionPlace>(() => _transactions.TryGetValue(id, out TransactionPlace place) ? place : null, above);

    public void Dispose() => _turn.Dispose();

    private async ValueTask<T?> FindAsync<T>(Func<T?> find, ulong above)
        where T : struct
    {
        while (true)
        {
            await _turn.WaitAsync();
            try
            {
                CatchUp();
                if (find() is { } found)
                    return found;
                if (!await ReadBackAsync(above))
                    return null;
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    /// <summary>Takes in what became final since. Where memory no longer has all of that, the index begins anew at the head.</summary>
    private void CatchUp()
    {
        ulong head = ledger.Head.Height;
        if (_order.Count > 0 && head == _height)
            return;
        if (_order.Count > 0 && ledger.Above(_height) is { } recent)
        {
            foreach (FinalBlock block in recent)
                AddNewest(block.Block.Block);
            return;
        }

        _blocks.Clear();
        _transactions.Clear();
        _order.Clear();
        (_height, _isFull) = (head, false);
    }

    /// <summary>Takes in the block before the oldest that is here; false if there is none to take.</summary>
    private async ValueTask<bool> ReadBackAsync(ulong above)
    {
        // Block 0 follows from the genesis: it has no transactions, and nobody stores it.
        ulong height = _height - (ulong)_order.Count;
        if (_isFull || height <= above || archive.First is not { } first || height < Math.Max(first, 1) || _order.Count >= blocksMax)
            return false;
        Block block = ledger.Above(height - 1) is [{ } recent, ..]
            ? recent.Block.Block
            : Scale.Decode<BlockRecord>((await grains.GetBlockAsync(height)
                ?? throw new InvalidOperationException($"Block {height} is final, but cannot be read.")).Record.Span).Block;

        // The newest block always stays, however many transactions it has.
        _isFull = _order.Count > 0 && _transactions.Count + block.Transactions.Length > transactionsMax;
        if (!_isFull)
            _order.AddFirst(Index(block));
        return !_isFull;
    }

    private void AddNewest(Block block)
    {
        _height = block.Header.Height;
        _order.AddLast(Index(block));
        while (_order.Count > 1 && (_order.Count > blocksMax || _transactions.Count > transactionsMax))
        {
            (Hash256 oldHash, Hash256[] oldIds) = _order.First!.Value;
            _order.RemoveFirst();
            _blocks.Remove(oldHash);
            foreach (Hash256 id in oldIds)
                _transactions.Remove(id);
            _isFull = true;
        }
    }

    private (Hash256 Hash, Hash256[] Transactions) Index(Block block)
    {
        Hash256 hash = block.Header.ComputeHash();
        Hash256[] ids = new Hash256[block.Transactions.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = block.Transactions[i].Id;
            _transactions[ids[i]] = new TransactionPlace(block.Header.Height, i);
        }

        _blocks[hash] = block.Header.Height;
        return (hash, ids);
    }
}
