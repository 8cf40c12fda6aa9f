namespace Cess.Blobs.FileSystem;

/// <summary>Lets one change of a blob through at a time. Names that share a gate wait for each other now and then, in vain.</summary>
internal sealed class NameGates
{
    private readonly SemaphoreSlim[] _gates =
        [.. Enumerable.Range(0, BlobLimits.NameGates).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits for the gate; disposing what is returned opens it again.</summary>
    public async ValueTask<Passage> EnterAsync(BlobName name, CancellationToken cancellation)
    {
        SemaphoreSlim gate = _gates[(uint)name.GetHashCode() % (uint)_gates.Length];
        await gate.WaitAsync(cancellation);
        return new Passage(gate);
    }

    /// <summary>A gate that is held.</summary>
    public readonly struct Passage(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
