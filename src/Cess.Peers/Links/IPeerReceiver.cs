using Cess.Primitives;

namespace Cess.Peers;

/// <summary>Takes what other nodes send. Called by many threads at once; must not block and must not throw.</summary>
public interface IPeerReceiver
{
    /// <summary>A consensus message. That the sender's node speaks for <paramref name="from"/> has been checked, and nothing else.</summary>
    /// <param name="from">The validator that sends.</param>
    /// <param name="to">A local validator.</param>
    /// <param name="message">The receiver's to keep; at most <see cref="Consensus.ConsensusLimits.MessageBytesMax"/> bytes.</param>
    /// <returns>Why it was not taken, which is counted: <see cref="PeerError.Malformed"/>, or <see cref="PeerError.Busy"/>.</returns>
    PeerError Receive(AccountId from, AccountId to, ReadOnlyMemory<byte> message);

    /// <summary>Transactions, of which nothing has been checked but their number and size.</summary>
    /// <param name="sender">The node that sends; any, also one without validators.</param>
    /// <param name="transactions">Signed transactions in SCALE; the receiver's to keep.</param>
    /// <returns><see cref="PeerError.Busy"/> if they were not taken, which is counted.</returns>
    PeerError ReceiveTransactions(PeerCaller sender, IReadOnlyList<ReadOnlyMemory<byte>> transactions);
}
