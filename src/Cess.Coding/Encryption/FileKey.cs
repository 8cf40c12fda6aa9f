namespace Cess.Coding;

/// <summary>Sizes of a file's secrets, and how they are made.</summary>
public static class FileKey
{
    /// <summary>Bytes of a file key.</summary>
    public const int Bytes = 32;

    /// <summary>Bytes of a part's salt. The salt is public; it stands beside the part's length.</summary>
    public const int PartSaltBytes = 16;

    /// <summary>A new file key. The caller erases it when done.</summary>
    /// <param name="random">Where it comes from.</param>
    /// <returns>32 bytes, pinned so that the collector makes no copies.</returns>
    public static byte[] New(IRandomSource random)
    {
        byte[] key = GC.AllocateUninitializedArray<byte>(Bytes, pinned: true);
        random.Fill(key);
        return key;
    }
}
