using System.Diagnostics;
using System.Globalization;

namespace Cess.BlockStore.Tests;

/// <summary>A process of its own that opens a store, and appends batches until it is killed, naming each height that is safe.</summary>
public static class BlockWriter
{
    public const ulong BatchBlocks = 3;
    private const string Confirmation = " stored";

    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            await using FileBlockStore store = await FileBlockStore.OpenAsync(arguments[1], Blocks.Options());
            for (ulong first = 1; arguments[0] == "append"; first += BatchBlocks)
            {
                await store.AppendAsync(Blocks.Batch(first, first + BatchBlocks - 1));
                await Console.Out.WriteLineAsync(store.Head!.Value.ToString(CultureInfo.InvariantCulture) + Confirmation);
            }
            return 0;
        }
        catch (BlockStoreException e)
        {
            await Console.Out.WriteLineAsync(e.Error.ToString());
            return 1;
        }
    }

    /// <summary>The error that another process gets when it opens the folder, or nothing.</summary>
    public static async Task<string> TryOpenAsync(string folder)
    {
        using Process process = Start("open", folder);
        string answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return answer.Trim();
    }

    /// <summary>Kills (SIGKILL) the writer after a number of batches and returns the last height that it confirmed.</summary>
    public static async Task<ulong> RunUntilKilledAsync(string folder, int batches)
    {
        using Process process = Start("append", folder);
        ulong confirmed = 0;
        for (int i = 0; i < batches; i++)
            confirmed = HeightIn((await process.StandardOutput.ReadLineAsync())!);
        process.Kill();
        // What it had written to the pipe before it died was confirmed as well; a last line cut short was not.
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.EndsWith(Confirmation, StringComparison.Ordinal))
                confirmed = HeightIn(line);
        }
        await process.WaitForExitAsync();
        return confirmed;
    }

    private static ulong HeightIn(string line) => ulong.Parse(line[..^Confirmation.Length], CultureInfo.InvariantCulture);

    private static Process Start(string verb, string folder) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(BlockWriter).Assembly.Location, verb, folder]) { RedirectStandardOutput = true })!;
}
