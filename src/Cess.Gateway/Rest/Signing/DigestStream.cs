using System.Security.Cryptography;
using Cess.Wire;

namespace Cess.Gateway.Rest.Signing;

/// <summary>
/// A request's body that is hashed while it is read. Its end is only reported when the digest is the one that was signed:
/// before, the read fails with <see cref="WireErrors.DigestMismatch"/>. Whoever acts on a body reads it to its end first.
/// </summary>
internal sealed class DigestStream(Stream body, byte[] expected) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _isChecked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await body.ReadAsync(buffer, cancellationToken);
        if (read > 0)
            _hash.AppendData(buffer.Span[..read]);
        else if (!buffer.IsEmpty)
            CheckDigest();
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private void CheckDigest()
    {
        if (_isChecked)
            return;

        if (!CryptographicOperations.FixedTimeEquals(_hash.GetHashAndReset(), expected))
            throw new RestException(WireErrors.DigestMismatch, "The body does not have the SHA-256 digest that Content-Digest says.");
        _isChecked = true;
    }
}
