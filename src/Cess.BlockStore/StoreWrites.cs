namespace Cess.BlockStore;

/// <summary>
/// What every durable store does around a change: changes of one kind wait for each other, faults of the medium are explained, and
/// once it is unknown what is there, nothing more is done until the store is opened again.
/// </summary>
/// <param name="isFault">Whether the medium failed, rather than this program.</param>
/// <param name="explain">Says what a fault means to the caller.</param>
internal sealed class StoreWrites(Func<Exception, bool> isFault, Func<Exception, string, BlockStoreException> explain)
{
    private volatile Exception? _failure;

    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.Failed"/>.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new BlockStoreException(
                BlockStoreError.Failed, $"The block store failed ({failure.Message}) and must be opened again.", failure);
        }
    }

    /// <summary>Makes a change when it is its turn. After a fault the store goes on.</summary>
    /// <param name="turns">The changes that wait for each other.</param>
    /// <param name="change">The change.</param>
    /// <param name="what">Says what could not be done.</param>
    /// <param name="cancellation">Ends the wait for the turn.</param>
    public async ValueTask InTurnAsync(SemaphoreSlim turns, Func<ValueTask> change, Func<string> what, CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation);
        try
        {
            ThrowIfFailed();
            await change();
        }
        catch (Exception e) when (isFault(e))
        {
            throw explain(e, what());
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>Makes a step after whose failure nobody knows what is there: there is no second try, and nothing else.</summary>
    /// <param name="step">The step.</param>
    /// <param name="what">Says what could not be done.</param>
    public async ValueTask FailingForGoodAsync(Func<ValueTask> step, string what)
    {
        try
        {
            await step();
        }
        catch (Exception e)
        {
            _failure = e;
            throw explain(e, what);
        }
    }
}
