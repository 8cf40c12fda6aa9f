using Cess.Grains;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest;

/// <summary>For those who watch the process: whether it lives, and whether it can serve.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health", () => "alive\n").WithSummary("Answers as long as the process lives");
        endpoints.MapGet("/ready", GetReadyAsync).WithSummary("Answers 200 when the chain moves and miners answer, else 503");
    }

    private static async Task<IResult> GetReadyAsync(ILedgerReader ledger, INodeGrains grains)
    {
        bool isReady = (await grains.GetMinersAsync()).Any(miner => miner.Healthy) && ledger.Head.Validators.Keys.Length > 0;
        return isReady ? TypedResults.Text("ready\n") : throw new RestException(Wire.WireErrors.Unavailable, "No miner is healthy.");
    }
}
