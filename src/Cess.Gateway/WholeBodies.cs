using Cess.Gateway.Objects;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway;

/// <summary>
/// Request bodies of both doors that are held whole in memory: how much memory they have together, and how long one may take to come.
/// Kestrel's own bound, a rate, lets who has sent most of a body at once hold that for hours. For use by any number of threads.
/// </summary>
internal sealed class WholeBodies(TimeProvider time)
{
    /// <summary>The memory that they have.</summary>
    public SharedBudget Bytes { get; } = new(GatewayLimits.WholeBodyBytesMax, GatewayLimits.WholeBodyBytesPerAddressMax);

    /// <summary>Reads a body for which there is memory; it counts until the request has ended, for what is done with it refers to it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="length">Bytes of the body.</param>
    /// <param name="read">Takes the memory and reads; its token ends when the body takes too long, or the client goes away.</param>
    /// <exception cref="ObjectStoreException">SlowDown: there is no memory left for it.</exception>
    /// <exception cref="BadHttpRequestException">It did not come in time.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, long length, Func<CancellationToken, Task<T>> read)
    {
        using CancellationTokenSource late = new(GatewayLimits.WholeBodyTimeMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        context.Response.RegisterForDispose(Bytes.TryTake(context.Connection.RemoteIpAddress, length) ?? throw new ObjectStoreException(
            ObjectStoreError.SlowDown, $"Requests under way leave no room for a body of {length} bytes: of all, or of your address."));
        try
        {
            return await read(either.Token);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException(
                $"Reading the body timed out: it was not there after {GatewayLimits.WholeBodyTimeMax.TotalSeconds} s.",
                StatusCodes.Status408RequestTimeout, e);
        }
    }
}
