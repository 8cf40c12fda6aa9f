using Cess.Blobs.FileSystem;
using Cess.Blobs.S3;

namespace Cess.Blobs;

/// <summary>Opens backends by address.</summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>file:///var/lib/cess/blobs?quota=500GiB</c></term>
/// <description>A folder (<see cref="FileSystemBlobBackend"/>).</description></item>
/// <item><term><c>memory:?quota=64MiB</c></term>
/// <description>Memory (<see cref="MemoryBlobBackend"/>).</description></item>
/// <item><term><c>s3://bucket/prefix?endpoint=http://127.0.0.1:9000&amp;region=us-east-1&amp;path-style=true</c></term>
/// <description>A bucket (<see cref="S3BlobBackend"/>). With an endpoint the path style is the default.</description></item>
/// </list>
/// A quota is a number of bytes, or a number with KiB, MiB, GiB or TiB. Credentials never stand in an address.
/// </remarks>
public static class BlobBackends
{
    /// <summary>Opens the backend that an address names.</summary>
    /// <param name="address">As above.</param>
    /// <param name="credentials">Gives the keys for an S3 address; null, or one that gives null, leaves it to the AWS SDK.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="BlobException">
    /// <see cref="BlobError.InvalidConfiguration"/>: the address makes no sense; and what the backend's own opening throws.
    /// </exception>
    public static async ValueTask<IBlobBackend> OpenAsync(
        string address, Func<Uri, S3Credentials?>? credentials = null, CancellationToken cancellation = default)
    {
        var options = BackendAddress.Parse(address);
        switch (options.Uri.Scheme)
        {
            case "memory":
                var memory = new MemoryBlobBackend(options.TakeBytes("quota"));
                options.ExpectNoMore();
                return memory;
            case "file":
                var file = new FileSystemBlobOptions(options.TakeBytes("quota"));
                options.ExpectNoMore();
                return await FileSystemBlobBackend.OpenAsync(options.Uri.LocalPath, file, cancellation);
            case "s3":
                Uri? endpoint = options.TakeUri("endpoint");
                var s3 = new S3BlobOptions(options.Uri.Host)
                {
                    Prefix = options.Uri.AbsolutePath.TrimStart('/'),
                    Endpoint = endpoint,
                    Region = options.Take("region") ?? S3BlobOptions.DefaultRegion,
                    PathStyle = options.TakeFlag("path-style") ?? endpoint is not null,
                    Credentials = credentials?.Invoke(options.Uri),
                };
                options.ExpectNoMore();
                return await S3BlobBackend.OpenAsync(s3, cancellation);
            default:
                throw BackendAddress.Invalid($"there are file:, memory: and s3:, but not {options.Uri.Scheme}:");
        }
    }
}
