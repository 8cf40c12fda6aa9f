using Microsoft.AspNetCore.Http;

namespace Cess.Peers;

/// <summary>Takes transactions from nodes that have no link yet: who wants to become a validator must say so somewhere.</summary>
internal sealed class TransactionEndpoint(Lazy<IPeerReceiver> receiver, RequestBudgets budgets)
{
    public async Task PostAsync(HttpContext http, PeerCaller caller, CancellationToken cancellation)
    {
        byte[] list = await BoundedBody.ReadAsync(http.Request.Body, PeerLimits.TransactionsFrameBytesMax, cancellation);
        if (caller.IsStranger && !budgets.TrySpend(caller.Address, list.Length / RequestCosts.TransactionBytes))
            throw new PeerException(PeerError.Busy, "this address hands in too many transactions.");
        if (receiver.Value.ReceiveTransactions(caller, TransactionList.Decode(list)) != PeerError.None)
            throw new PeerException(PeerError.Busy, "too many transactions of this node or address are being verified.");
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }
}
