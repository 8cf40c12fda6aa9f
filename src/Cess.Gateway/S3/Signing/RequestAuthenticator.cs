using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cess.Gateway.Objects;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3.Signing;

/// <summary>Checks a request's signature before anything of its body is read.</summary>
internal sealed class RequestAuthenticator(ICredentialStore credentials, string region, TimeProvider clock)
{
    /// <summary>GetBucketLocation is how a client learns the region, so it may be signed for this one too.</summary>
    private const string AnyClientsRegion = "us-east-1";

    private readonly SigningKeyCache _keys = new();

    /// <param name="request">Method and headers.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="isLocationQuery">True for GetBucketLocation.</param>
    /// <param name="cancellation">Ends the look-up of the credential.</param>
    /// <exception cref="S3Exception">What is wrong with the signature.</exception>
    public async ValueTask<Authentication> AuthenticateAsync(
        HttpRequest request, S3Target target, bool isLocationQuery, CancellationToken cancellation)
    {
        SignatureClaim claim = SignatureClaim.Read(request.Headers, target.Query);
        if (target.Query.Has("X-Amz-Security-Token") || request.Headers.ContainsKey("x-amz-security-token"))
            throw new S3Exception(S3Errors.InvalidToken);
        CheckTime(claim);
        CheckRegion(claim, isLocationQuery);
        CheckSignedHeaders(claim, request.Headers);
        string payload = PayloadOf(claim, request.Headers, target.Query);
        PayloadMode mode = PayloadModes.Parse(payload);

        Credential credential = claim.AccessKeyId.Length > S3Limits.AccessKeyIdLengthMax
            ? throw new S3Exception(S3Errors.InvalidAccessKeyId)
            : await credentials.FindAsync(claim.AccessKeyId, cancellation)
                ?? throw new S3Exception(S3Errors.InvalidAccessKeyId, null, ("AWSAccessKeyId", claim.AccessKeyId));
        return Verify(request, target, claim, credential, payload, mode);
    }

    private Authentication Verify(
        HttpRequest request, S3Target target, SignatureClaim claim, Credential credential, string payload, PayloadMode mode)
    {
        Span<byte> key = stackalloc byte[SigV4.HashSize];
        Span<byte> expected = stackalloc byte[SigV4.HashSize];
        Span<byte> given = stackalloc byte[SigV4.HashSize];
        using PooledBuffer canonical = new(2_048);
        using PooledBuffer toSign = new(256);
        CanonicalRequest.Append(canonical, request.Method, target, request.Headers, claim.SignedHeaders, payload);
        AppendStringToSign(toSign, claim, canonical.Span);
        try
        {
            _keys.Get(claim.AccessKeyId, credential.SecretKey, claim.Date, claim.Region, key);
            HMACSHA256.HashData(key, toSign.Span, expected);
            if (!SigV4.TryParseHash(claim.Signature, given) || !CryptographicOperations.FixedTimeEquals(expected, given))
                throw Mismatch(claim, canonical, toSign);

            byte[]? hash = null;
            if (mode == PayloadMode.Hashed && !SigV4.TryParseHash(payload, hash = new byte[SigV4.HashSize]))
                throw new S3Exception(S3Errors.InvalidArgument, "x-amz-content-sha256 must be 64 hex digits.");
            ChunkSigner? chunks = mode.HasSignedChunks() ? new ChunkSigner(key, expected, claim.Timestamp, claim.Scope) : null;
            return new Authentication(new Caller(credential.Account), mode, hash, chunks);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static void AppendStringToSign(PooledBuffer buffer, SignatureClaim claim, ReadOnlySpan<byte> canonical)
    {
        Span<byte> hash = stackalloc byte[SigV4.HashSize];
        SHA256.HashData(canonical, hash);
        buffer.Append(SigV4.Algorithm);
        buffer.Append((byte)'\n');
        buffer.Append(claim.Timestamp);
        buffer.Append((byte)'\n');
        buffer.Append(claim.Scope);
        buffer.Append((byte)'\n');
        SigV4.AppendHex(buffer, hash);
    }

    private void CheckTime(SignatureClaim claim)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (claim.Lifetime is { } lifetime)
        {
            if (claim.Time > now + S3Limits.ClockSkewMax)
                throw new S3Exception(
                    S3Errors.AccessDenied, "Request is not valid yet", ("X-Amz-Date", Iso(claim.Time)), ("ServerTime", Iso(now)));
            if (now > claim.Time + lifetime)
            {
                throw new S3Exception(
                    S3Errors.AccessDenied, "Request has expired",
                    ("X-Amz-Expires", ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
                    ("Expires", Iso(claim.Time + lifetime)), ("ServerTime", Iso(now)));
            }
        }
        else if ((claim.Time - now).Duration() > S3Limits.ClockSkewMax)
        {
            throw new S3Exception(
                S3Errors.RequestTimeTooSkewed, null, ("RequestTime", claim.Timestamp), ("ServerTime", Iso(now)),
                ("MaxAllowedSkewMilliseconds", $"{(long)S3Limits.ClockSkewMax.TotalMilliseconds}"));
        }
    }

    private void CheckRegion(SignatureClaim claim, bool isLocationQuery)
    {
        if (claim.Region == region || (isLocationQuery && claim.Region == AnyClientsRegion))
            return;
        throw claim.IsPresigned
            ? new S3Exception(
                S3Errors.AuthorizationQueryParametersError,
                $"Error parsing the X-Amz-Credential parameter; the region '{claim.Region}' is wrong; expecting '{region}'",
                ("Region", region))
            : new S3Exception(
                S3Errors.AuthorizationHeaderMalformed,
                $"The authorization header is malformed; the region '{claim.Region}' is wrong; expecting '{region}'",
                ("Region", region));
    }

    /// <summary>Whatever steers the request must be covered by its signature: Host, and every header of S3's and ours.</summary>
    private static void CheckSignedHeaders(SignatureClaim claim, IHeaderDictionary headers)
    {
        string? missing = claim.Signs("host") ? null : "host";
        foreach (string name in headers.Keys)
        {
            bool steers = name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("x-cess-", StringComparison.OrdinalIgnoreCase);
            if (steers && !claim.Signs(name))
                missing = missing is null ? name.ToLowerInvariant() : missing + ", " + name.ToLowerInvariant();
        }

        if (missing is not null)
        {
            throw new S3Exception(
                S3Errors.AccessDenied, "There were headers present in the request which were not signed",
                ("HeadersNotSigned", missing));
        }
    }

    private static string PayloadOf(SignatureClaim claim, IHeaderDictionary headers, S3Query query)
    {
        string? payload = headers["x-amz-content-sha256"];
        if (!string.IsNullOrEmpty(payload))
            return payload;
        if (claim.IsPresigned)
            return query.Get("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD";
        throw new S3Exception(S3Errors.InvalidRequest, "Missing required header for this request: x-amz-content-sha256");
    }

    private static S3Exception Mismatch(SignatureClaim claim, PooledBuffer canonical, PooledBuffer toSign) => new(
        S3Errors.SignatureDoesNotMatch,
        null,
        ("AWSAccessKeyId", claim.AccessKeyId),
        ("StringToSign", Encoding.UTF8.GetString(toSign.Span)),
        ("SignatureProvided", claim.Signature),
        ("CanonicalRequest", Encoding.UTF8.GetString(canonical.Span)));

    private static string Iso(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
