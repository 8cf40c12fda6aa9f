using System.Globalization;
using Cess.Gateway.Objects;
using Cess.Gateway.S3.Payloads;
using Cess.Gateway.S3.Signing;
using Cess.Gateway.S3.Xml;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3;

/// <summary>An authenticated request on its way through an operation.</summary>
internal sealed class S3Request(HttpContext http, S3Target target, Authentication authentication, S3Options options, WholeBodies bodies)
{
    private string? _ownerId;

    public HttpContext Http { get; } = http;

    public S3Target Target { get; } = target;

    public S3Options Options { get; } = options;

    public Authentication Authentication { get; } = authentication;

    public Caller Caller => Authentication.Caller;

    public S3Query Query => Target.Query;

    public IHeaderDictionary Headers => Http.Request.Headers;

    public HttpResponse Response => Http.Response;

    /// <summary>Only for operations on a bucket or an object.</summary>
    public string Bucket => Target.Bucket!;

    /// <summary>Only for operations on an object.</summary>
    public string Key => Target.Key!;

    /// <summary>Ends when the client goes away.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Bytes of content received, for the metrics.</summary>
    public long BytesIn { get; private set; }

    /// <summary>Bytes of body answered, for the metrics.</summary>
    public long BytesOut { get; set; }

    /// <summary>Id and display name of the account, which owns all that it sees.</summary>
    public string OwnerId => _ownerId ??= Caller.Account.ToString();

    public string? Header(string name) => Headers.TryGetValue(name, out var value) && value.Count > 0 ? value.ToString() : null;

    /// <summary>The content of the body, to be streamed; counts it when <paramref name="use"/> has ended.</summary>
    public Task<T> WithContentAsync<T>(Func<RequestContent, Task<T>> use) =>
        WithContentAsync(RequestContent.Open(Http.Request, Authentication), use);

    /// <summary>The whole of a small body, checked; empty when there is none.</summary>
    /// <exception cref="S3Exception">
    /// MaxMessageLengthExceeded, BadDigest, InvalidRequest, RequestTimeout, SlowDown and as <see cref="RequestContent"/>.
    /// </exception>
    public async Task<PooledBuffer> ReadBodyAsync(int bytesMax, BodyDigest digest = BodyDigest.Optional)
    {
        PooledBuffer body = new();
        try
        {
            if (Http.Request.ContentLength is null && Headers.TransferEncoding.Count == 0)
                return body;
            RequestContent opened = RequestContent.Open(
                Http.Request, Authentication, hasChecksum: digest != BodyDigest.NotInHeaders);
            await WithContentAsync(opened, async content =>
            {
                if (content.ContentLength > bytesMax)
                    throw new S3Exception(S3Errors.MaxMessageLengthExceeded, null, ("MaxMessageLengthBytes", $"{bytesMax}"));
                if (digest == BodyDigest.Required && !content.HasDigest)
                    throw new S3Exception(S3Errors.InvalidRequest, "Missing required header for this request: Content-MD5");
                await bodies.ReadAsync(Http, content.ContentLength, async cancellation =>
                {
                    int room = (int)content.ContentLength + 1;
                    int read;
                    while ((read = await content.ReadAsync(body.ReserveMemory(room - body.Length), cancellation)) > 0)
                        body.Advance(read);
                    return body.Length;
                });
                content.CheckMd5(body.Span);
                return body.Length;
            });
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Answers 200 with XML, and takes it over.</summary>
    public async Task AnswerAsync(XmlText xml)
    {
        using (xml)
        {
            Response.StatusCode = StatusCodes.Status200OK;
            Response.ContentType = "application/xml";
            Response.ContentLength = xml.Memory.Length;
            BytesOut = xml.Memory.Length;
            await Response.Body.WriteAsync(xml.Memory, Aborted);
        }
    }

    /// <summary>Answers with no body.</summary>
    public void AnswerEmpty(int status)
    {
        Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
            Response.ContentLength = 0;
    }

    /// <summary>A whole number of the query, or its default.</summary>
    /// <exception cref="S3Exception">InvalidArgument.</exception>
    public int QueryNumber(string name, int fallback, int min, int max)
    {
        string? text = Query.Get(name);
        if (string.IsNullOrEmpty(text))
            return fallback;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            throw InvalidArgument(name, text, $"Provided {name} not an integer or within integer range");
        return number >= min && number <= max
            ? number
            : throw InvalidArgument(name, text, $"{name} must be an integer between {min} and {max}, inclusive");
    }

    public static S3Exception InvalidArgument(string name, string value, string message) =>
        new(S3Errors.InvalidArgument, message, ("ArgumentName", name), ("ArgumentValue", value));

    private async Task<T> WithContentAsync<T>(RequestContent content, Func<RequestContent, Task<T>> use)
    {
        try
        {
            // A store may see no reason to read content of no bytes; its digests are checked all the same.
            if (content.ContentLength == 0)
                await content.CheckEmptyAsync(Aborted);
            T result = await use(content);
            return content.IsChecked
                ? result
                : throw new InvalidOperationException("The object store did not read the content to its end.");
        }
        finally
        {
            BytesIn += content.Received;
            content.Dispose();
        }
    }
}

/// <summary>What the digests in a request's headers mean for a small body.</summary>
internal enum BodyDigest
{
    /// <summary>They are the body's, if there are any.</summary>
    Optional,

    /// <summary>They are the body's, and there must be one.</summary>
    Required,

    /// <summary>x-amz-checksum-* is the checksum of something else: in CompleteMultipartUpload, of the object.</summary>
    NotInHeaders,
}
