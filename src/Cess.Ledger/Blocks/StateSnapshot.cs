using System.Buffers;
using System.Buffers.Binary;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>
/// A whole ledger state as a stream of bytes, for a restart without replaying all blocks. What is read is checked against
/// the header's state root; that the header is final is the reader's to check. Bytes: docs/format/ledger.md.
/// </summary>
public static class StateSnapshot
{
    private const int HeaderBytesMax = 1024;

    /// <summary>Bytes that are gathered before they are written.</summary>
    private const int PieceBytes = 64 * 1024;

    /// <summary>Bytes of a value that are made room for before any of them has come.</summary>
    private const int ValueBytesAtFirst = 16 * 1024;

    private static ReadOnlySpan<byte> Magic => "CESSSNP1"u8;

    /// <summary>Writes a state. Takes a few kilobytes of memory beside it, and the largest value once more.</summary>
    public static async ValueTask WriteAsync(LedgerState state, Stream stream, CancellationToken cancellation = default)
    {
        ArrayBufferWriter<byte> piece = new(PieceBytes);
        byte[] header = Scale.Encode(state.Header);
        piece.Write(Magic);
        WriteHash(piece, state.Genesis);
        WriteU32(piece, (uint)header.Length);
        piece.Write(header);
        BinaryPrimitives.WriteUInt64LittleEndian(piece.GetSpan(sizeof(ulong)), (ulong)state.Tree.Count);
        piece.Advance(sizeof(ulong));

        foreach (KeyValuePair<StateKey, ReadOnlyMemory<byte>> entry in state.Tree.Walk())
        {
            entry.Key.WriteTo(piece.GetSpan(StateKey.Size));
            piece.Advance(StateKey.Size);
            WriteU32(piece, (uint)entry.Value.Length);
            piece.Write(entry.Value.Span);
            if (piece.WrittenCount < PieceBytes)
                continue;
            await stream.WriteAsync(piece.WrittenMemory, cancellation);
            piece.ResetWrittenCount();
        }
        await stream.WriteAsync(piece.WrittenMemory, cancellation);
    }

    /// <summary>Reads a state; leaves the stream behind it.</summary>
    /// <exception cref="LedgerException"><see cref="ChainError.SnapshotInvalid"/>.</exception>
    public static LedgerState Read(Stream stream, IParallelFor? parallel = null)
    {
        StateTreeBuilder builder = StateTree.Empty.ToBuilder();
        return Refusing(() =>
        {
            (Hash256 genesis, BlockHeader header) = ReadHead(stream);
            ReadEntries(stream, builder.Set);
            StateTree tree = builder.ToTree(parallel);
            ThrowIfNot(tree.Root, header);
            return new LedgerState(genesis, header, tree);
        });
    }

    /// <summary>
    /// Reads a snapshot to its end for nothing but to check it: that it is of this very block and chain, its entries give the block's
    /// state root, and nothing follows. Takes memory for one entry, whatever comes.
    /// </summary>
    /// <param name="stream">Bytes of any origin.</param>
    /// <param name="genesis">Hash of the chain's genesis.</param>
    /// <param name="header">The block, which is known to be final.</param>
    /// <exception cref="LedgerException"><see cref="ChainError.SnapshotInvalid"/>.</exception>
    public static void Check(Stream stream, Hash256 genesis, BlockHeader header)
    {
        StateRootBuilder root = new();
        Refusing(() =>
        {
            if (ReadHead(stream) != (genesis, header))
                throw new LedgerException(ChainError.SnapshotInvalid, "it is of another block, or of another chain.");
            ReadEntries(stream, (key, value) => root.TryAdd(key, value));
            ThrowIfNot(root.Root, header);
            return stream.ReadByte() < 0
                ? true
                : throw new LedgerException(ChainError.SnapshotInvalid, "there is more after its last entry.");
        });
    }

    private static T Refusing<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ScaleException or EndOfStreamException or ArgumentException)
        {
            throw new LedgerException(ChainError.SnapshotInvalid, e.Message, e);
        }
    }

    private static (Hash256 Genesis, BlockHeader Header) ReadHead(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        stream.ReadExactly(bytes[..Magic.Length]);
        if (!bytes[..Magic.Length].SequenceEqual(Magic))
            throw new LedgerException(ChainError.SnapshotInvalid, "it does not start with the mark of a snapshot.");

        stream.ReadExactly(bytes);
        return (Hash256.FromBytes(bytes), Scale.Decode<BlockHeader>(ReadBytes(stream, HeaderBytesMax)));
    }

    private static void ReadEntries(Stream stream, Action<StateKey, byte[]> take)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        stream.ReadExactly(bytes[..sizeof(ulong)]);
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        StateKey previous = default;
        for (ulong i = 0; i < count; i++)
        {
            stream.ReadExactly(bytes);
            StateKey key = new(Hash256.FromBytes(bytes));
            if (i > 0 && key <= previous)
                throw new LedgerException(ChainError.SnapshotInvalid, $"key {key} is not in ascending order.");
            take(key, ReadBytes(stream, LedgerLimits.StateValueBytesMax));
            previous = key;
        }
    }

    private static void ThrowIfNot(Hash256 root, BlockHeader header)
    {
        if (root != header.StateRoot)
            throw new LedgerException(ChainError.SnapshotInvalid, "its entries do not give its header's state root.");
    }

    private static void WriteHash(ArrayBufferWriter<byte> writer, Hash256 hash)
    {
        hash.WriteTo(writer.GetSpan(Hash256.Size));
        writer.Advance(Hash256.Size);
    }

    private static void WriteU32(ArrayBufferWriter<byte> writer, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(sizeof(uint)), value);
        writer.Advance(sizeof(uint));
    }

    private static byte[] ReadBytes(Stream stream, int lengthMax)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        stream.ReadExactly(length);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (count > (uint)lengthMax)
            throw new LedgerException(ChainError.SnapshotInvalid, $"{count} bytes where {lengthMax} are allowed.");

        // Grows with what is there, not with what is announced.
        byte[] bytes = new byte[Math.Min(count, ValueBytesAtFirst)];
        stream.ReadExactly(bytes);
        for (int done = bytes.Length; done < count; done = bytes.Length)
        {
            Array.Resize(ref bytes, (int)Math.Min(count, 2L * done));
            stream.ReadExactly(bytes.AsSpan(done));
        }

        return bytes;
    }
}
