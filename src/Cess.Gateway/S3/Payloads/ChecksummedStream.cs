using Cess.Gateway.S3.Checksums;

namespace Cess.Gateway.S3.Payloads;

/// <summary>Passes a stream on, and computes a checksum of what has passed.</summary>
internal sealed class ChecksummedStream(Stream source, ChecksumAlgorithm algorithm) : ReadOnlyStream
{
    private readonly RunningChecksum _checksum = new(algorithm);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await source.ReadAsync(buffer, cancellationToken);
        _checksum.Append(buffer.Span[..count]);
        return count;
    }

    /// <summary>The checksum as a header to keep; once, when the stream has been read to its end.</summary>
    public IReadOnlyDictionary<string, string> Headers() =>
        new Dictionary<string, string> { [algorithm.Header] = Convert.ToBase64String(_checksum.Finish()) };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _checksum.Dispose();
        base.Dispose(disposing);
    }
}
