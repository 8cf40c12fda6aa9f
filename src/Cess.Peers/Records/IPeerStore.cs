namespace Cess.Peers;

/// <summary>Keeps the book's records over a restart. Losing them costs nothing but another <c>--join</c>.</summary>
public interface IPeerStore
{
    /// <summary>What was saved last; null if nothing was.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    byte[]? Load();

    /// <summary>Replaces what was saved, whole or not at all. Not called twice at once.</summary>
    /// <exception cref="IOException">It can't be written; what was saved before is still there.</exception>
    void Save(ReadOnlySpan<byte> records);
}

/// <summary>A file that only its owner reads, replaced by renaming.</summary>
/// <param name="path">Where it lies; the folder exists.</param>
public sealed class PeerFile(string path) : IPeerStore
{
    /// <inheritdoc/>
    public byte[]? Load()
    {
        try
        {
            return new FileInfo(path).Length <= PeerLimits.RecordsBytesMax ? File.ReadAllBytes(path) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Save(ReadOnlySpan<byte> records)
    {
        string temporary = path + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (FileStream file = new(temporary, options))
        {
            file.Write(records);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>Keeps nothing: for nodes without a data folder, and tests.</summary>
public sealed class NoPeerStore : IPeerStore
{
    /// <inheritdoc/>
    public byte[]? Load() => null;

    /// <inheritdoc/>
    public void Save(ReadOnlySpan<byte> records)
    {
    }
}
