using Orleans.Concurrency;
using Orleans.Runtime;

namespace Cess.Grains.Files;

/// <summary>State of an <see cref="UploadGrain"/>: all but the parts.</summary>
[GenerateSerializer, Alias("cess.UploadState")]
public sealed class UploadState
{
    /// <summary>How it was begun; null when there is no such upload.</summary>
    [Id(0)]
    public UploadStart? Start { get; set; }

    /// <summary>Pages that hold parts, ascending.</summary>
    [Id(1)]
    public List<int> Pages { get; set; } = [];

    /// <summary>What it became.</summary>
    [Id(2)]
    public UploadResult? Result { get; set; }
}

/// <summary>
/// A multipart upload. Parts lie in pages of their own, so that keeping one part never rewrites thousands. Reentrant, so that
/// parts arrive side by side; writes of this grain's own state go one after another.
/// </summary>
[Reentrant]
public sealed class UploadGrain(
    [PersistentState("upload", StateNames.Provider)] IPersistentState<UploadState> state, IGrainFactory grains)
    : Grain, IUploadGrain
{
    private readonly HashSet<int> _pagesKept = [];
    private Task _writing = Task.CompletedTask;
    private bool _isEnding;

    private bool IsOpen => state.State.Start is not null && state.State.Result is null && !_isEnding;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _pagesKept.UnionWith(state.State.Pages);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(UploadStart start)
    {
        state.State.Start ??= start;
        return WriteAsync();
    }

    /// <inheritdoc/>
    public Task<UploadStart?> GetStartAsync() => Task.FromResult(state.State.Result is null ? state.State.Start : null);

    /// <inheritdoc/>
    public async Task<UploadView?> GetAsync()
    {
        if (state.State.Start is not { } start)
            return null;
        return new UploadView(start, await GetPartsAsync(), state.State.Result);
    }

    /// <inheritdoc/>
    public async Task<PartKept> PutPartAsync(UploadedPart part)
    {
        if (!IsOpen)
            return NotKept();
        int page = (part.Number - 1) / GrainLimits.PartsPerPage;
        if (!_pagesKept.Contains(page))
        {
            if (!state.State.Pages.Contains(page))
            {
                state.State.Pages.Add(page);
                state.State.Pages.Sort();
            }
            // Also when another part has added it: that one's write may not have ended, or have failed.
            await WriteAsync();
            if (!IsOpen)
                return NotKept();
            _pagesKept.Add(page);
        }
        UploadedPart? former = await PageOf(page).PutAsync(part);
        if (IsOpen)
            return new PartKept(true, former);
        // The pages may have been cleared before this one was written.
        await PageOf(page).ClearAsync();
        return NotKept();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UploadedPart>> CompleteAsync(UploadResult result)
    {
        // The first answer stays, and an upload that has ended keeps none.
        if (!IsOpen)
            return [];
        state.State.Result = result;
        await WriteAsync();
        UploadedPart[] parts = await GetPartsAsync();
        await ClearPagesAsync();
        return parts;
    }

    /// <inheritdoc/>
    public Task ForgetAsync() => state.State.Result is null || _isEnding ? Task.CompletedTask : EndAsync();

    /// <inheritdoc/>
    public async Task<bool> AbortAsync()
    {
        if (!IsOpen)
            return false;
        await EndAsync();
        return true;
    }

    private async Task EndAsync()
    {
        // From here on parts that come, or wait, are refused.
        _isEnding = true;
        try
        {
            // The pages first: those that are left behind by an end that fails, or a crash, are still known, and go with the next try.
            await ClearPagesAsync();
            state.State = new UploadState();
            await WriteAsync();
        }
        finally
        {
            // Also when it fails: the next call finds what is stored.
            DeactivateOnIdle();
        }
    }

    private async Task<UploadedPart[]> GetPartsAsync()
    {
        IReadOnlyList<UploadedPart>[] pages = await Task.WhenAll(state.State.Pages.Select(page => PageOf(page).GetAsync()));
        return [.. pages.SelectMany(parts => parts)];
    }

    private Task ClearPagesAsync() => Task.WhenAll(state.State.Pages.Select(page => PageOf(page).ClearAsync()));

    private static PartKept NotKept() => new(false, null);

    private IUploadPageGrain PageOf(int page) => grains.GetGrain<IUploadPageGrain>($"{this.GetPrimaryKeyString()}/{page}");

    /// <summary>Writes what the state is then, after the write that is under way; never two at once.</summary>
    private Task WriteAsync() => _writing = WriteAfterAsync(_writing);

    private async Task WriteAfterAsync(Task previous)
    {
        // The previous writer has told its own caller of its failure.
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (state.State.Start is null)
            await state.ClearStateAsync();
        else
            await state.WriteStateAsync();
    }
}
