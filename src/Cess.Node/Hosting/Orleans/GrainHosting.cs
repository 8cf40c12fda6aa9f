using System.Net;
using System.Net.Sockets;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Node.Setup;
using Orleans.Hosting;
using Orleans.Storage;

namespace Cess.Node.Hosting;

/// <summary>
/// The grains in a Microsoft Orleans silo: a cluster of one on this machine, its state in a SQLite file as with the other
/// runtime. Several silos need clustering and storage that they share instead.
/// </summary>
internal static class GrainHosting
{
    /// <summary>Where streams keep explicit subscribers; hints may be lost, so memory will do.</summary>
    private const string SubscriberStore = "PubSubStore";

    public static void AddGrainRuntime(this WebApplicationBuilder builder, NodeFolder folder) => builder.UseOrleans(silo =>
    {
        silo.UseLocalhostClustering(FreePort(), FreePort());
        silo.AddMemoryGrainStorage(SubscriberStore);
        silo.AddMemoryStreams(StreamNames.Provider);
        silo.Services.AddKeyedSingleton<IGrainStorage>(StateNames.Provider, (provider, _) =>
            new SqliteGrainStorage(folder.StateDatabase, provider.GetRequiredService<INodeFault>()));
    });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
