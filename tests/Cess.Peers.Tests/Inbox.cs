using System.Collections.Concurrent;
using Cess.Primitives;

namespace Cess.Peers.Tests;

/// <summary>Keeps what a node has received.</summary>
internal sealed class Inbox : IPeerReceiver
{
    public ConcurrentQueue<(AccountId From, AccountId To, byte[] Message)> Messages { get; } = new();

    public ConcurrentQueue<(PeerCaller Sender, byte[][] Transactions)> Transactions { get; } = new();

    /// <summary>What it says to whatever comes.</summary>
    public PeerError Answer { get; set; }

    public PeerError Receive(AccountId from, AccountId to, ReadOnlyMemory<byte> message)
    {
        Messages.Enqueue((from, to, message.ToArray()));
        return Answer;
    }

    public PeerError ReceiveTransactions(PeerCaller sender, IReadOnlyList<ReadOnlyMemory<byte>> transactions)
    {
        Transactions.Enqueue((sender, [.. transactions.Select(transaction => transaction.ToArray())]));
        return Answer;
    }
}
