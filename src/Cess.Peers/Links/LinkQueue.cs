namespace Cess.Peers;

/// <summary>
/// What waits for one node, bounded: where it is full, the oldest goes, which consensus can do without best. Consensus goes before
/// transactions, and neither takes the other's room.
/// </summary>
internal sealed class LinkQueue(PeerMetrics metrics, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Lane _consensus = new(PeerLimits.QueueMessagesMax, PeerLimits.QueueBytesMax);
    private readonly Lane _transactions = new(PeerLimits.QueueTransactionFramesMax, PeerLimits.QueueTransactionBytesMax);
    private readonly Wake _arrived = new(time);

    /// <summary>Frames that wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _consensus.Count + _transactions.Count;
        }
    }

    public void Enqueue(in LinkFrame frame)
    {
        int dropped;
        lock (_lock)
            dropped = (frame.Kind == FrameKind.Consensus ? _consensus : _transactions).Enqueue(frame);
        _arrived.Set();
        if (dropped > 0)
            metrics.Dropped(DropReason.QueueFull, dropped);
    }

    public bool TryDequeue(out LinkFrame frame)
    {
        lock (_lock)
            return _consensus.TryDequeue(out frame) || _transactions.TryDequeue(out frame);
    }

    /// <summary>Ends when something may have come; for one waiter.</summary>
    public ValueTask WaitAsync(CancellationToken cancellation) => _arrived.WaitAsync(cancellation);

    private sealed class Lane(int framesMax, long bytesMax)
    {
        private readonly Queue<LinkFrame> _frames = new();
        private long _bytes;

        public int Count => _frames.Count;

        public int Enqueue(in LinkFrame frame)
        {
            int dropped = 0;
            while (_frames.Count > 0 && (_frames.Count >= framesMax || _bytes + frame.Bytes > bytesMax))
            {
                _bytes -= _frames.Dequeue().Bytes;
                dropped++;
            }

            _frames.Enqueue(frame);
            _bytes += frame.Bytes;
            return dropped;
        }

        public bool TryDequeue(out LinkFrame frame)
        {
            if (!_frames.TryDequeue(out frame))
                return false;
            _bytes -= frame.Bytes;
            return true;
        }
    }
}
