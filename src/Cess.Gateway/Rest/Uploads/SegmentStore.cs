using Cess.Coding;
using Cess.Gateway.Objects;
using Cess.Gateway.Objects.Pipeline;
using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Gateway.Rest.Uploads;

/// <summary>Segments on the miners, by the pipeline that the object store uses, past its cipher.</summary>
internal sealed class SegmentStore(
    SegmentBufferPool pool, SegmentWriter writer, FragmentDiscard discard, IFragmentReader fragments, ReadBuffers buffers,
    ILedgerReader ledger, IReadLeases leases) : ISegmentStore
{
    public async Task<StoredSegment> StoreAsync(
        AccountId owner, StoragePolicy policy, Stream ciphertext, int length, CancellationToken cancellation)
    {
        SegmentBuffer buffer = await RentAsync(policy, length, cancellation);
        CodedSegment coded;
        try
        {
            await ciphertext.ReadExactlyAsync(buffer.Memory[..length], cancellation);

            // The stream's end is where its owner's digest is checked, so it is reached before anything is done.
            if (await ciphertext.ReadAsync(new byte[1], cancellation) != 0)
                throw new ObjectStoreException(ObjectStoreError.IncompleteBody, $"The segment has more than the announced {length} bytes.");
            coded = await Task.Run(() => SegmentCoder.Code(buffer, length, RunParallel), cancellation);
        }
        catch (EndOfStreamException e)
        {
            ((IDisposable)buffer).Dispose();
            throw new ObjectStoreException(ObjectStoreError.IncompleteBody, $"The segment has less than the announced {length} bytes.", e);
        }
        catch
        {
            ((IDisposable)buffer).Dispose();
            throw;
        }

        FileSegment stored = await writer.StoreAsync(owner, buffer, coded);
        return new StoredSegment(length, [.. stored.Fragments.Select(fragment => new StoredFragment(fragment.Root, fragment.Miner.Value))]);
    }

    public async Task ReadAsync(
        FileId file, int part, int segment, int offset, int length, SegmentCheck check, Stream destination,
        CancellationToken cancellation)
    {
        // Held before it is looked up: a file that is deleted in between keeps its fragments.
        using IDisposable lease = leases.Hold(file);
        FileRecord record = ledger.Head.File(file)
            ?? throw new ObjectStoreException(ObjectStoreError.DataUnavailable, $"File {file} has been deleted.");
        FileDeclaration declared = record.Declaration;
        SegmentReader reader = new(
            fragments, buffers, record.Owner, declared.Parts[part].Segments[segment],
            new StoragePolicy(declared.Policy.DataFragments, declared.Policy.ParityFragments));
        if (check == SegmentCheck.AgainstIds)
            await reader.FindCorruptAsync(cancellation);

        await CopyAsync(reader, offset, length, destination, cancellation);
    }

    public Task DiscardAsync(AccountId owner, StoredSegment segment, CancellationToken cancellation) => discard.DiscardAsync(
        owner, segment.First, segment.Fragments.Select(fragment => new FileFragment(fragment.Root, new MinerId(fragment.Miner))));

    private async Task CopyAsync(SegmentReader reader, int offset, int length, Stream destination, CancellationToken cancellation)
    {
        await using DoubleBuffer buffer = await buffers.RentStreamAsync(length, cancellation);
        for (int done = 0; done < length; done += DoubleBuffer.RunBytes)
        {
            Memory<byte> run = buffer.Front(Math.Min(DoubleBuffer.RunBytes, length - done));
            await reader.ReadAsync(offset + done, run, cancellation);
            await buffer.FlipAsync(() => destination.WriteAsync(run, cancellation).AsTask());
        }
        await buffer.FinishAsync();
    }

    private async ValueTask<SegmentBuffer> RentAsync(StoragePolicy policy, int length, CancellationToken cancellation)
    {
        try
        {
            return await pool.RentAsync(policy, length, cancellation);
        }
        catch (CodingException e) when (e.Error == CodingError.PoolBusy)
        {
            throw new ObjectStoreException(ObjectStoreError.SlowDown, "Too many uploads wait for memory.", e);
        }
        catch (CodingException e) when (e.Error == CodingError.SegmentTooLarge)
        {
            throw new ObjectStoreException(ObjectStoreError.InvalidPolicy, $"Policy {policy} needs more memory than this node gives.", e);
        }
    }

    private static void RunParallel(int count, Action<int> body) => Parallel.For(0, count, body);
}
