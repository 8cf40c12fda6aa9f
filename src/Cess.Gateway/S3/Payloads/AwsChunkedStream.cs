using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Cess.Gateway.S3.Signing;

namespace Cess.Gateway.S3.Payloads;

/// <summary>
/// The content of an aws-chunked body, as it arrives:
/// <code>
/// body    = *chunk last [trailer]
/// chunk   = hex-size [";chunk-signature=" 64hex] CRLF data CRLF
/// last    = "0"      [";chunk-signature=" 64hex] CRLF
/// trailer = *(name ":" value CRLF) ["x-amz-trailer-signature:" 64hex CRLF] [CRLF]
/// </code>
/// The last bytes of the content are handed out only when all that follows them has been read and found right, so a
/// reader that stops at the announced length has seen every error.
/// </summary>
internal sealed class AwsChunkedStream : ReadOnlyStream
{
    private const string SignatureField = ";chunk-signature=";

    private readonly PipeReader _body;
    private readonly long _length;
    private readonly ChunkSigner? _signer;
    private readonly bool _mayHaveTrailer;
    private readonly IncrementalHash? _chunkHash;
    private readonly byte[] _signature = new byte[SigV4.HashSize];
    private readonly List<(string Name, string Value)> _trailers = [];

    private State _state = State.ChunkLine;
    private long _received;
    private long _chunkRemaining;
    private bool _hadSmallChunk;

    /// <param name="body">The request's body.</param>
    /// <param name="length">x-amz-decoded-content-length.</param>
    /// <param name="signer">Checks chunks and trailer; null when they are not signed.</param>
    /// <param name="mayHaveTrailer">Whether the payload mode has one.</param>
    public AwsChunkedStream(PipeReader body, long length, ChunkSigner? signer, bool mayHaveTrailer)
    {
        _body = body;
        _length = length;
        _signer = signer;
        _mayHaveTrailer = mayHaveTrailer;
        _chunkHash = signer is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    private enum State
    {
        ChunkLine,
        Data,
        DataEnd,
        Trailer,
        End,
    }

    /// <summary>
    /// Name, in lower case, and value of the trailer's fields; complete when the content has been read to its end.
    /// </summary>
    public IReadOnlyList<(string Name, string Value)> Trailers => _trailers;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int filled = 0;
        while (_state != State.End && (filled < buffer.Length || _received == _length))
        {
            if (!_body.TryRead(out ReadResult result))
            {
                if (filled > 0 && _received < _length)
                    break;
                result = await _body.ReadAsync(cancellationToken);
            }

            ReadOnlySequence<byte> rest = result.Buffer;
            Step step;
            do
            {
                step = Advance(ref rest, buffer.Span, ref filled, result.IsCompleted);
            }
            while (step == Step.Taken);
            _body.AdvanceTo(rest.Start, step == Step.NeedsMore ? rest.End : rest.Start);
            if (step == Step.NeedsMore && result.IsCompleted)
                throw new S3Exception(S3Errors.IncompleteBody);
        }

        return filled;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _chunkHash?.Dispose();
        base.Dispose(disposing);
    }

    private Step Advance(ref ReadOnlySequence<byte> rest, Span<byte> destination, ref int filled, bool isLast) => _state switch
    {
        State.ChunkLine => ReadChunkLine(ref rest),
        State.Data => ReadData(ref rest, destination, ref filled),
        State.DataEnd => ReadDataEnd(ref rest),
        State.Trailer => ReadTrailer(ref rest, isLast),
        _ => Step.Done,
    };

    private Step ReadChunkLine(ref ReadOnlySequence<byte> rest)
    {
        if (!TryReadLine(ref rest, out ReadOnlySequence<byte> line))
            return Step.NeedsMore;
        Span<byte> bytes = stackalloc byte[S3Limits.ChunkLineBytesMax];
        line.CopyTo(bytes);
        ReadOnlySpan<byte> text = bytes[..(int)line.Length];
        if (!Utf8Parser.TryParse(text, out long size, out int digits, 'x') || size < 0)
            throw Malformed("a chunk does not begin with its size");
        ReadSignature(text[digits..]);
        if (size > _length - _received)
            throw new S3Exception(S3Errors.IncompleteBody, "The chunks hold more than x-amz-decoded-content-length says.");
        if (size > 0 && _hadSmallChunk)
            throw new S3Exception(S3Errors.InvalidChunkSize);
        _hadSmallChunk = size < S3Limits.ChunkBytesMin;
        _chunkRemaining = size;
        if (size > 0)
        {
            _state = State.Data;
            return Step.Taken;
        }

        if (_received < _length)
            throw new S3Exception(S3Errors.IncompleteBody);
        CheckChunk();
        _state = State.Trailer;
        return Step.Taken;
    }

