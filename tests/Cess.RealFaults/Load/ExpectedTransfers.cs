namespace Cess.RealFaults.Load;

/// <summary>Tokens, whole ones, that were sent to one account: what was acknowledged is there, and no more than was sent.</summary>
internal sealed class ExpectedTransfers
{
    private readonly Lock _gate = new();

    public int Acknowledged { get; private set; }

    public int Unanswered { get; private set; }

    public void Begin()
    {
        lock (_gate)
            Unanswered++;
    }

    public void Acknowledge()
    {
        lock (_gate)
            (Acknowledged, Unanswered) = (Acknowledged + 1, Unanswered - 1);
    }

    /// <summary>Compares; what is there stays from now on, and what got no answer may still come.</summary>
    /// <returns>Null when it is right, else what is wrong.</returns>
    public string? Settle(int actual)
    {
        lock (_gate)
        {
            if (actual < Acknowledged || actual > Acknowledged + Unanswered)
                return $"{actual} tokens arrived; acknowledged: {Acknowledged}, unanswered: {Unanswered}";
            (Acknowledged, Unanswered) = (actual, Acknowledged + Unanswered - actual);
            return null;
        }
    }
}
