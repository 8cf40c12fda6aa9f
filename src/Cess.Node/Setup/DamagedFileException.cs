namespace Cess.Node.Setup;

/// <summary>A file of the data folder is not what the node has written there.</summary>
/// <param name="path">The file.</param>
/// <param name="what">What is wrong with it; a sentence, which quotes nothing secret.</param>
/// <param name="cause">What found it.</param>
public sealed class DamagedFileException(string path, string what, Exception? cause = null)
    : Exception($"'{path}' is damaged: {what} Put it back from a copy.", cause)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;
}
