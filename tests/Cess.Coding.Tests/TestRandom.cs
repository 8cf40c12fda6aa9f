namespace Cess.Coding.Tests;

/// <summary>Randomness from a seed, or bytes given beforehand.</summary>
internal sealed class TestRandom : IRandomSource
{
    private readonly Random _random;
    private readonly Queue<byte> _given;

    public TestRandom(int seed, params byte[] given)
    {
        _random = new(seed);
        _given = new(given);
    }

    public void Fill(Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = _given.TryDequeue(out byte next) ? next : (byte)_random.Next(256);
    }
}
