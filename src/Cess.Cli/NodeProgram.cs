using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cess.Cli;

/// <summary>
/// <c>cess node</c>: the node is a program of its own, and this puts it in the place of this process, so that signals, terminal and exit
/// code are the node's.
/// </summary>
internal static partial class NodeProgram
{
    /// <summary>The command; all that comes behind it is the node's.</summary>
    public const string Command = "node";

    public const string Description =
        "Run a node: a network of your own, or with --join URL a part of another. `cess node --help` lists its options.";

    private const string FileVariable = "CESS_NODE";

    private static readonly string s_name = OperatingSystem.IsWindows() ? "Cess.Node.exe" : "Cess.Node";

    /// <summary>Runs the node.</summary>
    /// <param name="args">Its command line.</param>
    /// <param name="variable">Environment variables.</param>
    /// <returns>The node's exit code; where a process can be replaced, this does not return.</returns>
    /// <exception cref="CliException">There is no such program, or it can't be started.</exception>
    public static int Run(IReadOnlyList<string> args, Func<string, string?> variable)
    {
        string file = Candidates(variable).FirstOrDefault(File.Exists) ?? throw new CliException(
            "cli.no_node", $"The node's program, {s_name}, is not beside this one, nor in PATH. {FileVariable} may say where it is.");
        if (OperatingSystem.IsWindows())
        {
            using Process node = Process.Start(file, args);
            // Ctrl+C reaches both; the node ends by itself, in order.
            Console.CancelKeyPress += (_, pressed) => pressed.Cancel = true;
            node.WaitForExit();
            return node.ExitCode;
        }

        Console.Out.Flush();
        _ = Replace(file, [file, .. args, null]);
        throw new CliException("cli.no_node", $"{file} can't be started: {Marshal.GetLastPInvokeErrorMessage()}.", ExitCode.Failure);
    }

    private static IEnumerable<string> Candidates(Func<string, string?> variable)
    {
        if (variable(FileVariable) is { Length: > 0 } given)
            return [given];

        var here = new DirectoryInfo(AppContext.BaseDirectory);
        string[] near =
        [
            Path.Combine(here.FullName, s_name),
            // As a build of the sources lays them out.
            Path.GetFullPath(Path.Combine(here.FullName, "..", "..", "Cess.Node", here.Name, s_name)),
        ];
        string[] path = (variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return near.Concat(path.Select(folder => Path.Combine(folder, s_name)));
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Replace(string file, string?[] args);
}
