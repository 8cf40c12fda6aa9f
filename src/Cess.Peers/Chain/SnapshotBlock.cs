using System.Buffers.Binary;
using Cess.Ledger;

namespace Cess.Peers;

/// <summary>What an answer with a snapshot begins with: the record of the block, behind its length (u32).</summary>
internal static class SnapshotBlock
{
    /// <summary>Bytes of the record that are made room for before any of them has come.</summary>
    private const int BytesAtFirst = 64 * 1024;

    /// <exception cref="PeerException"><see cref="PeerError.TooLong"/>, <see cref="PeerError.Malformed"/>.</exception>
    public static async Task<byte[]> ReadAsync(Stream content, CancellationToken cancellation)
    {
        try
        {
            byte[] length = new byte[sizeof(uint)];
            await content.ReadExactlyAsync(length, cancellation);
            uint announced = BinaryPrimitives.ReadUInt32LittleEndian(length);
            if (announced > LedgerLimits.BlockRecordBytesMax)
                throw new PeerException(PeerError.TooLong, $"a snapshot's block has {announced} bytes.");

            // Grows with what has come, not with what is announced.
            byte[] record = new byte[Math.Min(announced, BytesAtFirst)];
            await content.ReadExactlyAsync(record, cancellation);
            for (int done = record.Length; done < announced; done = record.Length)
            {
                Array.Resize(ref record, (int)Math.Min(announced, 2L * done));
                await content.ReadExactlyAsync(record.AsMemory(done), cancellation);
            }

            return record;
        }
        catch (EndOfStreamException e)
        {
            throw new PeerException(PeerError.Malformed, "a snapshot ends within its block.", e);
        }
    }
}
