namespace Cess.Grains;

/// <summary>Places fragments on miners. One a silo cluster; use key 0.</summary>
[Alias("cess.ISchedulerGrain")]
public interface ISchedulerGrain : IGrainWithIntegerKey
{
    /// <summary>Chooses distinct, healthy miners with room, more likely those with more of it.</summary>
    [Alias("Place")]
    Task<Placement> PlaceAsync(PlacementRequest request);

    /// <summary>Says that a miner failed, so that it rests.</summary>
    [Alias("Failed"), OneWay]
    Task ReportFailureAsync(uint miner, PushStatus status);

    /// <summary>All miners, by number.</summary>
    [Alias("Miners")]
    Task<IReadOnlyList<MinerView>> GetMinersAsync();
}

/// <summary>One fragment's way to a miner; its key is the fragment's name, see <see cref="FragmentName"/>.</summary>
[Alias("cess.ISliceGrain")]
public interface ISliceGrain : IGrainWithStringKey
{
    /// <summary>Stores the fragment on the ordered miner, or on another when that one fails; durable when it says Stored.</summary>
    [Alias("Store"), ResponseTimeout(GrainLimits.PushTimeout)]
    Task<SliceResult> StoreAsync(SliceOrder order);
}

/// <summary>Moves bytes from this silo's memory to a miner's backend. A stateless worker; use key 0.</summary>
[Alias("cess.IStorageGrain")]
public interface IStorageGrain : IGrainWithIntegerKey
{
    /// <summary>Pushes one fragment; durable when it says Stored.</summary>
    [Alias("Push"), ResponseTimeout(GrainLimits.PushTimeout)]
    Task<PushStatus> PushAsync(uint miner, string name, BufferAddress source);
}

/// <summary>A storage miner; its key is its number on chain.</summary>
[Alias("cess.IMinerGrain")]
public interface IMinerGrain : IGrainWithIntegerKey
{
    /// <summary>The miner at the final head; null when the chain does not know it.</summary>
    [Alias("Get")]
    Task<MinerView?> GetAsync();

    /// <summary>
    /// Reports on chain that this miner holds all its fragments of a file. Reports of many files go out in one transaction.
    /// Answers once the report is final.
    /// </summary>
    /// <returns>Null on success, otherwise a coded reason.</returns>
    [Alias("Report"), ResponseTimeout(GrainLimits.FinalityTimeout)]
    Task<string?> ReportTransferAsync(string fileId);

    /// <summary>
    /// Deletes fragments of segments that no file names, declared or active; those of others stay. A file that is declared from then on
    /// can't count on what is deleted. Absent ones are no error.
    /// </summary>
    [Alias("Discard")]
    Task DiscardAsync(IReadOnlyList<DiscardedFragment> fragments);

    /// <summary>Deletes old fragments that neither chain nor unfinished uploads name; answers how many.</summary>
    [Alias("Sweep"), ResponseTimeout("00:10:00")]
    Task<int> SweepAsync();
}
