namespace Cess.Ledger.State;

/// <summary>
/// Runs independent pieces of pure work. The ledger owns no threads; whoever hosts it decides where the pieces run.
/// The result never depends on it.
/// </summary>
public interface IParallelFor
{
    /// <summary>Calls <paramref name="body"/> once for each of 0 to <paramref name="count"/> − 1 and returns when all have ended.</summary>
    void For(int count, Action<int> body);
}

/// <summary>One piece after the other, on the caller's thread.</summary>
public sealed class SequentialFor : IParallelFor
{
    private SequentialFor()
    {
    }

    /// <summary>The only instance.</summary>
    public static SequentialFor Instance { get; } = new();

    /// <inheritdoc/>
    public void For(int count, Action<int> body)
    {
        for (int i = 0; i < count; i++)
            body(i);
    }
}
