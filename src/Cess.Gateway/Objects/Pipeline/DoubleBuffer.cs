using System.Buffers;
using Cess.Coding;

namespace Cess.Gateway.Objects.Pipeline;

/// <summary>Memory for two runs of bytes: one is written out while the next is read. Cleared when it is given back.</summary>
internal sealed class DoubleBuffer(IMemoryOwner<byte> memory, int runBytes) : IAsyncDisposable
{
    /// <summary>The most bytes of a run.</summary>
    public const int RunBytes = GatewayLimits.FramesPerRead * FrameLayout.CiphertextBytes;

    private bool _isSecond;
    private int _used;
    private Task _write = Task.CompletedTask;

    /// <summary>What may be filled now.</summary>
    /// <param name="length">Bytes; at most what a run was to have.</param>
    public Memory<byte> Front(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, runBytes);
        int start = _isSecond ? runBytes : 0;
        _used = Math.Max(_used, start + length);
        return memory.Memory.Slice(start, length);
    }

    /// <summary>Starts writing out what was filled, once what was filled before is out, and offers the other run.</summary>
    public async ValueTask FlipAsync(Func<Task> write)
    {
        await _write.ConfigureAwait(false);
        _write = write();
        _isSecond = !_isSecond;
    }

    /// <summary>Waits until all is out.</summary>
    public Task FinishAsync() => _write;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The writer may still read what it was given.
        await _write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        memory.Memory.Span[.._used].Clear();
        memory.Dispose();
    }
}
