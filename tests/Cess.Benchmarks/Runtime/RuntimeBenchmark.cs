using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cess.Benchmarks.Runtime;

/// <summary>
/// What the grain runtime gives: the same code for the in-process one and, built with <c>-p:GrainRuntime=Orleans</c>, for Microsoft's.
/// </summary>
internal static class RuntimeBenchmark
{
    /// <summary>Measures calls, activations and stream events.</summary>
    public static async Task RunAsync(BenchmarkOptions options)
    {
        var seconds = options.Seconds("seconds", 5);
        var callers = options.Number("callers", 100 * Environment.ProcessorCount);
        var only = options.Text("only");
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(StreamBenchmark.Provider);
            silo.Services.AddSingleton<StreamCounts>();
        });
        using var host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<IClusterClient>();
        var runtime = typeof(Grain).Assembly.GetName().Name;
        var report = new BenchmarkReport($"{runtime}, {Environment.ProcessorCount} cores, {seconds.TotalSeconds:0} s each");
        if (only is null or "calls")
        {
            await CallBenchmark.RunAsync(client, report, callers, seconds);
        }

        if (only is null or "activations")
        {
            await ActivationBenchmark.RunAsync(client, report, callers, seconds);
        }

        if (only is null or "streams")
        {
            await StreamBenchmark.RunAsync(client, host.Services.GetRequiredService<StreamCounts>(), report, seconds);
        }

        report.Print();
        await host.StopAsync();
    }
}
