using Cess.Ledger;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>Signed transactions as nodes pass them on: a vector of byte vectors.</summary>
internal static class TransactionList
{
    private const int LengthBytesMax = 4;

    /// <summary>Encodes transactions, in as many lists as it takes.</summary>
    /// <exception cref="PeerException"><see cref="PeerError.TooLong"/>: a transaction is longer than the ledger allows.</exception>
    public static IEnumerable<byte[]> Encode(IReadOnlyList<ReadOnlyMemory<byte>> transactions)
    {
        int start = 0;
        int bytes = LengthBytesMax;
        for (int i = 0; i < transactions.Count; i++)
        {
            int length = transactions[i].Length;
            if (length > LedgerLimits.TransactionBytesMax)
                throw new PeerException(PeerError.TooLong, $"a transaction has {length} bytes where {LedgerLimits.TransactionBytesMax} are allowed.");
            if (i - start == PeerLimits.TransactionsPerFrameMax || bytes + LengthBytesMax + length > PeerLimits.TransactionsFrameBytesMax)
            {
                yield return Encode(transactions, start, i);
                start = i;
                bytes = LengthBytesMax;
            }

            bytes += LengthBytesMax + length;
        }

        if (start < transactions.Count)
            yield return Encode(transactions, start, transactions.Count);
    }

    /// <summary>The transactions, as parts of <paramref name="list"/>.</summary>
    /// <exception cref="ScaleException">The bytes are no such list within its bounds.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Decode(ReadOnlyMemory<byte> list)
    {
        ScaleReader reader = new(list.Span);
        ReadOnlyMemory<byte>[] transactions = new ReadOnlyMemory<byte>[reader.ReadCount(PeerLimits.TransactionsPerFrameMax)];
        for (int i = 0; i < transactions.Length; i++)
        {
            int length = reader.ReadBytes(LedgerLimits.TransactionBytesMax).Length;
            transactions[i] = list.Slice(reader.Offset - length, length);
        }

        reader.EnsureEnd();
        return transactions;
    }

    private static byte[] Encode(IReadOnlyList<ReadOnlyMemory<byte>> transactions, int start, int end)
    {
        using ScaleWriter writer = new();
        writer.WriteCount(end - start);
        for (int i = start; i < end; i++)
            writer.WriteBytes(transactions[i].Span);
        return writer.ToArray();
    }
}
