using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3;

/// <summary>
/// Which operation a request asks for: by method, by what its path names, and by the sub-resource in its query.
/// </summary>
internal static class S3Router
{
    private enum Level
    {
        Service,
        Bucket,
        Object,
    }

    /// <summary>
    /// Every sub-resource that S3 has. One that is not routed below is NotImplemented, never taken for the plain operation.
    /// </summary>
    private static readonly FrozenSet<string> SubResources = new[]
    {
        "abac", "accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering",
        "inventory", "legal-hold", "lifecycle", "list-type", "location", "logging", "metadataConfiguration", "metadataTable", "metrics",
        "notification", "object-lock", "ownershipControls", "partNumber", "policy", "policyStatus", "publicAccessBlock",
        "renameObject", "replication", "requestPayment", "restore", "retention", "select", "session", "tagging", "torrent",
        "uploadId", "uploads", "versioning", "versions", "website",
    }.ToFrozenSet();

    private static readonly FrozenDictionary<(Level, string Method, string SubResource), S3Operation> Routes = BuildRoutes();

    /// <exception cref="S3Exception">MethodNotAllowed, NotImplemented, InvalidRequest, AccessForbidden.</exception>
    public static S3Operation Route(string method, S3Target target, IHeaderDictionary headers)
    {
        Level level = target.Bucket is null ? Level.Service : target.Key is null ? Level.Bucket : Level.Object;
        S3Operation operation = S3Operation.Unknown;
        foreach (S3Query.Parameter parameter in target.Query.Parameters)
        {
            if (!SubResources.Contains(parameter.Name))
                continue;
            if (parameter.Name == "list-type" && parameter.Value != "2")
                throw S3Request.InvalidArgument("list-type", parameter.Value, "Invalid List Type supplied in the request");
            if (!Routes.TryGetValue((level, method, parameter.Name), out S3Operation routed))
            {
                throw new S3Exception(
                    S3Errors.NotImplemented, $"{method} of the sub-resource '{parameter.Name}' is not implemented.",
                    ("Query", parameter.Name));
            }

            if (operation != S3Operation.Unknown && operation != routed)
                throw new S3Exception(S3Errors.InvalidRequest, "Conflicting query string parameters.");
            operation = routed;
        }

        if (operation == S3Operation.Unknown && !Routes.TryGetValue((level, method, ""), out operation))
        {
            throw method switch
            {
                "OPTIONS" => new S3Exception(S3Errors.AccessForbidden),
                "POST" when level == Level.Bucket => new S3Exception(
                    S3Errors.NotImplemented, "Uploads by HTML forms are not implemented."),
                _ => new S3Exception(S3Errors.MethodNotAllowed, null, ("Method", method)),
            };
        }

        if (!headers.ContainsKey("x-amz-copy-source"))
            return operation;
        return operation switch
        {
            S3Operation.PutObject => S3Operation.CopyObject,
            S3Operation.UploadPart => S3Operation.UploadPartCopy,
            _ => operation,
        };
    }

    private static FrozenDictionary<(Level, string, string), S3Operation> BuildRoutes()
    {
        Dictionary<(Level, string, string), S3Operation> routes = new()
        {
            [(Level.Service, "GET", "")] = S3Operation.ListBuckets,

            [(Level.Bucket, "PUT", "")] = S3Operation.CreateBucket,
            [(Level.Bucket, "HEAD", "")] = S3Operation.HeadBucket,
            [(Level.Bucket, "DELETE", "")] = S3Operation.DeleteBucket,
            [(Level.Bucket, "GET", "")] = S3Operation.ListObjects,
            [(Level.Bucket, "GET", "list-type")] = S3Operation.ListObjectsV2,
            [(Level.Bucket, "GET", "versions")] = S3Operation.ListObjectVersions,
            [(Level.Bucket, "GET", "uploads")] = S3Operation.ListMultipartUploads,
            [(Level.Bucket, "GET", "location")] = S3Operation.GetBucketLocation,
            [(Level.Bucket, "PUT", "acl")] = S3Operation.PutBucketAcl,
            [(Level.Bucket, "POST", "delete")] = S3Operation.DeleteObjects,

            [(Level.Object, "PUT", "")] = S3Operation.PutObject,
            [(Level.Object, "GET", "")] = S3Operation.GetObject,
            [(Level.Object, "GET", "partNumber")] = S3Operation.GetObject,
            [(Level.Object, "HEAD", "")] = S3Operation.HeadObject,
            [(Level.Object, "HEAD", "partNumber")] = S3Operation.HeadObject,
            [(Level.Object, "DELETE", "")] = S3Operation.DeleteObject,
            [(Level.Object, "GET", "attributes")] = S3Operation.GetObjectAttributes,
            [(Level.Object, "GET", "acl")] = S3Operation.GetObjectAcl,
            [(Level.Object, "PUT", "acl")] = S3Operation.PutObjectAcl,
            [(Level.Object, "GET", "tagging")] = S3Operation.GetObjectTagging,
            [(Level.Object, "DELETE", "tagging")] = S3Operation.DeleteAbsentSetting,
            [(Level.Object, "GET", "retention")] = S3Operation.GetObjectLockSetting,
            [(Level.Object, "GET", "legal-hold")] = S3Operation.GetObjectLockSetting,

            [(Level.Object, "POST", "uploads")] = S3Operation.CreateMultipartUpload,
            [(Level.Object, "PUT", "uploadId")] = S3Operation.UploadPart,
            [(Level.Object, "PUT", "partNumber")] = S3Operation.UploadPart,
            [(Level.Object, "POST", "uploadId")] = S3Operation.CompleteMultipartUpload,
            [(Level.Object, "DELETE", "uploadId")] = S3Operation.AbortMultipartUpload,
            [(Level.Object, "GET", "uploadId")] = S3Operation.ListParts,
        };
        foreach (string setting in Operations.BucketSettings.Readable)
            routes.Add((Level.Bucket, "GET", setting), S3Operation.GetBucketSetting);
        foreach (string setting in Operations.BucketSettings.NeverThere)
            routes.Add((Level.Bucket, "DELETE", setting), S3Operation.DeleteAbsentSetting);
        return routes.ToFrozenDictionary();
    }
}
