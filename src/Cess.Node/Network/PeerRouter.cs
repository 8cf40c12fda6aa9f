using Cess.Consensus.Messages;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Peers;
using Cess.Primitives;
using Orleans;

namespace Cess.Node.Network;

/// <summary>
/// Joins the grains to the links: messages for validators of this node go into their inboxes as objects, those for others to their
/// nodes as bytes; what comes in from there goes the same way.
/// </summary>
internal sealed class PeerRouter(
    ConsensusInboxes inboxes, PeerLinks links, NodeIdentity node, IGrainFactory grains, TimeProvider time, ILogger<PeerRouter> log)
    : IConsensusNetwork, ITransactionGossip, IPeerReceiver
{
    private readonly RareWarnings<AccountId> _malformed = new(time);
    private readonly RareWarnings<PeerCaller> _lost = new(time);
    private readonly GossipShares _gossip = new();

    /// <inheritdoc/>
    public void Send(AccountId from, IReadOnlyList<AccountId> to, ConsensusMessage message)
    {
        byte[]? bytes = null;
        foreach (AccountId validator in to)
        {
            if (node.Validators.Contains(validator))
                inboxes.Post(from, validator, message);
            else
                links.Send(from, validator, bytes ??= Scale.Encode(message));
        }
    }

    /// <inheritdoc/>
    public void Spread(IReadOnlyList<ReadOnlyMemory<byte>> transactions) => links.SendTransactions(transactions);

    /// <inheritdoc/>
    public PeerError Receive(AccountId from, AccountId to, ReadOnlyMemory<byte> message)
    {
        try
        {
            var decoded = Scale.Decode<ConsensusMessage>(message.Span);
            return inboxes.Post(from, to, decoded, message.Length) ? PeerError.None : PeerError.Busy;
        }
        catch (ScaleException e)
        {
            if (_malformed.IsDue(from, out long leftOut))
            {
                log.LogWarning(
                    "{Validator} has sent what is no message of the consensus: {Reason} (and {Count} before it that were not reported)",
                    from, e.Message, leftOut);
            }
            return PeerError.Malformed;
        }
    }

    /// <inheritdoc/>
    public PeerError ReceiveTransactions(PeerCaller sender, IReadOnlyList<ReadOnlyMemory<byte>> transactions)
    {
        if (!_gossip.TryEnter(sender))
            return PeerError.Busy;
        _ = SubmitAsync(sender, transactions);
        return PeerError.None;
    }

    private async Task SubmitAsync(PeerCaller sender, IReadOnlyList<ReadOnlyMemory<byte>> transactions)
    {
        try
        {
            foreach (ReadOnlyMemory<byte>[] batch in transactions.Chunk(GrainLimits.TransactionsPerBatch))
            {
                await grains.GetGrain<IIntakeGrain>(0).SubmitAsync(
                    new TransactionBatch(batch, SubmissionGoal.Accepted, IsGossip: true));
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (_lost.IsDue(sender.Counted, out long leftOut))
                log.LogWarning(e, "Transactions of node {Node} were lost, and {Count} times before, which was not reported", sender.Node, leftOut);
        }
        finally
        {
            _gossip.Leave(sender);
        }
    }
}
