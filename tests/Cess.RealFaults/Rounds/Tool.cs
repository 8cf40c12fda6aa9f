using System.Diagnostics;

namespace Cess.RealFaults.Rounds;

/// <summary>Programs of the machine: <c>mount</c>, <c>cc</c>.</summary>
internal static class Tool
{
    public static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs one to its end.</summary>
    /// <returns>Null when it succeeded, else what it says.</returns>
    public static string? Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}: {errors}";
    }

    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static void MustRun(string program, params string[] arguments)
    {
        if (Run(program, arguments) is { } failure)
            throw new InvalidOperationException(failure);
    }
}
