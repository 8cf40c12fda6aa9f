using Cess.BlockStore.Files;

namespace Cess.Blobs.FileSystem;

/// <summary>
/// Runs calls that block on the disk on the thread pool, a bounded number at once, and explains their errors. A call that has
/// begun runs to its end: cancellation only ends the wait for a slot.
/// </summary>
internal sealed class DiskSlots(int concurrent) : IDisposable
{
    private readonly SemaphoreSlim _free = new(concurrent);

    public async ValueTask<T> RunAsync<T>(string what, Func<T> call, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        try
        {
            // The slot is given back there and not here: this goes on only when the caller's scheduler has time.
            return await Task.Run(() => RunInSlot(call), CancellationToken.None);
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            throw DiskExplanations.Explain(e, what);
        }
    }

    public async ValueTask RunAsync(string what, Action call, CancellationToken cancellation) =>
        await RunAsync(what, () => { call(); return true; }, cancellation);

    private T RunInSlot<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();
}
