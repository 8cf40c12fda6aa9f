using Cess.Gateway.Rest.Buckets;
using Cess.Gateway.Rest.Chain;
using Cess.Gateway.Rest.Chain.History;
using Cess.Gateway.Rest.Files;
using Cess.Gateway.Rest.Signing;
using Cess.Gateway.Rest.Uploads;
using Cess.Grains;
using Cess.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cess.Gateway.Rest;

/// <summary>Puts the REST door into an ASP.NET Core application.</summary>
public static class RestDoorExtensions
{
    /// <summary>
    /// Adds what the door needs. Besides, there must be an <see cref="ILedgerReader"/>, an <see cref="IBlockArchive"/>, the grain factory unless there is an
    /// <see cref="INodeGrains"/>, and the object store's pipeline unless there is an <see cref="ISegmentStore"/>;
    /// <see cref="TimeProvider"/> is the system's unless there is another.
    /// </summary>
    public static IServiceCollection AddRestDoor(this IServiceCollection services, RestOptions options)
    {
        services.AddRouting();
        services.AddOpenApi("openapi", document => document.AddDocumentTransformer((openApi, _, _) =>
        {
            openApi.Info.Title = "Cess REST";
            openApi.Info.Version = "v1";
            openApi.Servers = null;
            return Task.CompletedTask;
        }));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<WholeBodies>();
        services.TryAddSingleton<INodeGrains, NodeGrains>();
        services.TryAddSingleton<ISegmentStore, SegmentStore>();
        services.AddSingleton(options);
        services.AddSingleton(_ => new ReplayCache(RestLimits.NoncesMax, RestLimits.NoncesPerAccountMax));
        services.TryAddSingleton(_ => new PublicKeyCache(RestLimits.CachedPublicKeysMax));
        services.AddSingleton<RequestVerifier>();
        services.AddSingleton(provider => new ChainIndex(
            provider.GetRequiredService<ILedgerReader>(), provider.GetRequiredService<IBlockArchive>(), provider.GetRequiredService<INodeGrains>(),
            RestLimits.BlocksIndexedMax, RestLimits.TransactionsIndexedMax));
        services.AddSingleton<HistoryFollower>();
        services.AddHostedService(provider => provider.GetRequiredService<HistoryFollower>());
        services.AddSingleton<FinalTransactions>();
        services.AddSingleton<EventFeed>();
        services.AddSingleton<UploadTable>();
        services.AddSingleton<DeclarationSubmitter>();
        return services;
    }

    /// <summary>Answers every request that comes here as REST; nothing behind it sees one.</summary>
    public static IApplicationBuilder UseRestDoor(this IApplicationBuilder application)
    {
        application.UseMiddleware<RestErrorHandling>();
        application.UseRouting();
        return application.UseEndpoints(Map);
    }

    private static void Map(IEndpointRouteBuilder endpoints)
    {
        HealthEndpoints.Map(endpoints);
        RouteGroupBuilder v1 = endpoints.MapGroup("/v1");
        v1.MapOpenApi("/{documentName}.json");
        StatusEndpoints.Map(v1);
        BlockEndpoints.Map(v1);
        TransactionEndpoints.Map(v1);
        ProofEndpoints.Map(v1);
        GovernanceEndpoints.Map(v1);
        EventFeedEndpoints.Map(v1);
        AccountEndpoints.Map(v1);
        FileEndpoints.Map(v1);
        BucketEndpoints.Map(v1);
        UploadEndpoints.Map(v1);
    }
}
