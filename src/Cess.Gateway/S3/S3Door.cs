using Cess.Gateway.Objects;
using Cess.Gateway.S3.Operations;
using Cess.Gateway.S3.Signing;
using Cess.Gateway.S3.Xml;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Cess.Gateway.S3;

/// <summary>Takes every HTTP request of the S3 port from its target to its answer.</summary>
internal sealed partial class S3Door
{
    /// <summary>Counted, never sent: the client went away before its answer.</summary>
    private const int ClientClosedRequest = 499;

    private readonly S3Options _options;
    private readonly TimeProvider _clock;
    private readonly WholeBodies _bodies;
    private readonly ILogger _logger;
    private readonly S3Metrics _metrics;
    private readonly RequestAuthenticator _authenticator;
    private readonly Func<S3Request, Task>[] _operations;
    private int _inFlight;

    public S3Door(
        S3Options options, IObjectStore store, ICredentialStore credentials, TimeProvider clock, WholeBodies bodies,
        S3Metrics metrics, ILogger logger)
    {
        _options = options;
        _clock = clock;
        _bodies = bodies;
        _logger = logger;
        _metrics = metrics;
        _authenticator = new RequestAuthenticator(credentials, options.Region, clock);
        _operations = BuildOperations(store);
    }

    public async Task InvokeAsync(HttpContext http)
    {
        long start = _clock.GetTimestamp();
        RequestIds ids = RequestIds.Next();
        http.TraceIdentifier = ids.RequestId;
        ids.Write(http.Response.Headers);
        Progress progress = new();
        if (http.Request.Headers.Expect.Count > 0)
            http.Response.OnStarting(() => CloseUnlessRead(http, progress));
        int status = ClientClosedRequest;
        bool hasRoom = Interlocked.Increment(ref _inFlight) <= _options.RequestsInFlightMax;
        try
        {
            if (!hasRoom)
                throw new S3Exception(S3Errors.SlowDown);
            await HandleAsync(http, progress);
            status = http.Response.StatusCode;
        }
        catch (Exception exception)
        {
            status = await FailAsync(http, ids, progress, exception);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            TimeSpan duration = _clock.GetElapsedTime(start);
            _metrics.Record(
                progress.Operation, status, progress.Request?.BytesIn ?? 0, progress.Request?.BytesOut ?? 0, duration);
            LogAnswer(ids.RequestId, progress.Operation, status, duration.TotalMilliseconds, progress.Target?.Bucket);
        }
    }

    /// <summary>
    /// A client that asked whether to send its body, and is answered without it, sends it no more; the server would take the next
    /// request on the connection for that body (RFC 9110, section 10.1.1).
    /// </summary>
    private static Task CloseUnlessRead(HttpContext http, Progress progress)
    {
        if (progress.Request is not { BytesIn: > 0 })
            http.Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }

    private async Task HandleAsync(HttpContext http, Progress progress)
    {
        IHttpRequestFeature raw = http.Features.GetRequiredFeature<IHttpRequestFeature>();
        CheckHeaderSize(http.Request.Headers);
        S3Target target = progress.Target = S3Target.Parse(raw.RawTarget, http.Request.Host.Host, _options.BaseDomains);
        S3Operation operation = progress.Operation = S3Router.Route(http.Request.Method, target, http.Request.Headers);

        // The bounds of bodies are S3's, a bound an operation; Kestrel's own is for all requests alike.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bodySize)
            bodySize.MaxRequestBodySize = null;
        using Authentication authentication = await _authenticator.AuthenticateAsync(
            http.Request, target, operation == S3Operation.GetBucketLocation, http.RequestAborted);
        S3Request request = progress.Request = new S3Request(http, target, authentication, _options, _bodies);
        CheckExpectedOwner(request);
        await _operations[(int)operation](request);
    }

    /// <summary>Answers a failure if that is still possible; the status to count it by.</summary>
    private async Task<int> FailAsync(HttpContext http, RequestIds ids, Progress progress, Exception exception)
    {
        if (exception is OperationCanceledException or ConnectionResetException && http.RequestAborted.IsCancellationRequested)
        {
            LogAborted(ids.RequestId, progress.Operation);
            http.Abort();
            return ClientClosedRequest;
        }

        S3Exception failure = S3Failure.Of(exception);
        if (failure.Error == S3Errors.InternalError)
            LogInternalError(ids.RequestId, progress.Operation, exception);
        else if (failure.Error.Status >= StatusCodes.Status500InternalServerError)
            LogServerError(ids.RequestId, progress.Operation, failure.Error.Code, exception);
        else
            LogClientError(ids.RequestId, progress.Operation, failure.Error.Code, failure.Message);

        // An answer that has begun cannot become another; a connection that breaks tells the client not to trust it.
        if (http.Response.HasStarted)
        {
            http.Abort();
            return failure.Error.Status;
        }

        try
        {
            await AnswerFailureAsync(http, ids, progress, failure);
            return failure.Error.Status;
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException)
        {
            LogAborted(ids.RequestId, progress.Operation);
            return ClientClosedRequest;
        }
    }

    private static async Task AnswerFailureAsync(HttpContext http, RequestIds ids, Progress progress, S3Exception failure)
    {
        HttpResponse response = http.Response;
        response.Clear();
        ids.Write(response.Headers);
        response.StatusCode = failure.Error.Status;
        response.ContentType = "application/xml";
        foreach ((string name, string value) in failure.Details)
        {
            if (name == "ActualObjectSize")
                response.Headers.ContentRange = "bytes */" + value;
            if (name == "Region")
                response.Headers["x-amz-bucket-region"] = value;
        }

        if (HttpMethods.IsHead(http.Request.Method))
            return;
        using XmlText xml = XmlText.BeginPlain("Error").Element("Code", failure.Error.Code).Element("Message", failure.Message);
        foreach ((string name, string value) in failure.Details)
            xml.Element(name, value);
        xml.Element("Resource", progress.Target?.Resource ?? "/").Element("RequestId", ids.RequestId)
            .Element("HostId", ids.HostId)
            .Close("Error");
        response.ContentLength = xml.Memory.Length;
        await response.Body.WriteAsync(xml.Memory);
    }

