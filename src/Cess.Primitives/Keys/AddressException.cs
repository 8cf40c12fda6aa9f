namespace Cess.Primitives;

/// <summary>A text is no address.</summary>
public sealed class AddressException : Exception
{
    /// <summary>Names the error.</summary>
    /// <param name="error">The code to match on.</param>
    /// <param name="detail">What was found, for people.</param>
    public AddressException(AddressError error, string detail)
        : base($"Address {error}: {detail}") => Error = error;

    /// <summary>The code to match on.</summary>
    public AddressError Error { get; }
}
