using System.Net;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>What a cluster of one would need.</summary>
public static class CoreHostingExtensions
{
    /// <summary>Names the cluster. One process needs no ports, so none are opened.</summary>
    public static ISiloBuilder UseLocalhostClustering(
        this ISiloBuilder builder, int siloPort = 11111, int gatewayPort = 30000, IPEndPoint? primarySiloEndpoint = null,
        string serviceId = "dev", string clusterId = "dev") =>
        builder.Configure<ClusterOptions>(options =>
        {
            options.ServiceId = serviceId;
            options.ClusterId = clusterId;
        });
}
