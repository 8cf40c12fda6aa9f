using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Cess.Gateway.Objects.Pipeline;

/// <summary>Gives up what an upload has stored when it does not become a file.</summary>
public sealed class FragmentDiscard(IGrainFactory grains, ILedgerReader ledger, ILogger<FragmentDiscard> log)
{
    /// <summary>
    /// Deletes fragments that became no part of a file; segments that a file names stay. Best effort: what is left over is
    /// found by the miners' sweep.
    /// </summary>
    public async Task DiscardAsync(AccountId owner, IEnumerable<FileSegment> segments)
    {
        var byMiner = segments
            .Where(segment => segment.Fragments.Length > 0 && !ledger.IsNamed(segment.Fragments[0].Root))
            .SelectMany(segment => segment.Fragments)
            .GroupBy(fragment => fragment.Miner.Value, fragment => FragmentName.Of(owner, fragment.Root));
        try
        {
            await Task.WhenAll(byMiner.Select(group => grains.GetGrain<IMinerGrain>(group.Key).DeleteAsync(group.ToArray())))
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.LogWarning(e, "Fragments of an upload that failed are left to the sweep");
        }
    }
}
