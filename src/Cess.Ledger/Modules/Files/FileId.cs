using Cess.Primitives;

namespace Cess.Ledger.Modules.Files;

/// <summary>
/// Names a file for ever: the id of the transaction that declared it, or of its place in that transaction's batch. Whoever
/// declares knows it before the declaration is in a block, and no two files share one.
/// </summary>
/// <param name="Hash">The transaction's id; for a call within a batch, see <see cref="InBatch"/>.</param>
public readonly record struct FileId(Hash256 Hash) : IComparable<FileId>, IScaleValue<FileId>
{
    private static ReadOnlySpan<byte> BatchDomain => "cess/batch-call/1"u8;

    /// <summary>
    /// The file that a call of a batch declares: SHA-256 of <c>"cess/batch-call/1" ‖ transaction id ‖ compact(index)</c>.
    /// </summary>
    /// <param name="transactionId">The transaction that carries the batch.</param>
    /// <param name="index">The call's place in the batch, from 0.</param>
    public static FileId InBatch(Hash256 transactionId, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        using ScaleWriter writer = new();
        writer.WriteFixed(BatchDomain);
        writer.Write(transactionId);
        writer.WriteCompact((ulong)index);
        return new FileId(Hash256.Sha256(writer.WrittenSpan));
    }

    /// <inheritdoc/>
    public int CompareTo(FileId other) => Hash.CompareTo(other.Hash);

    /// <summary>Writes the 32 bytes.</summary>
    public void Encode(ScaleWriter writer) => writer.Write(Hash);

    /// <summary>Reads 32 bytes.</summary>
    public static FileId Decode(ref ScaleReader reader) => new(Hash256.Decode(ref reader));

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => Hash.ToString();

    /// <summary>Order as bytes.</summary>
    public static bool operator <(FileId left, FileId right) => left.Hash < right.Hash;

    /// <summary>Order as bytes.</summary>
    public static bool operator >(FileId left, FileId right) => left.Hash > right.Hash;

    /// <summary>Order as bytes.</summary>
    public static bool operator <=(FileId left, FileId right) => left.Hash <= right.Hash;

    /// <summary>Order as bytes.</summary>
    public static bool operator >=(FileId left, FileId right) => left.Hash >= right.Hash;
}