    private void ReadSignature(ReadOnlySpan<byte> extension)
    {
        if (_signer is null)
        {
            if (!extension.IsEmpty)
                throw Malformed("a chunk of an unsigned payload has an extension");
            return;
        }

        if (extension.Length != SignatureField.Length + SigV4.HexHashSize
            || !Ascii.Equals(extension[..SignatureField.Length], SignatureField)
            || !SigV4.TryParseHash(extension[SignatureField.Length..], _signature))
        {
            throw Malformed("a chunk has no signature");
        }
    }

    private Step ReadData(ref ReadOnlySequence<byte> rest, Span<byte> destination, ref int filled)
    {
        int count = (int)Math.Min(Math.Min(_chunkRemaining, rest.Length), destination.Length - filled);
        if (count == 0)
            return rest.IsEmpty ? Step.NeedsMore : Step.Done;
        Span<byte> data = destination.Slice(filled, count);
        rest.Slice(0, count).CopyTo(data);
        rest = rest.Slice(count);
        _chunkHash?.AppendData(data);
        filled += count;
        _received += count;
        _chunkRemaining -= count;
        if (_chunkRemaining == 0)
            _state = State.DataEnd;
        return Step.Taken;
    }

    private Step ReadDataEnd(ref ReadOnlySequence<byte> rest)
    {
        if (rest.Length < 2)
            return Step.NeedsMore;
        Span<byte> end = stackalloc byte[2];
        rest.Slice(0, 2).CopyTo(end);
        if (!end.SequenceEqual("\r\n"u8))
            throw Malformed("a chunk is longer than its size says");
        rest = rest.Slice(2);
        CheckChunk();
        _state = State.ChunkLine;
        return Step.Taken;
    }

    /// <summary>Takes all that is left in one piece: it is small, and clients differ in where they put line ends.</summary>
    private Step ReadTrailer(ref ReadOnlySequence<byte> rest, bool isLast)
    {
        if (rest.Length > S3Limits.TrailerBytesMax)
            throw new S3Exception(S3Errors.MalformedTrailer);
        if (!isLast)
            return Step.NeedsMore;
        string text = Encoding.UTF8.GetString(rest);
        rest = rest.Slice(rest.End);
        string? signature = null;
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = text.AsSpan(range).Trim();
            if (line.IsEmpty)
                continue;
            int colon = line.IndexOf(':');
            if (!_mayHaveTrailer || colon <= 0 || signature is not null || _trailers.Count > S3Limits.TrailersMax)
                throw new S3Exception(S3Errors.MalformedTrailer);
            string name = line[..colon].Trim().ToString().ToLowerInvariant();
            string value = line[(colon + 1)..].Trim().ToString();
            if (name == "x-amz-trailer-signature")
                signature = value;
            else
                _trailers.Add((name, value));
        }

        CheckTrailer(signature);
        _state = State.End;
        return Step.Done;
    }

    private void CheckChunk()
    {
        if (_signer is null)
            return;
        Span<byte> hash = stackalloc byte[SigV4.HashSize];
        _chunkHash!.GetHashAndReset(hash);
        if (!_signer.VerifyChunk(hash, _signature))
            throw new S3Exception(S3Errors.SignatureDoesNotMatch, "A chunk's signature does not match its data.");
    }

    private void CheckTrailer(string? signature)
    {
        if (_signer is null || !_mayHaveTrailer)
        {
            if (signature is not null)
                throw new S3Exception(S3Errors.MalformedTrailer);
            return;
        }

        using PooledBuffer canonical = new(256);
        foreach ((string name, string value) in _trailers)
        {
            canonical.Append(name);
            canonical.Append((byte)':');
            canonical.Append(value);
            canonical.Append((byte)'\n');
        }

        Span<byte> hash = stackalloc byte[SigV4.HashSize];
        SHA256.HashData(canonical.Span, hash);
        if (!SigV4.TryParseHash(signature, _signature) || !_signer.VerifyTrailer(hash, _signature))
            throw new S3Exception(S3Errors.SignatureDoesNotMatch, "The trailer's signature does not match it.");
    }

    private static bool TryReadLine(ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> line)
    {
        SequenceReader<byte> reader = new(
            rest.Length > S3Limits.ChunkLineBytesMax ? rest.Slice(0, S3Limits.ChunkLineBytesMax) : rest);
        if (reader.TryReadTo(out line, "\r\n"u8))
        {
            rest = rest.Slice(reader.Position);
            return true;
        }

        return rest.Length < S3Limits.ChunkLineBytesMax ? false : throw Malformed("a chunk does not begin with its size");
    }

    private static S3Exception Malformed(string what) =>
        new(S3Errors.InvalidRequest, $"The aws-chunked body is malformed: {what}.");

    /// <summary>What became of the bytes at hand.</summary>
    private enum Step
    {
        /// <summary>Some were taken; there may be more to do.</summary>
        Taken,

        /// <summary>Nothing can be done before more arrive.</summary>
        NeedsMore,

        /// <summary>The destination is full, or the body has ended.</summary>
        Done,
    }
}
