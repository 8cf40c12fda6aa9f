namespace Cess.Primitives;

/// <summary>A key or a signature cannot be used. The message never quotes secrets.</summary>
public sealed class KeyException : Exception
{
    /// <summary>Names the error.</summary>
    /// <param name="error">The code to match on.</param>
    /// <param name="detail">What was found, for people.</param>
    /// <param name="cause">The fault below, if there was one.</param>
    public KeyException(KeyError error, string detail, Exception? cause = null)
        : base($"Key {error}: {detail}", cause) => Error = error;

    /// <summary>The code to match on.</summary>
    public KeyError Error { get; }
}
