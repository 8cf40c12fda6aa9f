namespace Cess.Fuzz;

/// <summary>Code that takes bytes from outside.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Seeds">Inputs that it accepts, of every kind that it knows.</param>
/// <param name="Read">
/// Takes one input. Returns false, or throws what <see cref="IsRefusal"/> knows, for bytes that it refuses; throws
/// <see cref="FuzzException"/> for a promise that it finds broken.
/// </param>
/// <param name="IsRefusal">The exceptions that say "refused".</param>
public sealed record FuzzTarget(
    string Name, IReadOnlyList<byte[]> Seeds, Func<byte[], bool> Read, Func<Exception, bool> IsRefusal)
{
    /// <summary>Bytes that it makes room for whatever the input says, before any has come.</summary>
    public long BytesAtFirst { get; init; }
}

/// <summary>A promise that an input breaks.</summary>
public sealed class FuzzException(string message, Exception? cause = null) : Exception(message, cause);
