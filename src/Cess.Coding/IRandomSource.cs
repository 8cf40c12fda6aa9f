using System.Security.Cryptography;

namespace Cess.Coding;

/// <summary>Where keys, salts and nonces come from. A simulation drives it; everything else uses <see cref="SystemRandom"/>.</summary>
public interface IRandomSource
{
    /// <summary>Fills the whole buffer with unpredictable bytes. May be called by many threads at once.</summary>
    /// <param name="bytes">What to fill.</param>
    void Fill(Span<byte> bytes);
}

/// <summary>The operating system's generator.</summary>
public sealed class SystemRandom : IRandomSource
{
    /// <summary>The one instance.</summary>
    public static readonly SystemRandom Instance = new();

    private SystemRandom()
    {
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
