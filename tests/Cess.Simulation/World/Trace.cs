using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cess.Simulation.World;

/// <summary>
/// What happened, a line an event. The hash over all lines tells whether two runs were the same; the last lines are kept for who has
/// to find out why a run failed.
/// </summary>
internal sealed class Trace(TimeProvider time, DateTimeOffset start, TextWriter? live) : IDisposable
{
    private const int LinesKept = 400;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Queue<string> _last = new();

    public long Lines { get; private set; }

    public IReadOnlyCollection<string> Last => _last;

    public void Add(string what)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{(time.GetUtcNow() - start).TotalSeconds,10:0.000} {what}");
        Lines++;
        _hash.AppendData(Encoding.UTF8.GetBytes(line));
        if (_last.Count == LinesKept)
            _last.Dequeue();
        _last.Enqueue(line);
        live?.WriteLine(line);
    }

    public string Hash() => Convert.ToHexStringLower(_hash.GetCurrentHash()[..8]);

    public void Dispose() => _hash.Dispose();
}
