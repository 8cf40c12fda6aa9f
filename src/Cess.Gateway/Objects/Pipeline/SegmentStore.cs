using System.Buffers;
using Cess.Coding;
using Cess.Gateway.Rest.Uploads;
using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Gateway.Objects.Pipeline;

/// <summary>Segments of clients that encrypt for themselves: their ciphertext comes and goes as it is.</summary>
public sealed class SegmentStore(
    SegmentBufferPool pool,
    SegmentWriter segments,
    FragmentDiscard discard,
    IFragmentReader fragments,
    IReadLeases leases,
    ILedgerReader ledger) : ISegmentStore
{
    private const int ReadBytes = GatewayLimits.FramesPerRead * FrameLayout.CiphertextBytes;

    /// <inheritdoc/>
    public async Task<StoredSegment> StoreAsync(
        AccountId owner, StoragePolicy policy, Stream ciphertext, int length, CancellationToken cancellation)
    {
        SegmentBuffer buffer = await RentAsync(policy, length, cancellation).ConfigureAwait(false);
        CodedSegment coded;
        try
        {
            await ReadExactlyAsync(ciphertext, buffer.Memory[..length], cancellation).ConfigureAwait(false);
            coded = await Task.Run(() => SegmentCoder.Code(buffer, length, Parallel), cancellation).ConfigureAwait(false);
        }
        catch
        {
            ((IDisposable)buffer).Dispose();
            throw;
        }
        FileSegment stored = await segments.StoreAsync(owner, buffer, coded).ConfigureAwait(false);
        return new StoredSegment(length, stored.Fragments.Select(f => new StoredFragment(f.Root, f.Miner.Value)).ToArray());
    }

    /// <inheritdoc/>
    public async Task ReadAsync(
        FileId file, int part, int segment, int offset, int length, SegmentCheck check, Stream destination,
        CancellationToken cancellation)
    {
        using IDisposable lease = leases.Hold(file);
        FileRecord record = ledger.Head.File(file)
            ?? throw new ObjectStoreException(ObjectStoreError.NoSuchKey, $"There is no file {file}.");
        FilePolicy declared = record.Declaration.Policy;
        var reader = new SegmentReader(
            fragments, record.Owner, record.Declaration.Parts[part].Segments[segment],
            new StoragePolicy(declared.DataFragments, declared.ParityFragments));
        if (check == SegmentCheck.AgainstIds)
            await reader.FindCorruptAsync(cancellation).ConfigureAwait(false);
        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Min(length, ReadBytes));
        try
        {
            for (int done = 0; done < length;)
            {
                Memory<byte> piece = rented.AsMemory(0, Math.Min(length - done, ReadBytes));
                await reader.ReadAsync(offset + done, piece, cancellation).ConfigureAwait(false);
                await destination.WriteAsync(piece, cancellation).ConfigureAwait(false);
                done += piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <inheritdoc/>
    public Task DiscardAsync(AccountId owner, StoredSegment segment, CancellationToken cancellation) => discard.DiscardAsync(
        owner,
        [new FileSegment((uint)segment.Length, [.. segment.Fragments.Select(f => new FileFragment(f.Root, new MinerId(f.Miner)))])]);

    private async ValueTask<SegmentBuffer> RentAsync(StoragePolicy policy, int length, CancellationToken cancellation)
    {
        try
        {
            return await pool.RentAsync(policy, length, cancellation).ConfigureAwait(false);
        }
        catch (CodingException e) when (e.Error == CodingError.PoolBusy)
        {
            throw new ObjectStoreException(ObjectStoreError.SlowDown, "Too many uploads wait for memory.", e);
        }
        catch (CodingException e)
        {
            throw new ObjectStoreException(ObjectStoreError.InvalidPolicy, e.Message, e);
        }
    }

    private static async ValueTask ReadExactlyAsync(Stream content, Memory<byte> target, CancellationToken cancellation)
    {
        var source = new LookAheadStream(content);
        int count = await source.FillAsync(target, cancellation).ConfigureAwait(false);
        if (count < target.Length || !await source.IsAtEndAsync(cancellation).ConfigureAwait(false))
            throw new ObjectStoreException(ObjectStoreError.IncompleteBody, $"The body has not exactly {target.Length} bytes, as announced.");
    }

    private static void Parallel(int count, Action<int> body) => System.Threading.Tasks.Parallel.For(0, count, body);
}
