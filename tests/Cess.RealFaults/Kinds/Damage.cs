namespace Cess.RealFaults.Kinds;

/// <summary>A way in which a file can go bad.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Apply">Changes the bytes of a file; what it gives back is what is there then.</param>
internal sealed record Damage(string Name, Func<byte[], Random, byte[]> Apply)
{
    private const int HeadBytes = 16;
    private const int TailBytesMax = 9;
    private const int PageBytes = 4_096;

    /// <summary>All ways.</summary>
    public static IReadOnlyList<Damage> All { get; } =
    [
        new("a changed byte", (bytes, random) => Change(bytes, random.Next(bytes.Length), 1, random)),
        new("half of it", (bytes, _) => bytes[..(bytes.Length / 2)]),
        new("a changed byte at the beginning", (bytes, random) => Change(bytes, random.Next(Math.Min(HeadBytes, bytes.Length)), 1, random)),
        new("nothing", (_, _) => []),
        new("a missing end", (bytes, random) => bytes[..Math.Max(0, bytes.Length - random.Next(1, TailBytesMax))]),
        new("a page of something else", (bytes, random) => Change(bytes, random.Next(bytes.Length) / PageBytes * PageBytes, PageBytes, random)),
        new("something behind its end", (bytes, random) => [.. bytes, .. RandomBytes(PageBytes, random)]),
        new("other bytes", (bytes, random) => RandomBytes(bytes.Length, random)),
    ];

    /// <summary>Damages a file; an empty one gets something.</summary>
    public void ApplyTo(string path, Random random)
    {
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes.Length == 0 ? RandomBytes(PageBytes, random) : Apply(bytes, random));
    }

    private static byte[] Change(byte[] bytes, int at, int count, Random random)
    {
        byte[] changed = [.. bytes];
        for (int i = at; i < Math.Min(at + count, bytes.Length); i++)
            changed[i] ^= (byte)random.Next(1, 256);
        return changed;
    }

    private static byte[] RandomBytes(int count, Random random)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
