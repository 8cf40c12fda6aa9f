using Cess.Consensus.Messages;
using Cess.Primitives;
using Orleans;

namespace Cess.Grains.Chain;

/// <summary>
/// Messages for the validators of this node, from the moment they come until the validator's grain takes them: bulk data, and
/// so not sent in grain calls. Within the node it is also the network: a message goes from one validator to another as an object. Every
/// sender has room of its own, and they take turns, so that one that floods takes nothing from others.
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

    /// <summary>Puts a message in; false if the validator is not of this node, or too many of its sender wait.</summary>
    /// <param name="from">The validator that has sent it, which is authenticated.</param>
    /// <param name="to">For whom.</param>
    /// <param name="message">The message.</param>
    /// <param name="bytes">What it holds in memory besides what this node has anyway; 0 if it was made here.</param>
    public bool Post(AccountId from, AccountId to, ConsensusMessage message, int bytes = 0)
    {
        if (!_inboxes.TryGetValue(to, out Inbox? inbox) || !inbox.TryAdd(new WaitingMessage(from, message, bytes), out bool isFirst))
            return false;
        if (isFirst)
            grains.GetGrain<IConsensusGrain>(to.ToString()).ReceiveAsync();
        return true;
    }

    /// <summary>Takes the next message; null if there is none. The next one put in after that calls the grain.</summary>
    internal WaitingMessage? Take(AccountId validator) => _inboxes[validator].Take();

    private sealed class Inbox
    {
        private readonly Lock _gate = new();
        private readonly SenderQueues _messages = new(
            GrainLimits.InboxMessages, GrainLimits.InboxBytes, GrainLimits.InboxMessagesOfSender, GrainLimits.InboxBytesOfSender);
        private bool _isCalled;

        public bool TryAdd(WaitingMessage message, out bool isFirst)
        {
            lock (_gate)
            {
                bool isAdded = _messages.TryAdd(message);
                isFirst = isAdded && !_isCalled;
                _isCalled |= isAdded;
                return isAdded;
            }
        }

        public WaitingMessage? Take()
        {
            lock (_gate)
            {
                WaitingMessage? next = _messages.Take();
                _isCalled = next is not null;
                return next;
            }
        }
    }
}
