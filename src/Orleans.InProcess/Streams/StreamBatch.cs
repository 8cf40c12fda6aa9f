using Orleans.Streams;

namespace Orleans.InProcess;

/// <summary>Events that were published together, and their place in the stream.</summary>
internal abstract class StreamBatch(long sequence, Dictionary<string, object>? context)
{
    internal long Sequence { get; } = sequence;

    internal Dictionary<string, object>? Context { get; } = context;

    internal abstract int Count { get; }

    internal abstract object? this[int index] { get; }
}

/// <summary>One event, or several.</summary>
internal sealed class StreamBatch<T> : StreamBatch
{
    private readonly T _single;
    private readonly T[]? _several;

    internal StreamBatch(long sequence, T single, Dictionary<string, object>? context)
        : base(sequence, context) => _single = single;

    internal StreamBatch(long sequence, T[] several, Dictionary<string, object>? context)
        : base(sequence, context)
    {
        _single = default!;
        _several = several;
    }

    internal override int Count => _several?.Length ?? 1;

    internal override object? this[int index] => ItemAt(index);

    internal T ItemAt(int index) => _several is null ? _single : _several[index];
}

internal sealed class StreamPosition(long sequence, int index) : StreamSequenceToken
{
    public override long SequenceNumber { get; protected set; } = sequence;

    public override int EventIndex { get; protected set; } = index;

    public override bool Equals(StreamSequenceToken? other) =>
        other is not null && SequenceNumber == other.SequenceNumber && EventIndex == other.EventIndex;

    public override int CompareTo(StreamSequenceToken? other)
    {
        if (other is null)
        {
            return 1;
        }

        int bySequence = SequenceNumber.CompareTo(other.SequenceNumber);
        return bySequence != 0 ? bySequence : EventIndex.CompareTo(other.EventIndex);
    }

    public override string ToString() => $"{SequenceNumber}:{EventIndex}";
}
