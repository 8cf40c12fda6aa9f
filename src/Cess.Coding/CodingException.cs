namespace Cess.Coding;

/// <summary>A refusal of this layer, with the code that says why.</summary>
public sealed class CodingException : Exception
{
    /// <summary>Makes a refusal.</summary>
    /// <param name="error">Why.</param>
    /// <param name="message">The same for people, with the numbers.</param>
    public CodingException(CodingError error, string message)
        : base(message) => Error = error;

    /// <summary>Why.</summary>
    public CodingError Error { get; }
}
