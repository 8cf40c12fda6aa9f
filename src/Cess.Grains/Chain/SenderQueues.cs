using Cess.Consensus.Messages;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>A message that waits for a validator.</summary>
/// <param name="From">The validator that has sent it, which is authenticated.</param>
/// <param name="Message">The message.</param>
/// <param name="Bytes">What it holds in memory besides what this node has anyway; 0 if it was made here.</param>
internal readonly record struct WaitingMessage(AccountId From, ConsensusMessage Message, int Bytes);

/// <summary>
/// Messages in one queue a sender, so that no sender takes another's room or turn. Each has bounds of its own; when all together are
/// too many, whoever has most loses its oldest. So whoever has no more waiting than its equal part of the whole loses nothing, however
/// many others flood. Taking goes round the senders, one message each, and keeps the order of each. For one thread at a time.
/// </summary>
/// <param name="messagesMax">Messages of all senders.</param>
/// <param name="bytesMax">Bytes of those.</param>
/// <param name="senderMessagesMax">Messages of one sender.</param>
/// <param name="senderBytesMax">Bytes of those; must let the longest message in.</param>
internal sealed class SenderQueues(int messagesMax, long bytesMax, int senderMessagesMax, long senderBytesMax)
{
    private readonly Dictionary<AccountId, Sender> _senders = [];

    /// <summary>The same senders, whose turn is next first; one whose queue is empty leaves when its turn comes.</summary>
    private readonly Queue<Sender> _turns = new();
    private int _messages;
    private long _bytes;

    /// <summary>Messages that were put in and not taken: refused, or lost to make room.</summary>
    public int Lost { get; private set; }

    /// <summary>Puts a message in; false if its sender has too many waiting.</summary>
    public bool TryAdd(WaitingMessage message)
    {
        Sender? sender = _senders.GetValueOrDefault(message.From);
        long messages = (sender?.Waiting.Count ?? 0) + 1;
        long bytes = (sender?.Bytes ?? 0) + message.Bytes;
        if (messages > senderMessagesMax || bytes > senderBytesMax || !TryMakeRoom(messages, bytes, message.Bytes))
        {
            Lost++;
            return false;
        }
        if (sender is null)
        {
            sender = new Sender(message.From);
            _senders.Add(message.From, sender);
            _turns.Enqueue(sender);
        }
        sender.Waiting.Enqueue(message);
        Count(sender, 1, message.Bytes);
        return true;
    }

    /// <summary>Takes the oldest message of the sender whose turn it is; null if none waits.</summary>
    public WaitingMessage? Take()
    {
        while (_turns.TryDequeue(out Sender? sender))
        {
            if (sender.Waiting.TryDequeue(out WaitingMessage next))
            {
                Count(sender, -1, -next.Bytes);
                _turns.Enqueue(sender);
                return next;
            }
            _senders.Remove(sender.Account);
        }
        return null;
    }

    /// <param name="messages">What the sender will have waiting.</param>
    /// <param name="bytes">The bytes of that.</param>
    /// <param name="added">The bytes of the message that needs room.</param>
    private bool TryMakeRoom(long messages, long bytes, int added)
    {
        while (_messages + 1 > messagesMax)
        {
            if (!TryLoseOldest(sender => sender.Waiting.Count, messages))
                return false;
        }
        while (_bytes + added > bytesMax)
        {
            if (!TryLoseOldest(sender => sender.Bytes, bytes))
                return false;
        }
        return true;
    }

    private bool TryLoseOldest(Func<Sender, long> size, long above)
    {
        if (_turns.MaxBy(size) is not { } largest || size(largest) <= above)
            return false;
        Count(largest, -1, -largest.Waiting.Dequeue().Bytes);
        Lost++;
        return true;
    }

    private void Count(Sender sender, int messages, int bytes)
    {
        _messages += messages;
        _bytes += bytes;
        sender.Bytes += bytes;
    }

    private sealed class Sender(AccountId account)
    {
        public AccountId Account => account;

        public Queue<WaitingMessage> Waiting { get; } = new();

        public long Bytes { get; set; }
    }
}
