namespace Cess.Primitives;

/// <summary>Bytes are not the SCALE encoding of the value asked for, or a value has no encoding within its bounds.</summary>
public sealed class ScaleException : Exception
{
    /// <summary>Names the error and where it is.</summary>
    /// <param name="error">The code to match on.</param>
    /// <param name="offset">Offset in bytes of the faulty item, from the start of the input (or output).</param>
    /// <param name="detail">What was found, for people.</param>
    public ScaleException(ScaleError error, int offset, string detail)
        : base($"SCALE {error} at byte {offset}: {detail}")
    {
        Error = error;
        Offset = offset;
    }

    /// <summary>The code to match on.</summary>
    public ScaleError Error { get; }

    /// <summary>Offset in bytes of the faulty item, from the start of the input (or output).</summary>
    public int Offset { get; }
}
