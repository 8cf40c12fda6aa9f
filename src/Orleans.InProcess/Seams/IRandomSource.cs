namespace Orleans.InProcess;

/// <summary>Where the runtime's randomness comes from: identifiers of subscriptions, activations and call chains.</summary>
public interface IRandomSource
{
    /// <summary>Fills the whole span; may be called from any thread.</summary>
    void Fill(Span<byte> bytes);
}

internal static class RandomSourceExtensions
{
    internal static Guid NextGuid(this IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.Fill(bytes);
        return new Guid(bytes);
    }
}
