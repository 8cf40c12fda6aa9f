using Cess.Grains;
using Cess.Node.Setup;
using Orleans.Hosting;

namespace Cess.Node.Hosting;

/// <summary>The grains in this process, with their state in one SQLite file.</summary>
internal static class GrainHosting
{
    public static void AddGrainRuntime(this WebApplicationBuilder builder, NodeFolder folder) => builder.UseOrleans(silo => silo
        .AddSqliteGrainStorage(StateNames.Provider, options => options.Path = folder.StateDatabase)
        .AddMemoryStreams(StreamNames.Provider));
}
