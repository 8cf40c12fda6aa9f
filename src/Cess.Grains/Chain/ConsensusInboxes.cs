using System.Collections.Concurrent;
using Cess.Consensus.Messages;
using Cess.Primitives;
using Orleans;

namespace Cess.Grains.Chain;

/// <summary>
/// Messages for the validators of this node, from the moment they come until the validator's grain takes them: bulk data, and
/// so not sent in grain calls. Within the node it is also the network: a message goes from one validator to another as an object.
/// </summary>
public sealed class ConsensusInboxes(IGrainFactory grains, NodeIdentity node) : IConsensusNetwork
{
    private readonly Dictionary<AccountId, Inbox> _inboxes = node.Validators.ToDictionary(validator => validator, _ => new Inbox());

    /// <inheritdoc/>
    public void Send(AccountId from, IReadOnlyList<AccountId> to, ConsensusMessage message)
    {
        foreach (AccountId validator in to)
            Post(from, validator, message);
    }

    /// <summary>Puts a message in; false if the validator is not of this node, or too many wait.</summary>
    /// <param name="from">The validator that has sent it, which is authenticated.</param>
    /// <param name="to">For whom.</param>
    /// <param name="message">The message.</param>
    /// <param name="bytes">What it holds in memory besides what this node has anyway; 0 if it was made here.</param>
    public bool Post(AccountId from, AccountId to, ConsensusMessage message, int bytes = 0)
    {
        if (!_inboxes.TryGetValue(to, out Inbox? inbox) || !inbox.TryAdd(from, message, bytes, out bool isFirst))
            return false;
        if (isFirst)
            grains.GetGrain<IConsensusGrain>(to.ToString()).ReceiveAsync();
        return true;
    }

    /// <summary>Takes the next message; null if there is none. The next one put in after that calls the grain.</summary>
    internal (AccountId From, ConsensusMessage Message)? Take(AccountId validator) => _inboxes[validator].Take();

    private sealed class Inbox
    {
        private readonly ConcurrentQueue<(AccountId From, ConsensusMessage Message, int Bytes)> _messages = new();
        private long _bytes;
        private int _isCalled;

        public bool TryAdd(AccountId from, ConsensusMessage message, int bytes, out bool isFirst)
        {
            isFirst = false;
            if (_messages.Count >= GrainLimits.InboxMessages || Interlocked.Read(ref _bytes) + bytes > GrainLimits.InboxBytes)
                return false;
            Interlocked.Add(ref _bytes, bytes);
            _messages.Enqueue((from, message, bytes));
            isFirst = Interlocked.Exchange(ref _isCalled, 1) == 0;
            return true;
        }

        public (AccountId From, ConsensusMessage Message)? Take()
        {
            if (!_messages.TryDequeue(out (AccountId From, ConsensusMessage Message, int Bytes) next))
            {
                // What came in before the flag was taken back is looked for once more.
                Interlocked.Exchange(ref _isCalled, 0);
                if (!_messages.TryDequeue(out next))
                    return null;
            }
            Interlocked.Add(ref _bytes, -next.Bytes);
            return (next.From, next.Message);
        }
    }
}
