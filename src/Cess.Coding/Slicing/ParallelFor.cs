namespace Cess.Coding;

/// <summary>
/// Runs a body for 0…count−1 in any order, possibly at once on several threads, and returns when all are done; an exception
/// of any ends in the caller. The caller brings it, since this layer owns no threads:
/// <c>(count, body) => Parallel.For(0, count, options, body)</c>.
/// </summary>
/// <param name="count">How often.</param>
/// <param name="body">What to run, with the number of the run.</param>
public delegate void ParallelFor(int count, Action<int> body);

/// <summary>Ready-made <see cref="ParallelFor"/>s.</summary>
public static class ParallelForModes
{
    /// <summary>One after the other on the calling thread.</summary>
    public static ParallelFor Sequential { get; } = static (count, body) =>
    {
        for (int i = 0; i < count; i++)
            body(i);
    };
}
