using System.Security.Cryptography;
using System.Text;

namespace Cess.Simulation.World;

/// <summary>
/// A run's randomness, one stream a subject, so that a change in how often one subject asks leaves the others as they were.
/// </summary>
internal sealed class Dice
{
    private readonly Random _random;

    public Dice(ulong seed, string subject)
    {
        byte[] hash = SHA256.HashData([.. BitConverter.GetBytes(seed), .. Encoding.UTF8.GetBytes(subject)]);
        _random = new Random(BitConverter.ToInt32(hash));
    }

    /// <summary>For libraries that take one.</summary>
    public Random Random => _random;

    public bool Chance(double probability) => probability > 0 && _random.NextDouble() < probability;

    public int Next(int below) => _random.Next(below);

    public int Between(int from, int to) => _random.Next(from, to + 1);

    public T Pick<T>(IReadOnlyList<T> among) => among[_random.Next(among.Count)];

    /// <summary>A time with a mean, as between events that know nothing of each other; at most ten times the mean.</summary>
    public TimeSpan Wait(TimeSpan mean) => mean * Math.Min(10, -Math.Log(1 - _random.NextDouble()));

    public TimeSpan Between(TimeSpan from, TimeSpan to) => from + ((to - from) * _random.NextDouble());

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
