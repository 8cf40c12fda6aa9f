namespace Orleans.Runtime;

/// <summary>
/// What is to be done when a silo can't go on. A service of the host's; without one the silo runs on and refuses what it can't do.
/// </summary>
public interface IFatalErrorHandler
{
    /// <summary>Whether an exception is none of those that belong to a silo's normal life.</summary>
    bool IsUnexpected(Exception exception);

    /// <summary>The silo can't go on: a file of its state has failed. Called on any thread, once a file.</summary>
    void OnFatalException(object? sender = null, string? context = null, Exception? exception = null);
}
