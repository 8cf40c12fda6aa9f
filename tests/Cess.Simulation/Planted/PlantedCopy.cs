using System.Diagnostics;

namespace Cess.Simulation.Planted;

/// <summary>
/// A copy of the sources in which every planted bug stands beside what it replaces, built once; an environment variable says which of
/// them is on. The product itself has no trace of them.
/// </summary>
internal static class PlantedCopy
{
    /// <summary>Names the bug that is on.</summary>
    public const string Variable = "CESS_PLANTED";

    private const string Solution = "Cess.Orleans.sln";
    private static readonly string[] s_parts = ["src", "build", "tests/Cess.Simulation", "tests/Tests.props"];

    /// <summary>Makes and builds the copy; answers with the program in it.</summary>
    /// <exception cref="InvalidOperationException">A bug no longer fits the source, or the copy does not build.</exception>
    public static async Task<string> BuildAsync()
    {
        string root = FindRoot();
        string copy = Path.Combine(root, "artifacts", "planted");
        string sources = Path.Combine(copy, "source");
        if (Directory.Exists(sources))
            Directory.Delete(sources, recursive: true);
        foreach (string file in s_parts.SelectMany(part => FilesOf(root, part)).Concat(Directory.GetFiles(root).Where(IsBuildFile)))
        {
            string target = Path.Combine(sources, Path.GetRelativePath(root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        foreach (PlantedBug bug in PlantedBugs.All)
            Plant(sources, bug);
        foreach (string project in Directory.GetDirectories(Path.Combine(sources, "src")))
            await File.WriteAllTextAsync(Path.Combine(project, "Planted.cs"), Switch);

        string program = Path.Combine(sources, "tests/Cess.Simulation");
        using Process build = Process.Start(new ProcessStartInfo("dotnet", ["build", program, "-c", "Release", "-v", "q", "--nologo", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false"]) { WorkingDirectory = sources })!;
        await build.WaitForExitAsync();
        return build.ExitCode == 0
            ? Path.Combine(sources, "artifacts/bin/Cess.Simulation/release/Cess.Simulation.dll")
            : throw new InvalidOperationException("The copy with planted bugs does not build.");
    }

    /// <summary>The bugs that no longer fit the source.</summary>
    public static IReadOnlyList<string> FindMisfits()
    {
        string root = FindRoot();
        return [.. PlantedBugs.All.Where(bug => Find(File.ReadAllText(Path.Combine(root, bug.File)), bug) < 0).Select(bug => bug.Name)];
    }

    /// <summary>The repository that this program was built in.</summary>
    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, Solution)))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} has {Solution}.");
    }

    /// <summary>Where it goes; -1 if that is not one place.</summary>
    private static int Find(string text, PlantedBug bug)
    {
        int at = text.IndexOf(bug.Original, StringComparison.Ordinal);
        return at >= 0 && text.IndexOf(bug.Original, at + 1, StringComparison.Ordinal) < 0 ? at : -1;
    }

    private static string Switch => $$"""
        /// <summary>Which planted bug is on.</summary>
        internal static class Planted
        {
            private static readonly string? s_name = System.Environment.GetEnvironmentVariable("{{Variable}}");

            internal static bool Is(string name) => s_name == name;
        }

        """;

    private static void Plant(string sources, PlantedBug bug)
    {
        string path = Path.Combine(sources, bug.File);
        string text = File.ReadAllText(path);
        int at = Find(text, bug);
        if (at < 0)
            throw new InvalidOperationException($"'{bug.Original}' does not stand exactly once in {bug.File}: the planted bug {bug.Name} has to be brought up to date.");
        string changed = bug.Changed.Replace("PLANTED", $"global::Planted.Is(\"{bug.Name}\")", StringComparison.Ordinal);
        File.WriteAllText(path, text[..at] + changed + text[(at + bug.Original.Length)..]);
    }

    private static IEnumerable<string> FilesOf(string root, string part)
    {
        string path = Path.Combine(root, part);
        return File.Exists(path) ? [path] : Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories);
    }

    private static bool IsBuildFile(string file) => Path.GetFileName(file) is "global.json" or ".editorconfig" or "Directory.Build.props"
        or "Directory.Build.targets" or "Directory.Packages.props" or "NuGet.Config" or "nuget.config";
}
