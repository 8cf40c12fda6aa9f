using Cess.Wire;

namespace Cess.Gateway.Rest;

/// <summary>Ends a request with a coded answer.</summary>
public sealed class RestException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="message">One sentence for the caller: names and numbers, never a secret.</param>
    /// <param name="cause">What brought it about, for the log.</param>
    public RestException(WireError error, string message, Exception? cause = null)
        : base(message, cause) => Error = error;

    /// <summary>What went wrong.</summary>
    public WireError Error { get; }

    /// <summary>The ledger's code behind it, such as "Files.ConditionFailed"; null when there is none.</summary>
    public string? Reason { get; init; }
}