    /// <exception cref="S3Exception">RequestHeaderSectionTooLarge.</exception>
    private static void CheckHeaderSize(IHeaderDictionary headers)
    {
        int size = 0;
        foreach ((string name, var values) in headers)
        {
            size += name.Length;
            foreach (string? value in values)
                size += value?.Length ?? 0;
        }

        if (size > S3Limits.HeaderBytesMax)
            throw new S3Exception(S3Errors.RequestHeaderSectionTooLarge, null, ("MaxSizeAllowed", $"{S3Limits.HeaderBytesMax}"));
    }

    /// <exception cref="S3Exception">AccessDenied.</exception>
    private static void CheckExpectedOwner(S3Request request)
    {
        if (request.Header("x-amz-expected-bucket-owner") is { } owner && owner != request.OwnerId)
            throw new S3Exception(S3Errors.AccessDenied);
        if (request.Header("x-amz-source-expected-bucket-owner") is { } sourceOwner && sourceOwner != request.OwnerId)
            throw new S3Exception(S3Errors.AccessDenied);
    }

    private Func<S3Request, Task>[] BuildOperations(IObjectStore store)
    {
        BucketOperations buckets = new(store);
        Listings listings = new(store);
        ObjectOperations objects = new(store);
        ReadOperations reads = new(store);
        CopyOperations copies = new(store, _clock);
        MultipartOperations multipart = new(store);
        Dictionary<S3Operation, Func<S3Request, Task>> operations = new()
        {
            [S3Operation.ListBuckets] = buckets.ListBucketsAsync,
            [S3Operation.CreateBucket] = buckets.CreateAsync,
            [S3Operation.HeadBucket] = buckets.HeadAsync,
            [S3Operation.DeleteBucket] = buckets.DeleteAsync,
            [S3Operation.GetBucketLocation] = buckets.GetLocationAsync,
            [S3Operation.GetBucketSetting] = buckets.GetSettingAsync,
            [S3Operation.DeleteAbsentSetting] = buckets.DeleteAbsentSettingAsync,
            [S3Operation.PutBucketAcl] = buckets.PutAclAsync,
            [S3Operation.ListObjects] = listings.ListV1Async,
            [S3Operation.ListObjectsV2] = listings.ListV2Async,
            [S3Operation.ListObjectVersions] = listings.ListVersionsAsync,
            [S3Operation.ListMultipartUploads] = new UploadListing(store).ListAsync,
            [S3Operation.DeleteObjects] = new BatchDelete(store, _logger).RunAsync,
            [S3Operation.PutObject] = objects.PutAsync,
            [S3Operation.GetObject] = reads.GetAsync,
            [S3Operation.HeadObject] = reads.HeadAsync,
            [S3Operation.DeleteObject] = objects.DeleteAsync,
            [S3Operation.CopyObject] = copies.CopyAsync,
            [S3Operation.GetObjectAttributes] = reads.GetAttributesAsync,
            [S3Operation.GetObjectAcl] = objects.GetAclAsync,
            [S3Operation.PutObjectAcl] = objects.PutAclAsync,
            [S3Operation.GetObjectTagging] = objects.GetTaggingAsync,
            [S3Operation.GetObjectLockSetting] = objects.GetLockSettingAsync,
            [S3Operation.CreateMultipartUpload] = multipart.CreateAsync,
            [S3Operation.UploadPart] = multipart.UploadPartAsync,
            [S3Operation.UploadPartCopy] = copies.UploadPartCopyAsync,
            [S3Operation.CompleteMultipartUpload] = multipart.CompleteAsync,
            [S3Operation.AbortMultipartUpload] = multipart.AbortAsync,
            [S3Operation.ListParts] = multipart.ListPartsAsync,
        };
        return Array.ConvertAll(
            Enum.GetValues<S3Operation>(),
            operation => operations.GetValueOrDefault(operation)
                ?? (_ => throw new InvalidOperationException($"{operation} was routed to nothing.")));
    }

    [LoggerMessage(LogLevel.Debug, "{RequestId} {Operation} {Status} in {Milliseconds} ms, bucket {Bucket}")]
    private partial void LogAnswer(string requestId, S3Operation operation, int status, double milliseconds, string? bucket);

    [LoggerMessage(LogLevel.Debug, "{RequestId} {Operation} refused: {Code}: {Reason}")]
    private partial void LogClientError(string requestId, S3Operation operation, string code, string reason);

    [LoggerMessage(LogLevel.Warning, "{RequestId} {Operation} failed: {Code}")]
    private partial void LogServerError(string requestId, S3Operation operation, string code, Exception exception);

    [LoggerMessage(LogLevel.Error, "{RequestId} {Operation} failed for a reason that is ours")]
    private partial void LogInternalError(string requestId, S3Operation operation, Exception exception);

    [LoggerMessage(LogLevel.Debug, "{RequestId} {Operation}: the client went away")]
    private partial void LogAborted(string requestId, S3Operation operation);

    /// <summary>How far a request came: what is known of it when it fails.</summary>
    private sealed class Progress
    {
        public S3Target? Target { get; set; }

        public S3Operation Operation { get; set; }

        public S3Request? Request { get; set; }
    }
}
