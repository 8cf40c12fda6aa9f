namespace Cess.Grains.Chain;

/// <summary>The newest refusals, for senders that were told "accepted" before. Called from one grain only.</summary>
internal sealed class RecentRefusals(int capacity)
{
    private readonly Dictionary<string, TransactionOutcome> _byId = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public void Add(TransactionOutcome refusal)
    {
        if (!_byId.ContainsKey(refusal.Id))
            _order.Enqueue(refusal.Id);
        _byId[refusal.Id] = refusal;
        if (_order.Count > capacity)
            _byId.Remove(_order.Dequeue());
    }

    public TransactionOutcome? Find(string id) => _byId.GetValueOrDefault(id);
}
