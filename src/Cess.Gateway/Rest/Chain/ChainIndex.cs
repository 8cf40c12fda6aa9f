using Cess.Gateway.Rest.Chain.History;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Transactions;
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
/// Finds the newest blocks by hash and their transactions by id. In memory, and filled when it is asked: each look-up first
/// catches up with the head, so what was acknowledged is found. For use by any number of callers.
/// </summary>
internal sealed class ChainIndex(
    ILedgerReader ledger, IBlockArchive archive, INodeGrains grains, int blocksMax, int transactionsMax) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<Hash256, ulong> _blocks = [];
    private readonly Dictionary<Hash256, TransactionPlace> _transactions = [];
    private readonly Queue<(Hash256 Hash, Hash256[] Transactions)> _order = [];
    private ulong _height;

    /// <summary>Height of the block of this hash; null when it is not among the newest.</summary>
    public async ValueTask<ulong?> FindBlockAsync(Hash256 hash)
    {
        await _turn.WaitAsync();
        try
        {
            await CatchUpAsync();
            return _blocks.TryGetValue(hash, out ulong height) ? height : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Where a transaction stands; null when it is not in one of the newest blocks.</summary>
    public async ValueTask<TransactionPlace?> FindTransactionAsync(Hash256 id)
    {
        await _turn.WaitAsync();
        try
        {
            await CatchUpAsync();
            return _transactions.TryGetValue(id, out TransactionPlace place) ? place : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask CatchUpAsync()
    {
        ulong head = ledger.Head.Height;

        // Block 0 follows from the genesis: it has no transactions, and nobody stores it.
        ulong oldest = head > (ulong)blocksMax ? head - (ulong)blocksMax + 1 : 1;
        ulong next = Math.Max(_height + 1, Math.Max(oldest, archive.FirstHeight()));
        if (next > head)
            return;

        if (ledger.Above(next - 1) is { } recent)
        {
            foreach (FinalBlock block in recent)
                Add(block.Block.Block);
            return;
        }

        for (ulong height = next; height <= head; height++)
        {
            StoredBlock stored = await grains.GetBlockAsync(height)
                ?? throw new InvalidOperationException($"Block {height} is final, but cannot be read.");
            Add(Scale.Decode<BlockRecord>(stored.Record.Span).Block);
        }
    }

    private void Add(Block block)
    {
        ulong height = block.Header.Height;
        Hash256 hash = block.Header.ComputeHash();
        Hash256[] ids = new Hash256[block.Transactions.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            SignedTransaction transaction = block.Transactions[i];
            ids[i] = transaction.Id;
            _transactions[transaction.Id] = new TransactionPlace(height, i);
        }

        _blocks[hash] = height;
        _order.Enqueue((hash, ids));
        _height = height;

        // The newest block always stays, however many transactions it has.
        while (_order.Count > 1 && (_order.Count > blocksMax || _transactions.Count > transactionsMax))
        {
            (Hash256 oldHash, Hash256[] oldIds) = _order.Dequeue();
            _blocks.Remove(oldHash);
            foreach (Hash256 id in oldIds)
                _transactions.Remove(id);
        }
    }
}
