namespace Cess.Client.Objects;

/// <summary>Reads a stream and can tell that it has ended before anybody asks for the next byte.</summary>
internal sealed class LookAheadStream(Stream source)
{
    private readonly byte[] _ahead = new byte[1];
    private bool _hasAhead;

    /// <summary>Fills the buffer; less only at the end.</summary>
    public async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (buffer.IsEmpty)
            return 0;

        int count = 0;
        if (_hasAhead)
        {
            buffer.Span[0] = _ahead[0];
            _hasAhead = false;
            count = 1;
        }

        return count + await source.ReadAtLeastAsync(buffer[count..], buffer.Length - count, throwOnEndOfStream: false, cancellation);
    }

    /// <summary>True when there is nothing more.</summary>
    public async ValueTask<bool> IsAtEndAsync(CancellationToken cancellation)
    {
        if (!_hasAhead)
            _hasAhead = await source.ReadAsync(_ahead, cancellation) == 1;
        return !_hasAhead;
    }
}
