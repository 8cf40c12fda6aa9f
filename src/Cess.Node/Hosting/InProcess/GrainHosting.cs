using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Node.Setup;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Cess.Node.Hosting;

/// <summary>The grains in this process, with their state in one SQLite file.</summary>
internal static class GrainHosting
{
    public static void AddGrainRuntime(this WebApplicationBuilder builder, NodeFolder folder)
    {
        builder.Services.AddSingleton<IFatalErrorHandler, StopTheNode>();
        builder.UseOrleans(silo => silo
            .AddSqliteGrainStorage(StateNames.Provider, options => options.Path = folder.StateDatabase)
            .AddMemoryStreams(StreamNames.Provider));
    }

    /// <summary>Without the file no grain that is not in memory can answer, and none can keep what it is told.</summary>
    private sealed class StopTheNode(INodeFault fault) : IFatalErrorHandler
    {
        public bool IsUnexpected(Exception exception) => true;

        public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) =>
            fault.Stop(exception?.Message ?? "its grains can't go on", exception ?? new OrleansException(context ?? ""));
    }
}
