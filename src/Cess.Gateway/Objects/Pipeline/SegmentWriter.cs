using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cess.Coding;
using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;
using Orleans;

namespace Cess.Gateway.Objects.Pipeline;

/// <summary>Sees each fragment of a coded segment to a miner of its own.</summary>
public sealed class SegmentWriter(IGrainFactory grains, IBufferRegistry registry, FragmentDiscard discard)
{
    /// <summary>Rounds in which fragments that landed on one miner are moved apart.</summary>
    private const int SpreadRounds = 3;

    /// <summary>Stores a segment; its fragments are durable on distinct miners when this returns.</summary>
    /// <param name="owner">Whose fragments they are.</param>
    /// <param name="buffer">Holds the fragments; owned by this call from now on.</param>
    /// <param name="coded">What they are.</param>
    /// <exception cref="ObjectStoreException">InsufficientStorage, ServiceUnavailable.</exception>
    public async Task<FileSegment> StoreAsync(AccountId owner, SegmentBuffer buffer, CodedSegment coded)
    {
        using IBufferLease lease = registry.Register(buffer.Memory, ((IDisposable)buffer).Dispose);
        int count = coded.FragmentIds.Count;
        uint[] miners = new uint[count];
        int[] open = [.. Enumerable.Range(0, count)];
        for (int round = 0; open.Length > 0; round++)
        {
            uint[] taken = [.. miners.Where((_, i) => !open.Contains(i))];
            Placement placement = await grains.GetGrain<ISchedulerGrain>(0)
                .PlaceAsync(new PlacementRequest(open.Length, coded.FragmentSize, taken)).ConfigureAwait(false);
            if (placement.Miners.Count < open.Length || round == SpreadRounds)
            {
                await DiscardAsync(owner, coded, miners, [.. Enumerable.Range(0, count).Except(open)]).ConfigureAwait(false);
                throw TooFewMiners(placement.OutOfSpace, count, taken.Length + placement.Miners.Count);
            }
            uint[] chosen = [.. taken, .. placement.Miners];
            SliceResult[] results = await Task.WhenAll(open.Select(
                (index, j) => PushAsync(owner, lease, buffer, coded, index, placement.Miners[j], chosen))).ConfigureAwait(false);
            for (int j = 0; j < open.Length; j++)
                miners[open[j]] = results[j].Miner;
            if (Array.Find(results, result => result.Status != PushStatus.Stored) is { } failed)
            {
                await discard.DiscardAsync(owner, [Describe(coded, miners)]).ConfigureAwait(false);
                throw TooFewMiners(failed.Status == PushStatus.Full, count, results.Count(result => result.Status == PushStatus.Stored));
            }
            // Two slices that fell back at the same moment may have chosen the same miner: the later one moves on.
            open = [.. open.Where(i => Array.IndexOf(miners, miners[i]) < i)];
            if (open.Length > 0)
                await DiscardAsync(owner, coded, miners, open).ConfigureAwait(false);
        }
        return Describe(coded, miners);
    }

    private Task DiscardAsync(AccountId owner, CodedSegment coded, uint[] miners, int[] indices)
    {
        FileSegment segment = Describe(coded, miners);
        return discard.DiscardAsync(owner, segment.Fragments[0].Root, indices.Select(i => segment.Fragments[i]));
    }

    private static FileSegment Describe(CodedSegment coded, uint[] miners) => new(
        (uint)coded.CiphertextLength,
        [.. coded.FragmentIds.Select((id, i) => new FileFragment(id, new MinerId(miners[i])))]);

    private Task<SliceResult> PushAsync(
        AccountId owner, IBufferLease lease, SegmentBuffer buffer, CodedSegment coded, int index, uint miner, uint[] taken)
    {
        string name = FragmentName.Of(owner, coded.FragmentIds[index]);
        ReadOnlyMemory<byte> fragment = buffer.Fragment(coded.CiphertextLength, index);
        BufferAddress source = lease.At(OffsetOf(buffer.Memory, fragment), fragment.Length);
        return grains.GetGrain<ISliceGrain>(name).StoreAsync(new SliceOrder(name, source, miner, taken));
    }

    private static int OffsetOf(ReadOnlyMemory<byte> whole, ReadOnlyMemory<byte> part) => (int)Unsafe.ByteOffset(
        ref MemoryMarshal.GetReference(whole.Span), ref MemoryMarshal.GetReference(part.Span));

    private static ObjectStoreException TooFewMiners(bool isOutOfSpace, int wanted, int found) => isOutOfSpace
        ? new ObjectStoreException(
            ObjectStoreError.InsufficientStorage, $"A segment needs {wanted} miners with room; {found} have it.")
        : new ObjectStoreException(
            ObjectStoreError.ServiceUnavailable, $"A segment needs {wanted} miners that answer; {found} do.");
}
