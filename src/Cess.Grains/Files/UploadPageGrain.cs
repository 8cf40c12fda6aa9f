using Orleans.Runtime;

namespace Cess.Grains.Files;

/// <summary>Some parts of a multipart upload; its key is "upload id/page". Called by <see cref="UploadGrain"/> only.</summary>
[Alias("cess.IUploadPageGrain")]
public interface IUploadPageGrain : IGrainWithStringKey
{
    /// <summary>The parts, by number.</summary>
    [Alias("Get")]
    Task<IReadOnlyList<UploadedPart>> GetAsync();

    /// <summary>Keeps a part, and gives back an older one of its number; durable when it returns.</summary>
    [Alias("Put")]
    Task<UploadedPart?> PutAsync(UploadedPart part);

    /// <summary>Forgets them all.</summary>
    [Alias("Clear")]
    Task ClearAsync();
}

/// <summary>State of an <see cref="UploadPageGrain"/>.</summary>
[GenerateSerializer, Alias("cess.UploadPageState")]
public sealed class UploadPageState
{
    /// <summary>Ascending by number.</summary>
    [Id(0)]
    public List<UploadedPart> Parts { get; set; } = [];
}

/// <inheritdoc cref="IUploadPageGrain"/>
public sealed class UploadPageGrain(
    [PersistentState("upload-page", StateNames.Provider)] IPersistentState<UploadPageState> state) : Grain, IUploadPageGrain
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<UploadedPart>> GetAsync() => Task.FromResult<IReadOnlyList<UploadedPart>>(state.State.Parts.ToArray());

    /// <inheritdoc/>
    public async Task<UploadedPart?> PutAsync(UploadedPart part)
    {
        List<UploadedPart> parts = state.State.Parts;
        UploadedPart? former = null;
        int place = parts.FindIndex(other => other.Number >= part.Number);
        if (place < 0)
        {
            parts.Add(part);
        }
        else if (parts[place].Number == part.Number)
        {
            former = parts[place];
            parts[place] = part;
        }
        else
        {
            parts.Insert(place, part);
        }
        await state.WriteStateAsync();
        return former;
    }

    /// <inheritdoc/>
    public Task ClearAsync()
    {
        DeactivateOnIdle();
        return state.ClearStateAsync();
    }
}
