namespace Cess.TestNetwork;

/// <summary>A folder of its own that goes away with everything in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Makes one below the system's temporary folder.</summary>
    public TemporaryFolder() => Root = Directory.CreateTempSubdirectory("cess-test-").FullName;

    /// <summary>Its full path.</summary>
    public string Root { get; }

    /// <summary>A path in it.</summary>
    public string this[string name] => Path.Combine(Root, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);
}
