using System.Net;
using Cess.Primitives;

namespace Cess.Gateway;

/// <summary>
/// Something of which there is so much, for all who come together and for those of one address. Clients behind one proxy have one
/// address. For use by any number of threads.
/// </summary>
/// <param name="max">For all.</param>
/// <param name="perAddressMax">For one address.</param>
internal sealed class SharedBudget(long max, long perAddressMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, long> _byAddress = [];
    private long _taken;

    /// <summary>What is taken now.</summary>
    public long Taken
    {
        get
        {
            lock (_lock)
                return _taken;
        }
    }

    /// <summary>Takes a part until it is disposed; null if that would be more than there is, or than the address may have.</summary>
    /// <param name="address">Who takes it; null for somebody without one.</param>
    /// <param name="amount">How much.</param>
    public IDisposable? TryTake(IPAddress? address, long amount)
    {
        UInt128 counted = CountedAddress.Of(address);
        lock (_lock)
        {
            long has = _byAddress.GetValueOrDefault(counted);
            if (amount > max - _taken || amount > perAddressMax - has)
                return null;
            _taken += amount;
            _byAddress[counted] = has + amount;
        }

        return new Part(this, counted, amount);
    }

    private void Return(UInt128 address, long amount)
    {
        lock (_lock)
        {
            _taken -= amount;
            long has = _byAddress[address] - amount;
            if (has == 0)
                _byAddress.Remove(address);
            else
                _byAddress[address] = has;
        }
    }

    private sealed class Part(SharedBudget budget, UInt128 address, long amount) : IDisposable
    {
        private int _isReturned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReturned, 1) == 0)
                budget.Return(address, amount);
        }
    }
}
