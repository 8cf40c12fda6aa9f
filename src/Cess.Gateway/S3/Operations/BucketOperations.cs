using Cess.Gateway.Objects;
using Cess.Gateway.S3.Xml;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3.Operations;

/// <summary>Operations on buckets as a whole.</summary>
internal sealed class BucketOperations(IObjectStore store)
{
    public async Task ListBucketsAsync(S3Request request)
    {
        IReadOnlyList<BucketInfo> buckets = await store.ListBucketsAsync(request.Caller, request.Aborted);
        string prefix = request.Query.Get("prefix") ?? "";
        string after = ContinuationToken.Read(request.Query.Get("continuation-token"));
        int limit = request.QueryNumber("max-buckets", int.MaxValue, 1, int.MaxValue);
        string? region = request.Query.Get("bucket-region");

        XmlText xml = AccessControl.Owner(XmlText.Begin("ListAllMyBucketsResult"), request).Open("Buckets");
        string? last = null;
        bool isTruncated = false;
        foreach (BucketInfo bucket in buckets)
        {
            if (!bucket.Name.StartsWith(prefix, StringComparison.Ordinal) || string.CompareOrdinal(bucket.Name, after) <= 0
                || (region is not null && region != request.Options.Region))
            {
                continue;
            }

            isTruncated = limit == 0;
            if (isTruncated)
                break;
            limit--;
            last = bucket.Name;
            xml.Open("Bucket").Element("Name", bucket.Name).Element("CreationDate", bucket.CreatedAt)
                .Element("BucketRegion", request.Options.Region).Close("Bucket");
        }

        xml.Close("Buckets");
        if (isTruncated)
            xml.Element("ContinuationToken", ContinuationToken.Write(last!));
        await request.AnswerAsync(xml.OptionalElement("Prefix", request.Query.Get("prefix")).Close("ListAllMyBucketsResult"));
    }

    public async Task CreateAsync(S3Request request)
    {
        WriteHeaders.CheckAcl(request.Headers);
        if (string.Equals(request.Header("x-amz-bucket-object-lock-enabled"), "true", StringComparison.OrdinalIgnoreCase))
            throw WriteHeaders.HeaderNotImplemented("x-amz-bucket-object-lock-enabled");
        if (request.Header("x-amz-object-ownership") is not (null or "BucketOwnerEnforced"))
            throw WriteHeaders.HeaderNotImplemented("x-amz-object-ownership");
        using (PooledBuffer body = await request.ReadBodyAsync(S3Limits.XmlBytesMax))
        {
            if (body.Length > 0)
                CheckConfiguration(body.Memory, request.Options.Region);
        }

        await store.CreateBucketAsync(request.Caller, request.Bucket, request.Aborted);
        request.Response.Headers.Location = "/" + request.Bucket;
        request.AnswerEmpty(StatusCodes.Status200OK);
    }

    public async Task HeadAsync(S3Request request)
    {
        await store.GetBucketAsync(request.Caller, request.Bucket, request.Aborted);
        request.Response.Headers["x-amz-bucket-region"] = request.Options.Region;
        request.Response.StatusCode = StatusCodes.Status200OK;
        request.Response.ContentType = "application/xml";
    }

    public async Task DeleteAsync(S3Request request)
    {
        await store.DeleteBucketAsync(request.Caller, request.Bucket, request.Aborted);
        request.AnswerEmpty(StatusCodes.Status204NoContent);
    }

    public async Task GetLocationAsync(S3Request request)
    {
        await store.GetBucketAsync(request.Caller, request.Bucket, request.Aborted);

        // The root element holds the region; for us-east-1 it is empty, from the days when there was no other.
        string region = request.Options.Region == "us-east-1" ? "" : request.Options.Region;
        await request.AnswerAsync(XmlText.Begin("LocationConstraint").Content(region).Close("LocationConstraint"));
    }

    public async Task GetSettingAsync(S3Request request)
    {
        await store.GetBucketAsync(request.Caller, request.Bucket, request.Aborted);
        await request.AnswerAsync(BucketSettings.Read(request));
    }

    public async Task PutAclAsync(S3Request request)
    {
        await AccessControl.CheckAsync(request);
        await store.GetBucketAsync(request.Caller, request.Bucket, request.Aborted);
        request.AnswerEmpty(StatusCodes.Status200OK);
    }

    /// <summary>DELETE of a bucket's or an object's setting: it is not there, and that is what the client wants.</summary>
    public async Task DeleteAbsentSettingAsync(S3Request request)
    {
        if (request.Target.Key is { } key)
            await store.HeadAsync(request.Caller, request.Bucket, key, request.Aborted);
        else
            await store.GetBucketAsync(request.Caller, request.Bucket, request.Aborted);
        request.AnswerEmpty(StatusCodes.Status204NoContent);
    }

    private static void CheckConfiguration(ReadOnlyMemory<byte> body, string region)
    {
        BoundedXml.Parse(body, "CreateBucketConfiguration", xml =>
        {
            xml.Children(element =>
            {
                if (element != "LocationConstraint")
                    throw new S3Exception(S3Errors.NotImplemented, $"A bucket's {element} cannot be set.", ("Element", element));
                string location = xml.Text();
                if (location.Length > 0 && location != region)
                {
                    throw new S3Exception(
                        S3Errors.IllegalLocationConstraint,
                        $"The {location} location constraint is incompatible for the region specific endpoint this request was "
                        + "sent to.");
                }
            });
            return true;
        });
    }
}
