using System.Buffers;

namespace Cess.Blobs.Tests;

/// <summary>The error of a sender that goes away.</summary>
public sealed class EndOfTheWireException : Exception;

/// <summary>A stream that can't seek, doesn't know its length, gives its bytes in odd small pieces, and may fail on the way.</summary>
internal sealed class DribblingStream(byte[] content, int failAt = int.MaxValue) : Stream
{
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_position >= failAt)
            throw new EndOfTheWireException();
        int count = Math.Min(Math.Min(buffer.Length, content.Length - _position), 1 + (_position * 31 % 5000));
        content.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return Read(buffer.Span);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Memory in several pieces.</summary>
internal sealed class Scattered : ReadOnlySequenceSegment<byte>
{
    private Scattered(ReadOnlyMemory<byte> memory, long runningIndex) => (Memory, RunningIndex) = (memory, runningIndex);

    /// <summary>Cuts the content into pieces of the given lengths and a last one with the rest.</summary>
    public static ReadOnlySequence<byte> Of(byte[] content, params int[] lengths)
    {
        var first = new Scattered(content.AsMemory(0, lengths[0]), 0);
        Scattered last = first;
        int offset = lengths[0];
        foreach (int length in (int[])[.. lengths[1..], content.Length - lengths.Sum()])
        {
            var next = new Scattered(content.AsMemory(offset, length), offset);
            last.Next = next;
            last = next;
            offset += length;
        }
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
