using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Cess.Gateway.Objects.Pipeline;

/// <summary>
/// Gives up what an upload has stored when it does not become a file. Fragments of segments that a file names stay: the miners look,
/// since only they can say so and delete in one step. Best effort: what is left over is found by the miners' sweep.
/// </summary>
public sealed class FragmentDiscard(IGrainFactory grains, ILogger<FragmentDiscard> log)
{
    /// <summary>Gives up whole segments.</summary>
    public Task DiscardAsync(AccountId owner, IEnumerable<FileSegment> segments) => DiscardAsync(
        owner, segments.SelectMany(segment => segment.Fragments, (segment, fragment) => (segment.Fragments[0].Root, fragment)));

    /// <summary>Gives up some fragments of a segment.</summary>
    /// <param name="owner">Whose they are.</param>
    /// <param name="segment">Root of the segment's first fragment, whether it is among them or not.</param>
    /// <param name="fragments">The fragments.</param>
    public Task DiscardAsync(AccountId owner, Hash256 segment, IEnumerable<FileFragment> fragments) =>
        DiscardAsync(owner, fragments.Select(fragment => (segment, fragment)));

    private async Task DiscardAsync(AccountId owner, IEnumerable<(Hash256 Segment, FileFragment Fragment)> fragments)
    {
        var byMiner = fragments.GroupBy(
            item => item.Fragment.Miner.Value,
            item => new DiscardedFragment(FragmentName.Of(owner, item.Fragment.Root), item.Segment.ToString()));
        try
        {
            await Task.WhenAll(byMiner.Select(group => grains.GetGrain<IMinerGrain>(group.Key).DiscardAsync(group.ToArray())))
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.LogWarning(e, "Fragments of an upload that failed are left to the sweep");
        }
    }
}
