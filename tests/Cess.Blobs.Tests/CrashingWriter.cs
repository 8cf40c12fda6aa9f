using System.Diagnostics;
using Cess.Blobs.FileSystem;

namespace Cess.Blobs.Tests;

/// <summary>
/// A process of its own that puts blobs until it is killed, and says after each put returned which blob is safe now.
/// A blob's bytes follow from its name, so that whoever finds it can tell whether it is whole.
/// </summary>
public static class CrashingWriter
{
    private const int Writers = 8;
    private const int NamesPerWriter = 40;
    private const string Confirmation = " stored";

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [string folder])
            return 1;
        FileSystemBlobBackend backend = await FileSystemBlobBackend.OpenAsync(folder);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => PutAsync(backend, writer))));
        return 0;
    }

    public static byte[] ContentOf(BlobName name)
    {
        int seed = int.Parse(name.Value.AsSpan(name.Value.LastIndexOf('-') + 1));
        byte[] content = new byte[seed % 3 == 0 ? 100_000 + seed : 1000 + seed];
        new Random(seed).NextBytes(content);
        return content;
    }

    /// <summary>Starts the process on a folder, kills it (SIGKILL) after a number of puts, and returns those that it confirmed.</summary>
    public static async Task<IReadOnlySet<BlobName>> RunUntilKilledAsync(string folder, int puts)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CrashingWriter).Assembly.Location, folder])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        var confirmed = new HashSet<BlobName>();
        while (confirmed.Count < puts && await process.StandardOutput.ReadLineAsync() is { } line)
            confirmed.Add(NameIn(line));
        process.Kill();
        // What it had written to the pipe before it died was confirmed as well; a last line cut short was not.
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.EndsWith(Confirmation, StringComparison.Ordinal))
                confirmed.Add(NameIn(line));
        }
        await process.WaitForExitAsync();
        return confirmed;
    }

    private static BlobName NameIn(string line) => BlobName.Parse(line[..^Confirmation.Length]);

    private static async Task PutAsync(FileSystemBlobBackend backend, int writer)
    {
        var random = new Random(writer);
        while (true)
        {
            BlobName name = BlobName.Parse($"crash/{writer}-{writer + (Writers * random.Next(NamesPerWriter))}");
            await backend.PutAsync(name, ContentOf(name));
            await Console.Out.WriteLineAsync(name.Value + Confirmation);
        }
    }
}
