using Cess.Gateway.Objects;

namespace Cess.Gateway.S3.Operations;

/// <summary>Where a server-side copy reads from.</summary>
internal readonly record struct CopySource(string Bucket, string Key)
{
    private const string HeaderName = "x-amz-copy-source";
    private const string Version = "?versionId=";

    /// <summary>Reads x-amz-copy-source: [/]bucket/key, percent-encoded, and perhaps ?versionId=null.</summary>
    /// <exception cref="S3Exception">InvalidArgument, NoSuchVersion, KeyTooLongError.</exception>
    public static CopySource Read(S3Request request)
    {
        string header = request.Header(HeaderName)!;
        ReadOnlySpan<char> source = header.AsSpan().TrimStart('/');
        int version = source.LastIndexOf(Version, StringComparison.Ordinal);
        if (version >= 0)
        {
            ObjectOperations.CheckVersion(source[(version + Version.Length)..].ToString());
            source = source[..version];
        }

        // Some clients encode the slash behind the bucket too.
        string path = PercentEncoding.Decode(source);
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == path.Length - 1)
            throw S3Request.InvalidArgument(
                HeaderName, header, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        CopySource parsed = new(path[..slash], path[(slash + 1)..]);
        S3Target.CheckBucket(parsed.Bucket);
        S3Target.CheckKey(parsed.Key);
        return parsed;
    }

    /// <summary>Opens the source, if the request's conditions on it hold.</summary>
    /// <exception cref="S3Exception">PreconditionFailed.</exception>
    public async Task<IObjectReader> OpenAsync(IObjectStore store, S3Request request)
    {
        IObjectReader reader = await store.OpenAsync(request.Caller, Bucket, Key, request.Aborted);
        try
        {
            return Preconditions.OfCopySource(request.Headers).IsNotModified(reader.Info)
                ? throw Preconditions.Failed("x-amz-copy-source-If-None-Match")
                : reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }
}
