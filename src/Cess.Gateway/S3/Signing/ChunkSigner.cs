using System.Security.Cryptography;

namespace Cess.Gateway.S3.Signing;

/// <summary>
/// Checks the signatures inside an aws-chunked body, each over the one before it: "Signature Calculations for the
/// Authorization Header: Transferring Payload in Multiple Chunks" and "… Including Trailing Headers" of the S3 documentation.
/// </summary>
internal sealed class ChunkSigner : IDisposable
{
    private readonly byte[] _key;
    private readonly string _timeAndScope;
    private readonly byte[] _previous = new byte[SigV4.HashSize];
    private readonly PooledBuffer _text = new(512);

    /// <param name="key">The request's signing key; copied, and zeroed on disposal.</param>
    /// <param name="seed">The request's signature.</param>
    /// <param name="timestamp">The request's time, yyyyMMddTHHmmssZ.</param>
    /// <param name="scope">The request's credential scope.</param>
    public ChunkSigner(ReadOnlySpan<byte> key, ReadOnlySpan<byte> seed, string timestamp, string scope)
    {
        _key = key.ToArray();
        seed.CopyTo(_previous);
        _timeAndScope = "\n" + timestamp + "\n" + scope + "\n";
    }

    /// <summary>
    /// Whether <paramref name="signature"/> is that of a chunk with this SHA-256; the next one is chained to it.
    /// </summary>
    public bool VerifyChunk(ReadOnlySpan<byte> dataHash, ReadOnlySpan<byte> signature)
    {
        Begin("AWS4-HMAC-SHA256-PAYLOAD"u8);
        _text.Append(SigV4.EmptyHash);
        _text.Append((byte)'\n');
        return Verify(dataHash, signature);
    }

    /// <summary>Whether <paramref name="signature"/> is that of a trailer with this SHA-256.</summary>
    public bool VerifyTrailer(ReadOnlySpan<byte> trailerHash, ReadOnlySpan<byte> signature)
    {
        Begin("AWS4-HMAC-SHA256-TRAILER"u8);
        return Verify(trailerHash, signature);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        _text.Dispose();
    }

    private void Begin(ReadOnlySpan<byte> algorithm)
    {
        _text.Clear();
        _text.Append(algorithm);
        _text.Append(_timeAndScope);
        SigV4.AppendHex(_text, _previous);
        _text.Append((byte)'\n');
    }

    private bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        SigV4.AppendHex(_text, hash);
        HMACSHA256.HashData(_key, _text.Span, _previous);
        return CryptographicOperations.FixedTimeEquals(_previous, signature);
    }
}
