using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cess.Coding;
using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Orleans;

namespace Cess.Gateway.Objects.Pipeline;

/// <summary>Sees each fragment of a coded segment to a miner of its own.</summary>
public sealed class SegmentWriter(IGrainFactory grains, IBufferRegistry registry)
{
    /// <summary>Rounds in which fragments that landed on one miner are moved apart.</summary>
    private const int SpreadRounds = 3;

    /// <summary>Stores a segment; its fragments are durable on distinct miners when this returns.</summary>
    /// <param name="buffer">Holds the fragments; owned by this call from now on.</param>
    /// <param name="coded">What they are.</param>
    /// <exception cref="ObjectStoreException">InsufficientStorage, ServiceUnavailable.</exception>
    public async Task<FileSegment> StoreAsync(SegmentBuffer buffer, CodedSegment coded)
    {
        using IBufferLease lease = registry.Register(buffer.Memory, ((IDisposable)buffer).Dispose);
        int count = coded.FragmentIds.Count;
        Placement placement = await grains.GetGrain<ISchedulerGrain>(0)
            .PlaceAsync(new PlacementRequest(count, coded.FragmentSize, [])).ConfigureAwait(false);
        if (placement.Miners.Count < count)
            throw TooFewMiners(placement.OutOfSpace, count, placement.Miners.Count);

        uint[] miners = [.. placement.Miners];
        int[] open = [.. Enumerable.Range(0, count)];
        for (int round = 0; open.Length > 0; round++)
        {
            if (round == SpreadRounds)
                throw TooFewMiners(isOutOfSpace: false, count, count - open.Length);
            uint[] taken = [.. miners];
            SliceResult[] results =
                await Task.WhenAll(open.Select(i => PushAsync(lease, buffer, coded, i, miners[i], taken))).ConfigureAwait(false);
            for (int j = 0; j < open.Length; j++)
                miners[open[j]] = results[j].Miner;
            // Two slices that fell back at the same moment may have chosen the same miner: the later one moves on.
            open = [.. open.Where(i => Array.IndexOf(miners, miners[i]) < i)];
        }
        return new FileSegment(
            (uint)coded.CiphertextLength,
            [.. coded.FragmentIds.Select((id, i) => new FileFragment(id, new MinerId(miners[i])))]);
    }

    private async Task<SliceResult> PushAsync(
        IBufferLease lease, SegmentBuffer buffer, CodedSegment coded, int index, uint miner, uint[] taken)
    {
        string id = coded.FragmentIds[index].ToString();
        ReadOnlyMemory<byte> fragment = buffer.Fragment(coded.CiphertextLength, index);
        BufferAddress source = lease.At(OffsetOf(buffer.Memory, fragment), fragment.Length);
        SliceResult result = await grains.GetGrain<ISliceGrain>(id)
            .StoreAsync(new SliceOrder(id, source, miner, taken)).ConfigureAwait(false);
        return result.Status == PushStatus.Stored
            ? result
            : throw TooFewMiners(result.Status == PushStatus.Full, coded.FragmentIds.Count, index);
    }

    private static int OffsetOf(ReadOnlyMemory<byte> whole, ReadOnlyMemory<byte> part) => (int)Unsafe.ByteOffset(
        ref MemoryMarshal.GetReference(whole.Span), ref MemoryMarshal.GetReference(part.Span));

    private static ObjectStoreException TooFewMiners(bool isOutOfSpace, int wanted, int found) => isOutOfSpace
        ? new ObjectStoreException(
            ObjectStoreError.InsufficientStorage, $"A segment needs {wanted} miners with room; {found} have it.")
        : new ObjectStoreException(
            ObjectStoreError.ServiceUnavailable, $"A segment needs {wanted} miners that answer; {found} do.");
}
