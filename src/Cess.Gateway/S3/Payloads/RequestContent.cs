using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Cess.Gateway.S3.Checksums;
using Cess.Gateway.S3.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Cess.Gateway.S3.Payloads;

/// <summary>
/// The content of a request's body, whatever it is wrapped in. Reading its last byte checks everything that was announced of
/// it: length, SHA-256, chunk signatures, checksum. When one is wrong the read throws, before that byte is handed out.
/// </summary>
internal sealed class RequestContent : ReadOnlyStream
{
    private readonly Stream _source;
    private readonly AwsChunkedStream? _chunks;
    private readonly byte[]? _expectedHash;
    private readonly IncrementalHash? _hash;
    private readonly ContentChecksum? _announced;
    private readonly RunningChecksum? _checksum;
    private long _remaining;
    private string? _checked;

    private RequestContent(HttpRequest request, Authentication authentication, long length, bool hasChecksum)
    {
        ContentLength = length;
        _remaining = length;
        _announced = hasChecksum ? ContentChecksum.Read(request.Headers, authentication.Mode.HasTrailer()) : null;
        _checksum = _announced is null ? null : new RunningChecksum(_announced.Algorithm);
        _expectedHash = authentication.PayloadHash;
        _hash = _expectedHash is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Md5 = ReadMd5(request.Headers);
        if (authentication.Mode.IsChunked())
        {
            _chunks = new AwsChunkedStream(
                request.BodyReader, length, authentication.ChunkSigner, authentication.Mode.HasTrailer());
        }

        _source = _chunks ?? request.Body;
    }

    /// <summary>Bytes of content.</summary>
    public long ContentLength { get; }

    /// <summary>Content-MD5, 16 bytes; null when there is none. Whoever reads the content checks it.</summary>
    public byte[]? Md5 { get; }

    /// <summary>Bytes read so far.</summary>
    public long Received => ContentLength - _remaining;

    /// <summary>True once everything announced was found right.</summary>
    public bool IsChecked { get; private set; }

    /// <summary>Whether a digest of any kind covers the content.</summary>
    public bool HasDigest => Md5 is not null || _announced is not null || _expectedHash is not null;

    /// <summary>The algorithm of the announced checksum; null for none.</summary>
    public ChecksumAlgorithm? Algorithm => _announced?.Algorithm;

    /// <summary>The checksum, in base64, once it was checked; null for none.</summary>
    public string? Checksum => _checked;

    /// <param name="request">Its body is not touched yet.</param>
    /// <param name="authentication">Says how the body is framed and covered.</param>
    /// <param name="hasChecksum">False when x-amz-checksum-* in the headers is not that of the body.</param>
    /// <exception cref="S3Exception">
    /// MissingContentLength, NotImplemented, InvalidArgument, InvalidDigest, InvalidRequest.
    /// </exception>
    public static RequestContent Open(HttpRequest request, Authentication authentication, bool hasChecksum = true) =>
        new(request, authentication, LengthOf(request, authentication.Mode), hasChecksum);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsChecked || buffer.IsEmpty)
            return 0;
        int count = await _source.ReadAsync(buffer, cancellationToken);
        if (count == 0 && _remaining > 0)
            throw new S3Exception(S3Errors.IncompleteBody);
        _remaining -= count;
        _hash?.AppendData(buffer.Span[..count]);
        _checksum?.Append(buffer.Span[..count]);
        if (_remaining == 0)
            Check();
        return count;
    }

    /// <summary>Checks content of no bytes, which there may be no reason to read.</summary>
    public async Task CheckEmptyAsync(CancellationToken cancellation)
    {
        if (await ReadAsync(new byte[1], cancellation) > 0)
            throw new InvalidOperationException("The content is not empty.");
    }

    /// <summary>Checks Content-MD5 over the whole content.</summary>
    /// <exception cref="S3Exception">BadDigest.</exception>
    [SuppressMessage("Security", "CA5351", Justification = "S3 defines Content-MD5; it is the signature that authenticates.")]
    public void CheckMd5(ReadOnlySpan<byte> content)
    {
        if (Md5 is not null && !MD5.HashData(content).AsSpan().SequenceEqual(Md5))
            throw new S3Exception(S3Errors.BadDigest);
    }

    /// <summary>The checked checksum as a header to keep; empty for none.</summary>
    public IReadOnlyDictionary<string, string> ChecksumHeaders() => _checked is null
        ? new Dictionary<string, string>()
        : new Dictionary<string, string> { [_announced!.Algorithm.Header] = _checked };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _chunks?.Dispose();
            _hash?.Dispose();
            _checksum?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Check()
    {
        if (_hash is not null)
        {
            Span<byte> computed = stackalloc byte[SigV4.HashSize];
            _hash.GetHashAndReset(computed);
            if (!CryptographicOperations.FixedTimeEquals(computed, _expectedHash))
            {
                throw new S3Exception(
                    S3Errors.XAmzContentSha256Mismatch, null,
                    ("ClientComputedContentSHA256", Convert.ToHexStringLower(_expectedHash!)),
                    ("S3ComputedContentSHA256", Convert.ToHexStringLower(computed)));
            }
        }

        if (_announced is { } announced)
        {
            byte[] expected = announced.Value ?? TrailingChecksum(announced.Algorithm);
            if (!_checksum!.Finish().AsSpan().SequenceEqual(expected))
            {
                throw new S3Exception(
                    S3Errors.BadDigest, $"The {announced.Algorithm.Name} you specified did not match the calculated checksum.");
            }

            _checked = Convert.ToBase64String(expected);
        }

        if (_chunks is { Trailers.Count: > 0 } && (_announced is null || _announced.Value is not null))
            throw new S3Exception(S3Errors.MalformedTrailer);
        IsChecked = true;
    }

    private byte[] TrailingChecksum(ChecksumAlgorithm algorithm)
    {
        if (_chunks is not { Trailers: [(string name, string value)] } || name != algorithm.Header)
            throw new S3Exception(S3Errors.MalformedTrailer);
        return algorithm.TryDecode(value, out byte[]? bytes)
            ? bytes
            : throw new S3Exception(S3Errors.InvalidRequest, $"Value for {algorithm.Header} trailing header is invalid.");
    }

    private static long LengthOf(HttpRequest request, PayloadMode mode)
    {
        if (!mode.IsChunked())
        {
            return request.ContentLength ?? (request.Headers.TransferEncoding.Count > 0
                ? throw new S3Exception(
                    S3Errors.NotImplemented, "A header you provided implies functionality that is not implemented",
                    ("Header", "Transfer-Encoding"))
                : throw new S3Exception(S3Errors.MissingContentLength));
        }

        string? length = request.Headers["x-amz-decoded-content-length"];
        if (string.IsNullOrEmpty(length))
            throw new S3Exception(
                S3Errors.MissingContentLength, "You must provide the x-amz-decoded-content-length HTTP header.");
        return long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new S3Exception(
                S3Errors.InvalidArgument, "x-amz-decoded-content-length must be a number.",
                ("ArgumentName", "x-amz-decoded-content-length"), ("ArgumentValue", length));
    }

    private static byte[]? ReadMd5(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue("Content-MD5", out StringValues text))
            return null;
        byte[] md5 = new byte[MD5.HashSizeInBytes];
        return text.ToString() is { Length: <= 32 } base64
            && Convert.TryFromBase64String(base64, md5, out int written) && written == md5.Length
            ? md5
            : throw new S3Exception(S3Errors.InvalidDigest);
    }
}
