namespace Cess.Blobs;

/// <summary>A caller's stream together with the length that the caller declared for it, which must turn out true.</summary>
internal readonly struct DeclaredStream(BlobName name, Stream content, long length)
{
    public long Length => length;

    /// <summary>Fills the buffer, which must not be longer than what is still declared.</summary>
    /// <exception cref="BlobException"><see cref="BlobError.LengthMismatch"/>: the stream ended early.</exception>
    public async ValueTask FillAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        int count = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        if (count < buffer.Length)
            throw BlobException.LengthMismatch(name, length, "ended early");
    }

    /// <exception cref="BlobException"><see cref="BlobError.LengthMismatch"/>: the stream goes on.</exception>
    public async ValueTask ExpectEndAsync(CancellationToken cancellation)
    {
        if (await content.ReadAsync(new byte[1], cancellation) != 0)
            throw BlobException.LengthMismatch(name, length, "goes on");
    }
}
