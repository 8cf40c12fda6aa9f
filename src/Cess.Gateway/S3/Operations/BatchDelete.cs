using Cess.Gateway.Objects;
using Cess.Gateway.S3.Xml;
using Microsoft.Extensions.Logging;

namespace Cess.Gateway.S3.Operations;

/// <summary>DeleteObjects.</summary>
internal sealed partial class BatchDelete(IObjectStore store, ILogger logger)
{
    public async Task RunAsync(S3Request request)
    {
        List<Item> items = [];
        bool quiet = false;
        using (PooledBuffer body = await request.ReadBodyAsync(S3Limits.XmlBatchBytesMax, BodyDigest.Required))
            quiet = BoundedXml.Parse(body.Memory, "Delete", xml => Read(xml, items));
        if (items.Count == 0)
            throw new S3Exception(S3Errors.MalformedXml);

        // A missing bucket is an error of the request, not of each key.
        await store.GetBucketAsync(request.Caller, request.Bucket, request.Aborted);
        var failures = new S3Exception?[items.Count];
        await Parallel.ForAsync(
            0,
            items.Count,
            new ParallelOptions { MaxDegreeOfParallelism = S3Limits.DeletesInFlightMax, CancellationToken = request.Aborted },
            async (i, cancellation) => failures[i] = await DeleteAsync(request, items[i], cancellation));

        XmlText xml = XmlText.Begin("DeleteResult", 128 * items.Count);
        for (int i = 0; i < items.Count; i++)
        {
            if (failures[i] is { } failure)
            {
                xml.Open("Error").Element("Key", items[i].Key).OptionalElement("VersionId", items[i].VersionId)
                    .Element("Code", failure.Error.Code).Element("Message", failure.Message).Close("Error");
            }
            else if (!quiet)
            {
                xml.Open("Deleted").Element("Key", items[i].Key).OptionalElement("VersionId", items[i].VersionId)
                    .Close("Deleted");
            }
        }

        await request.AnswerAsync(xml.Close("DeleteResult"));
    }

    private async ValueTask<S3Exception?> DeleteAsync(S3Request request, Item item, CancellationToken cancellation)
    {
        try
        {
            ObjectOperations.CheckVersion(item.VersionId);
            S3Target.CheckKey(item.Key);
            if (item.IsConditional)
                throw new S3Exception(S3Errors.NotImplemented, "Conditional deletes are not implemented.");
            await store.DeleteAsync(request.Caller, request.Bucket, item.Key, cancellation);
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            S3Exception failure = S3Failure.Of(exception);
            if (failure.Error == S3Errors.InternalError)
                LogFailure(request.Http.TraceIdentifier, exception);
            return failure;
        }
    }

    private static bool Read(BoundedXml xml, List<Item> items)
    {
        bool quiet = false;
        xml.Children(element =>
        {
            if (element == "Quiet")
                quiet = xml.Text().Trim() == "true";
            if (element != "Object")
                return;
            if (items.Count == S3Limits.DeletesMax)
                throw new S3Exception(S3Errors.MalformedXml);
            items.Add(ReadItem(xml));
        });
        return quiet;
    }

    private static Item ReadItem(BoundedXml xml)
    {
        string key = "";
        string? versionId = null;
        bool isConditional = false;
        xml.Children(field =>
        {
            switch (field)
            {
                case "Key": key = xml.Text(); break;
                case "VersionId": versionId = xml.Text(); break;
                default: isConditional = true; break;
            }
        });
        return key.Length > 0 ? new Item(key, versionId, isConditional) : throw new S3Exception(S3Errors.MalformedXml);
    }

    [LoggerMessage(LogLevel.Error, "Deleting one object of batch {RequestId} failed.")]
    private partial void LogFailure(string requestId, Exception exception);

    private sealed record Item(string Key, string? VersionId, bool IsConditional);
}
