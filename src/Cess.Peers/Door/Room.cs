namespace Cess.Peers;

/// <summary>
/// So many at once, and nobody waits: a quarter of them for one address, half of them for strangers, so that neither keeps out who is
/// known.
/// </summary>
internal sealed class Room(int countMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, int> _byAddress = [];
    private int _count;
    private int _strangers;

    /// <exception cref="PeerException"><see cref="PeerError.Busy"/>.</exception>
    public async Task WithinAsync(PeerCaller caller, Func<Task> work)
    {
        Enter(caller);
        try
        {
            await work();
        }
        finally
        {
            Leave(caller);
        }
    }

    private void Enter(PeerCaller caller)
    {
        lock (_lock)
        {
            int atAddress = _byAddress.GetValueOrDefault(caller.Address);
            if (_count >= countMax || atAddress >= Math.Max(1, countMax / 4) || (caller.IsStranger && _strangers >= Math.Max(1, countMax / 2)))
                throw new PeerException(PeerError.Busy, "too many ask for the same.");
            _byAddress[caller.Address] = atAddress + 1;
            _count++;
            _strangers += caller.IsStranger ? 1 : 0;
        }
    }

    private void Leave(PeerCaller caller)
    {
        lock (_lock)
        {
            if (--_byAddress[caller.Address] == 0)
                _byAddress.Remove(caller.Address);
            _count--;
            _strangers -= caller.IsStranger ? 1 : 0;
        }
    }
}
