namespace Cess.Ledger;

/// <summary>The ledger was given what it cannot work with, outside of blocks (where errors are answers).</summary>
public sealed class LedgerException : Exception
{
    /// <summary>Names the error.</summary>
    /// <param name="error">The code to match on.</param>
    /// <param name="detail">What was found, for people.</param>
    /// <param name="cause">What was caught, if anything.</param>
    public LedgerException(LedgerError error, string detail, Exception? cause = null)
        : base($"{error.Module}.{error.Info.Name}: {detail}", cause) => Error = error;

    /// <summary>The code to match on.</summary>
    public LedgerError Error { get; }
}
