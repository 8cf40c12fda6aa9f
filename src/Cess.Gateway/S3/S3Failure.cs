using Cess.Gateway.Objects;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3;

/// <summary>What a client reads of a failure.</summary>
internal static class S3Failure
{
    /// <summary>The error that an exception is answered with; InternalError for one that nobody foresaw.</summary>
    public static S3Exception Of(Exception exception) => exception switch
    {
        S3Exception known => known,
        ObjectStoreException store => new S3Exception(S3Errors.Of(store.Code), store.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new S3Exception(S3Errors.RequestTimeout),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new S3Exception(S3Errors.EntityTooLarge),
        BadHttpRequestException => new S3Exception(S3Errors.IncompleteBody),
        TimeoutException => new S3Exception(
            S3Errors.ServiceUnavailable, "The node did not finish in time; whether the request took effect is not known."),
        _ => new S3Exception(S3Errors.InternalError),
    };
}
