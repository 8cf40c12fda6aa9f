namespace Cess.Primitives;

/// <summary>An amount has no value: arithmetic left the range, or a text is no amount.</summary>
public sealed class BalanceException : Exception
{
    /// <summary>Names the error.</summary>
    /// <param name="error">The code to match on.</param>
    /// <param name="detail">What was attempted, for people.</param>
    public BalanceException(BalanceError error, string detail)
        : base($"Balance {error}: {detail}") => Error = error;

    /// <summary>The code to match on.</summary>
    public BalanceError Error { get; }
}
