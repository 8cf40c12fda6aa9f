using System.Text.Json;
using Cess.Coding;
using Cess.Gateway.Objects;
using Cess.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cess.Gateway.Rest;

/// <summary>
/// Makes every failure one JSON answer: coded ones as they are, all others as <see cref="WireErrors.Internal"/> with nothing
/// of their cause, which goes to the log. A failure after the answer has begun cuts the connection, so that nobody takes a
/// part for the whole.
/// </summary>
internal sealed class RestErrorHandling(RequestDelegate next, ILogger<RestErrorHandling> log)
{
    /// <summary>Field that names a request to its caller and in the log.</summary>
    public const string RequestIdField = "cess-request-id";

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers[RequestIdField] = context.TraceIdentifier;
        try
        {
            await next(context);
            if (!context.Response.HasStarted && OfStatus(context.Response.StatusCode) is { } error)
                await WriteAsync(context, new RestException(error, error.Meaning));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (Exception failure)
        {
            RestException answer = ToAnswer(failure);
            if (answer.Error.Status >= StatusCodes.Status500InternalServerError)
                log.LogWarning(failure, "Request {RequestId} {Method} {Path}: {Code}", context.TraceIdentifier, context.Request.Method, context.Request.Path, answer.Error.Code);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await WriteAsync(context, answer);
        }
    }

    private static WireError? OfStatus(int status) => status switch
    {
        < 400 => null,
        StatusCodes.Status404NotFound => WireErrors.UnknownPath,
        StatusCodes.Status405MethodNotAllowed => WireErrors.MethodNotAllowed,
        StatusCodes.Status413PayloadTooLarge => WireErrors.TooLarge,
        StatusCodes.Status415UnsupportedMediaType => WireErrors.UnsupportedMediaType,
        < 500 => WireErrors.Malformed,
        _ => WireErrors.Internal,
    };

    private static RestException ToAnswer(Exception failure) => failure switch
    {
        RestException answer => answer,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new RestException(WireErrors.TooLarge, WireErrors.TooLarge.Meaning, failure),
        BadHttpRequestException bad when bad.Message.Contains("timed out", StringComparison.OrdinalIgnoreCase) || bad.Message.Contains("end of request content", StringComparison.OrdinalIgnoreCase) =>
            new RestException(WireErrors.Incomplete, WireErrors.Incomplete.Meaning, failure),
        BadHttpRequestException => new RestException(WireErrors.Malformed, WireErrors.Malformed.Meaning, failure),
        TimeoutException => new RestException(WireErrors.Unavailable, "The node did not finish in time; whether the request took effect is unknown.", failure),
        ObjectStoreException { Code: var code } => new RestException(OfStore(code), failure.Message, failure),
        CodingException { Error: CodingError.PoolBusy } => new RestException(WireErrors.SlowDown, WireErrors.SlowDown.Meaning, failure),
        _ => new RestException(WireErrors.Internal, WireErrors.Internal.Meaning, failure),
    };

    private static WireError OfStore(ObjectStoreError code) => code switch
    {
        ObjectStoreError.InsufficientStorage => WireErrors.InsufficientStorage,
        ObjectStoreError.SlowDown => WireErrors.SlowDown,
        ObjectStoreError.ServiceUnavailable => WireErrors.Unavailable,
        ObjectStoreError.DataUnavailable => WireErrors.DataUnavailable,
        ObjectStoreError.IncompleteBody => WireErrors.Incomplete,
        ObjectStoreError.EntityTooLarge => WireErrors.TooLarge,
        ObjectStoreError.InvalidPolicy => WireErrors.InvalidPolicy,
        ObjectStoreError.AccessDenied => WireErrors.Denied,
        ObjectStoreError.NoSuchKey => WireErrors.FileNotFound,
        _ => WireErrors.Internal,
    };

    private static Task WriteAsync(HttpContext context, RestException answer)
    {
        context.Response.Clear();
        context.Response.Headers[RequestIdField] = context.TraceIdentifier;
        context.Response.StatusCode = answer.Error.Status;
        if (answer.Error.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            context.Response.Headers.RetryAfter = "1";
        if (HttpMethods.IsHead(context.Request.Method))
            return Task.CompletedTask;

        ErrorMessage body = new(new ErrorDetail(answer.Error.Code, answer.Message, context.TraceIdentifier, answer.Reason));
        context.Response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(context.Response.Body, body, WireJson.Readable.ErrorMessage, context.RequestAborted);
    }
}
