using System.Text.Json;
using Cess.Simulation.Faults;
using Cess.Simulation.World;

namespace Cess.Simulation.Runs;

/// <summary>
/// Makes runs one after the other, as its input asks for: a request and a result are a line of JSON each. Its process has one thread
/// on its pool, so that whatever a run hands to the pool happens in one order (see <see cref="WorkerProcess"/>).
/// </summary>
internal static class Worker
{
    public static async Task<int> RunAsync(TextReader requests, TextWriter results)
    {
        while (await requests.ReadLineAsync() is { } line)
        {
            RunRequest request = JsonSerializer.Deserialize<RunRequest>(line)!;
            using var world = new SimulatedWorld(
                new RunOptions(request.Seed, Profile.Find(request.Profile)!, TimeSpan.FromMinutes(request.Minutes)) { Without = request.Without },
                request.Log ? Console.Error : null);
            RunResult result = await world.RunAsync();
            if (request.WriteReleaseTo is { } file && result.Failure is null)
            {
                await using FileStream image = File.Create(file);
                world.ToRelease(file).Write(image);
            }

            await results.WriteLineAsync(JsonSerializer.Serialize(result));
            await results.FlushAsync();
        }

        return 0;
    }
}
