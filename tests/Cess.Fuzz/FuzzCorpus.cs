namespace Cess.Fuzz;

/// <summary>Inputs that guided runs have found and that are kept: <c>Corpus/TARGET.hex</c>, one a line, in hexadecimal digits.</summary>
internal static class FuzzCorpus
{
    /// <summary>Bytes of inputs that are kept of a target.</summary>
    private const int BytesMax = 2 << 10;
    private const string Folder = "Corpus";
    private const string End = ".hex";

    /// <summary>What is kept of a target; nothing for one that has no file.</summary>
    public static IReadOnlyList<byte[]> Read(string target)
    {
        string file = Path.Combine(AppContext.BaseDirectory, Folder, target + End);
        return File.Exists(file) ? [.. File.ReadLines(file).Select(Convert.FromHexString)] : [];
    }

    /// <summary>Gives a copy of the program what this one begins with.</summary>
    public static void CopyTo(string program)
    {
        DirectoryInfo copies = Directory.CreateDirectory(Path.Combine(program, Folder));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, Folder)))
            File.Copy(file, Path.Combine(copies.FullName, Path.GetFileName(file)));
    }

    /// <summary>Writes a target's file anew, with as many of the inputs as there is room for.</summary>
    public static void Write(string folder, string target, IEnumerable<byte[]> inputs)
    {
        Directory.CreateDirectory(folder);
        int bytes = 0;
        File.WriteAllLines(
            Path.Combine(folder, target + End),
            inputs.Where(input => input.Length > 0).TakeWhile(input => (bytes += input.Length) <= BytesMax).Select(Convert.ToHexStringLower));
    }
}
