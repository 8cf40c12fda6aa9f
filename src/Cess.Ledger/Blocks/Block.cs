using System.Collections.Immutable;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>A header and the transactions that it commits to.</summary>
/// <param name="Header">The header.</param>
/// <param name="Transactions">In the order of execution.</param>
public sealed record Block(BlockHeader Header, ImmutableArray<SignedTransaction> Transactions) : IScaleValue<Block>
{
    /// <summary>The Merkle root (RFC 6962) over the transactions' bytes, one leaf each.</summary>
    public static Hash256 TransactionsRootOf(ReadOnlySpan<SignedTransaction> transactions)
    {
        Hash256[] leaves = new Hash256[transactions.Length];
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = MerkleTree.LeafHash(transactions[i].Bytes.Span);
        return MerkleTree.RootOfLeafHashes(leaves);
    }

    /// <summary>True if the transactions are those that the header commits to.</summary>
    public bool HasItsTransactions() => TransactionsRootOf(Transactions.AsSpan()) == Header.TransactionsRoot;

    /// <summary>Writes the header, then the transactions, each with its length before it.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Header);
        writer.WriteCount(Transactions.Length);
        foreach (SignedTransaction transaction in Transactions)
            writer.WriteBytes(transaction.Bytes.Span);
    }

    /// <summary>Reads a block; checks bounds, not roots.</summary>
    public static Block Decode(ref ScaleReader reader)
    {
        BlockHeader header = reader.Read<BlockHeader>();
        int start = reader.Offset;
        int count = reader.ReadCount(LedgerLimits.BlockTransactionsMax);
        ImmutableArray<SignedTransaction>.Builder transactions = ImmutableArray.CreateBuilder<SignedTransaction>(count);
        int bytes = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> transaction = reader.ReadBytes(LedgerLimits.TransactionBytesMax);
            bytes += transaction.Length;
            if (bytes > LedgerLimits.BlockTransactionBytesMax)
                throw new ScaleException(ScaleError.TooLong, start, "the block's transactions are too long together.");
            transactions.Add(SignedTransaction.Decode(transaction.ToArray()));
        }

        return new Block(header, transactions.MoveToImmutable());
    }
}
