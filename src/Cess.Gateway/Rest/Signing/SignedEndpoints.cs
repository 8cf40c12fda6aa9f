using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cess.Gateway.Rest.Signing;

/// <summary>Endpoints that only the account that signed the request may use.</summary>
internal static class SignedEndpoints
{
    private static readonly object s_callerKey = new();

    /// <summary>Refuses requests that are not signed, before the endpoint runs.</summary>
    public static RouteHandlerBuilder RequireSignature(this RouteHandlerBuilder endpoint) => endpoint
        .AddEndpointFilter((invocation, next) =>
        {
            HttpContext context = invocation.HttpContext;
            context.Items[s_callerKey] = context.RequestServices.GetRequiredService<RequestVerifier>().Verify(context);
            return next(invocation);
        })
        .Produces<ErrorMessage>(StatusCodes.Status401Unauthorized);

    /// <summary>The account that signed the request.</summary>
    public static AccountId Caller(this HttpContext context) => (AccountId)context.Items[s_callerKey]!;
}
