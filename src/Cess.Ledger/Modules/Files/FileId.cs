using Cess.Primitives;

namespace Cess.Ledger.Modules.Files;

/// <summary>
/// Names a file for ever: the id of the transaction that declared it. Whoever declares knows it before the declaration is in
/// a block, and no two files share one.
/// </summary>
/// <param name="Hash">The transaction's id.</param>
public readonly record struct FileId(Hash256 Hash) : IComparable<FileId>, IScaleValue<FileId>
{
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
