using System.Security.Cryptography;

namespace Cess.Cli.Commands;

/// <summary>Where an object goes.</summary>
/// <param name="Source">The object.</param>
/// <param name="File">The file; null for the standard output.</param>
/// <param name="Length">Bytes; null when that is not known yet.</param>
internal sealed record GetTarget(ObjectPath Source, string? File, long? Length)
{
    private const int BufferBytes = 1 << 20;
    private const int TemporaryNameBytes = 6;

    /// <summary>Where one object goes: into a folder under the last piece of its name, or into the file that is named.</summary>
    /// <exception cref="CliException">The path names no object, or its name's last piece cannot name a file.</exception>
    public static GetTarget Of(ObjectPath source, string destination)
    {
        if (source.Name.Length == 0)
            throw new CliException("cli.usage", $"{source} names no object: -r fetches all of a bucket.");
        if (destination == "-")
            return new GetTarget(source, null, null);

        bool isFolder = Directory.Exists(destination) || Path.EndsInDirectorySeparator(destination);
        return isFolder ? Under(destination, source.LastPiece, source, null) : new GetTarget(source, Path.GetFullPath(destination), null);
    }

    /// <summary>Where an object goes under a folder. Names come from whoever wrote the bucket: none may lead out of it.</summary>
    /// <exception cref="CliException">The name leads out of the folder, or cannot name a file.</exception>
    public static GetTarget Under(string folder, string name, ObjectPath source, long? length)
    {
        string root = Path.GetFullPath(folder);
        bool isSound = name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal)
            && name.Split('/').All(piece => piece.Length > 0 && piece is not ("." or ".."));
        string file = isSound ? Path.GetFullPath(Path.Combine(root, name)) : "";
        string inside = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        return isSound && file.StartsWith(inside, StringComparison.Ordinal)
            ? new GetTarget(source, file, length)
            : throw new CliException(
                "cli.unsafe_name", $"{source} cannot be a file under {folder}: fetch it alone, into a file of your choice.", ExitCode.Failure);
    }

    /// <summary>Writes the content; under a name of its own until it is complete, so that nobody takes a part for the whole.</summary>
    public async Task WriteAsync(CliEnvironment environment, Func<Stream, Task> write)
    {
        if (File is null)
        {
            await using Stream output = environment.OpenOutput();
            await write(output);
            await output.FlushAsync();
            return;
        }

        string folder = Path.GetDirectoryName(File)!;
        Directory.CreateDirectory(folder);
        string random = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TemporaryNameBytes));
        string temporary = Path.Combine(folder, $".{Path.GetFileName(File)}.{random}.part");
        try
        {
            await using (FileStream output = new(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = BufferBytes,
                Options = FileOptions.Asynchronous,
            }))
            {
                await write(output);
                // Else a crash could leave the name with nothing in it, in place of what had it before.
                output.Flush(flushToDisk: true);
            }

            System.IO.File.Move(temporary, File, overwrite: true);
        }
        catch
        {
            System.IO.File.Delete(temporary);
            throw;
        }
    }
}
