using Cess.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Cess.Peers;

/// <summary>The other end of a link: reads frames for as long as they come.</summary>
internal sealed class MessageEndpoint(
    PeerBook book, IPeerValidators validators, Lazy<IPeerReceiver> receiver, RequestBudgets budgets, PeerMetrics metrics, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PublicKey, Queue<CancellationTokenSource>> _streams = [];

    /// <summary>Reads one stream of a node. If it has too many, the oldest is ended: it has lost that one, most likely.</summary>
    /// <exception cref="PeerException">The other node breaks the format, or says what it may not; nothing more is read from it.</exception>
    public async Task HandleAsync(HttpContext http, PeerCaller caller, CancellationToken cancellation)
    {
        using var replaced = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Enter(caller.Node, replaced);
        try
        {
            await ReadAsync(http, caller, replaced.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new PeerException(PeerError.Replaced, "the node has made newer links.", e);
        }
        finally
        {
            Leave(caller.Node, replaced);
        }
    }

    private void Enter(PublicKey node, CancellationTokenSource stream)
    {
        lock (_lock)
        {
            if (!_streams.TryGetValue(node, out Queue<CancellationTokenSource>? open))
                _streams[node] = open = new Queue<CancellationTokenSource>();
            if (open.Count >= PeerLimits.LinksPerNodeMax)
                _ = open.Dequeue().CancelAsync();
            open.Enqueue(stream);
        }
    }

    private void Leave(PublicKey node, CancellationTokenSource stream)
    {
        lock (_lock)
        {
            Queue<CancellationTokenSource> others = new(_streams.GetValueOrDefault(node, []).Where(other => other != stream));
            if (others.Count > 0)
                _streams[node] = others;
            else
                _streams.Remove(node);
        }
    }

    private async Task ReadAsync(HttpContext http, PeerCaller caller, CancellationToken cancellation)
    {
        // A link has no end and may be silent; each frame has its bound.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        await http.Response.StartAsync(cancellation);
        await http.Response.Body.FlushAsync(cancellation);

        FrameReader frames = new(http.Request.Body);
        while (await frames.ReadHeaderAsync(cancellation) is var (kind, length))
        {
            metrics.Received(kind, LinkFrame.HeaderBytes + length);
            if (kind == FrameKind.Consensus)
                await ReadMessageAsync(frames, length, caller.Node, cancellation);
            else
                await ReadTransactionsAsync(frames, length, caller, cancellation);
        }
    }

    private async Task ReadMessageAsync(FrameReader frames, int length, PublicKey node, CancellationToken cancellation)
    {
        (AccountId from, AccountId to) = await frames.ReadAddressAsync(length, cancellation);
        int bodyLength = length - (2 * AccountId.Size);
        PeerError error = !book.Speaks(node, from) ? PeerError.SenderWrong
            : !validators.Local.Contains(to) ? PeerError.ReceiverNotHere
            : PeerError.None;
        if (error == PeerError.None)
        {
            // What one validator says wrongly says nothing against the others of its node.
            CountRefused(receiver.Value.Receive(from, to, await frames.ReadAsync(bodyLength, cancellation)));
            return;
        }

        if (!book.Names(node))
            throw new PeerException(error, $"the node {node} speaks for {from} and no record names it.");
        // A node that carries other validators may be ahead of our book, or behind it: its other messages are still wanted.
        metrics.Refused(error);
        await frames.SkipAsync(bodyLength, cancellation);
    }

    private async Task ReadTransactionsAsync(FrameReader frames, int length, PeerCaller caller, CancellationToken cancellation)
    {
        byte[] list = await frames.ReadAsync(length, cancellation);
        PeerCaller sender = caller with { IsStranger = !book.Names(caller.Node) };
        if (sender.IsStranger)
            await AwaitTurnAsync(sender.Address, length, cancellation);
        CountRefused(receiver.Value.ReceiveTransactions(sender, Decode(list)));
        // Who is nobody yet must be heard, or could never become a validator; but not for long at once.
        if (sender.IsStranger)
            await Task.Delay(TimeSpan.FromSeconds((double)length / PeerLimits.StrangerBytesPerSecond), time, cancellation);
    }

    private void CountRefused(PeerError error)
    {
        if (error != PeerError.None)
            metrics.Refused(error);
    }

    /// <summary>Whoever has one key has any number of them: strangers' transactions count by address, too.</summary>
    private async Task AwaitTurnAsync(UInt128 address, int bytes, CancellationToken cancellation)
    {
        while (!budgets.TrySpend(address, (double)bytes / RequestCosts.TransactionBytes, PeerLimits.RequestBudget / 2))
            await Task.Delay(PeerLimits.StrangerInterval, time, cancellation);
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Decode(byte[] list)
    {
        try
        {
            return TransactionList.Decode(list);
        }
        catch (ScaleException e)
        {
            throw new PeerException(PeerError.Malformed, $"a frame has no transactions: {e.Message}", e);
        }
    }
}
