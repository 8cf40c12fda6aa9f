using System.Diagnostics;
using SharpFuzz;

namespace Cess.Fuzz;

/// <summary>This program once more, in a temporary folder, with the product's assemblies instrumented so that they tell which branches they take.</summary>
internal sealed class InstrumentedCopy : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cess-fuzz-").FullName;

    public InstrumentedCopy()
    {
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        FuzzCorpus.CopyTo(_folder);
        foreach (string file in Directory.EnumerateFiles(_folder, "Cess.*.dll").Where(IsProduct))
            Fuzzer.Instrument(file, _ => true, Options.Value);
    }

    /// <summary>Runs the copy, and gives its exit code.</summary>
    public async Task<int> RunAsync(IEnumerable<string> arguments)
    {
        string program = Path.Combine(_folder, Path.GetFileName(typeof(InstrumentedCopy).Assembly.Location));
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { UseShellExecute = false })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static bool IsProduct(string file) =>
        !file.EndsWith(".Tests.dll", StringComparison.Ordinal) && Path.GetFileNameWithoutExtension(file) != typeof(InstrumentedCopy).Assembly.GetName().Name;
}
