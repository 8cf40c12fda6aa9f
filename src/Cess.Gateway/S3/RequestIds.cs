using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3;

/// <summary>
/// The two ids of a request, as S3 has them: a short one to quote, a long one for its maker. Random, but no secrets.
/// </summary>
internal readonly record struct RequestIds(string RequestId, string HostId)
{
    private const int HostIdBytes = 24;

    public static RequestIds Next()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long) + HostIdBytes];
        Random.Shared.NextBytes(bytes);
        return new RequestIds(
            Convert.ToHexString(bytes[..sizeof(long)]), Convert.ToBase64String(bytes[sizeof(long)..]));
    }

    public void Write(IHeaderDictionary headers)
    {
        headers["x-amz-request-id"] = RequestId;
        headers["x-amz-id-2"] = HostId;
    }
}
