namespace Cess.Cli.Commands;

/// <summary>Something to store.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Path">The file; null for the standard input.</param>
/// <param name="Length">Bytes; null when that is not known.</param>
/// <param name="Target">Where it goes.</param>
/// <param name="Open">Opens its content.</param>
internal sealed record PutSource(string Name, string? Path, long? Length, ObjectPath Target, Func<Stream> Open)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>What a source stands for.</summary>
    /// <exception cref="CliException">There is nothing of that name, or it is a folder and nobody said so.</exception>
    public static IReadOnlyList<PutSource> Find(string source, ObjectPath destination, bool isRecursive, CliEnvironment environment)
    {
        if (source == "-")
        {
            return destination.IsFolder
                ? throw new CliException("cli.usage", "The standard input has no name: give the whole name, cess://bucket/name.")
                : [new PutSource("-", null, null, destination, environment.OpenInput)];
        }

        if (Directory.Exists(source))
        {
            return isRecursive
                ? FindAll(source, destination)
                : throw new CliException("cli.usage", $"{source} is a folder: -r stores all that is in it.");
        }

        FileInfo file = new(source);
        if (!file.Exists)
            throw new CliException("cli.no_file", $"There is no file {source}.", ExitCode.NotFound);
        ObjectPath target = destination.IsFolder ? destination with { Name = destination.Name + file.Name } : destination;
        return [OfFile(file, target)];
    }

    private static List<PutSource> FindAll(string folder, ObjectPath destination)
    {
        string prefix = destination.Name.Length == 0 || destination.Name.EndsWith('/') ? destination.Name : destination.Name + "/";
        string root = System.IO.Path.GetFullPath(folder);

        // A link to a folder may lead back to where it stands.
        EnumerationOptions options = new()
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };
        return [.. new DirectoryInfo(root).EnumerateFiles("*", options)
            .Select(file => OfFile(file, destination with { Name = prefix + NameUnder(root, file) }))
            .OrderBy(source => source.Target.Name, StringComparer.Ordinal)];
    }

    private static string NameUnder(string root, FileInfo file) =>
        System.IO.Path.GetRelativePath(root, file.FullName).Replace(System.IO.Path.DirectorySeparatorChar, '/');

    private static PutSource OfFile(FileInfo file, ObjectPath target) => new(
        file.Name, file.FullName, file.Length, target,
        () => new FileStream(file.FullName, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read,
            BufferSize = BufferBytes,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        }));
}
