namespace Cess.Gateway.Objects.Pipeline;

/// <summary>Reads a stream and can tell that it has ended before anybody asks for the next byte.</summary>
internal sealed class LookAheadStream(Stream source)
{
    private readonly byte[] _ahead = new byte[1];
    private bool _hasAhead;

    /// <summary>Fills the buffer; less only at the end.</summary>
    public async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        int count = 0;
        if (_hasAhead && buffer.Length > 0)
        {
            buffer.Span[0] = _ahead[0];
            _hasAhead = false;
            count = 1;
        }
        return count + await source.ReadAtLeastAsync(
            buffer[count..], buffer.Length - count, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
    }

    /// <summary>True when there is nothing more.</summary>
    public async ValueTask<bool> IsAtEndAsync(CancellationToken cancellation)
    {
        if (!_hasAhead)
            _hasAhead = await source.ReadAsync(_ahead, cancellation).ConfigureAwait(false) == 1;
        return !_hasAhead;
    }
}
