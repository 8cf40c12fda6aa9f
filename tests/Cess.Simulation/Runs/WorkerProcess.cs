using System.Diagnostics;
using System.Text.Json;
using Cess.Simulation.Planted;

namespace Cess.Simulation.Runs;

/// <summary>A <see cref="Worker"/> in a process of its own, which runs can neither block nor bring down.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts one.</summary>
    /// <param name="assembly">The program; null for this one.</param>
    /// <param name="plantedBug">The planted bug that is on; null for none.</param>
    public WorkerProcess(string? assembly = null, string? plantedBug = null)
    {
        var start = new ProcessStartInfo("dotnet", [assembly ?? typeof(WorkerProcess).Assembly.Location, "--worker"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[PlantedCopy.Variable] = plantedBug;
        start.Environment["DOTNET_ThreadPool_ForceMinWorkerThreads"] = "1";
        start.Environment["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start) ?? throw new InvalidOperationException("A worker could not be started.");
    }

    /// <summary>Makes a run; null if the process ended or gave no answer in time. It is of no use then.</summary>
    public async Task<RunResult?> RunAsync(RunRequest request, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request).AsMemory(), deadline.Token);
            await _process.StandardInput.FlushAsync(deadline.Token);
            string? line = await _process.StandardOutput.ReadLineAsync(deadline.Token);
            return line is null ? null : JsonSerializer.Deserialize<RunResult>(line);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
