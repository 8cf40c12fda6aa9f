using System.Security.Cryptography;
using Cess.Coding;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Gateway.Objects.Pipeline;

/// <summary>A part whose fragments are durable.</summary>
/// <param name="Part">What the ledger records of it.</param>
/// <param name="Length">Plaintext bytes.</param>
/// <param name="Md5">MD5 of the plaintext, 16 bytes.</param>
public sealed record StoredPart(FilePart Part, long Length, byte[] Md5);

/// <summary>
/// Turns a stream of plaintext into a part: fills a buffer, encrypts it where it lies, codes, hashes and pushes it, while the
/// next one is being filled. Memory is that of the buffers it holds, two at most; waiting for one is the back-pressure.
/// </summary>
public sealed class PartWriter(SegmentBufferPool pool, SegmentWriter segments, FragmentDiscard discard, IRandomSource random)
{
    /// <summary>Stores a part to the end of the stream.</summary>
    /// <param name="owner">Whose part it is.</param>
    /// <param name="content">Plaintext.</param>
    /// <param name="announcedLength">Bytes that it must have, or null.</param>
    /// <param name="fileKey">32 bytes; not kept.</param>
    /// <param name="policy">How to code it.</param>
    /// <param name="cancellation">Ends the upload.</param>
    /// <exception cref="ObjectStoreException">EntityTooLarge, IncompleteBody, InsufficientStorage, ServiceUnavailable, SlowDown.</exception>
    public async Task<StoredPart> StoreAsync(
        AccountId owner, Stream content, long? announcedLength, ReadOnlyMemory<byte> fileKey, StoragePolicy policy,
        CancellationToken cancellation)
    {
        if (announcedLength > GatewayLimits.PartBytesMax)
            throw TooLarge();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var encryptor = new FrameEncryptor(fileKey.Span, random);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var inFlight = new SemaphoreSlim(GatewayLimits.SegmentsInFlight - 1);
        var source = new LookAheadStream(content);
        var stored = new List<Task<FileSegment>>();
        Task coded = Task.CompletedTask;
        long length = 0;
        try
        {
            for (bool isLast = false; !isLast;)
            {
                SegmentBuffer buffer = await RentAsync(policy, announcedLength - length, stop.Token).ConfigureAwait(false);
                int filled;
                try
                {
                    filled = await FillAsync(buffer, source, md5, stop.Token).ConfigureAwait(false);
                    length += filled;
                    isLast = await source.IsAtEndAsync(stop.Token).ConfigureAwait(false);
                    CheckLength(length, announcedLength, isLast);
                    await inFlight.WaitAsync(stop.Token).ConfigureAwait(false);
                }
                catch
                {
                    ((IDisposable)buffer).Dispose();
                    throw;
                }
                bool endsPart = isLast;
                // The cipher numbers frames in the order in which segments come to it.
                Task<CodedSegment> coding = CodeAfterAsync(coded, buffer, filled, endsPart);
                coded = coding;
                stored.Add(StoreSegmentAsync(buffer, coding));
            }
            FileSegment[] all = await Task.WhenAll(stored).ConfigureAwait(false);
            return new StoredPart(new FilePart(encryptor.Salt, (ulong)length, [.. all]), length, md5.GetHashAndReset());
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            // The first failure is the one to tell; nothing may be left running behind it.
            await ((Task)Task.WhenAll(stored)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await discard.DiscardAsync(owner, stored.Where(task => task.IsCompletedSuccessfully).Select(task => task.Result))
                .ConfigureAwait(false);
            if (stored.Find(task => task.IsFaulted) is { } failed)
                await failed.ConfigureAwait(false);
            throw;
        }

        async Task<CodedSegment> CodeAfterAsync(Task previous, SegmentBuffer buffer, int filled, bool endsPart)
        {
            await previous.ConfigureAwait(false);
            return await Task.Run(
                () => SegmentCoder.Encode(buffer, encryptor, filled, endsPart, Parallel), stop.Token).ConfigureAwait(false);
        }

        async Task<FileSegment> StoreSegmentAsync(SegmentBuffer buffer, Task<CodedSegment> coding)
        {
            bool isOwned = true;
            try
            {
                CodedSegment segment = await coding.ConfigureAwait(false);
                isOwned = false;
                return await segments.StoreAsync(owner, buffer, segment).ConfigureAwait(false);
            }
            catch
            {
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                if (isOwned)
                    ((IDisposable)buffer).Dispose();
                inFlight.Release();
            }
        }
    }

    private static void Parallel(int count, Action<int> body) => System.Threading.Tasks.Parallel.For(0, count, body);

    private async ValueTask<SegmentBuffer> RentAsync(StoragePolicy policy, long? remaining, CancellationToken cancellation)
    {
        long plaintext = Math.Clamp(remaining ?? SegmentLayout.PlaintextBytesMax, 0, SegmentLayout.PlaintextBytesMax);
        try
        {
            return await pool.RentAsync(policy, (int)FrameLayout.CiphertextLength(plaintext), cancellation).ConfigureAwait(false);
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

    /// <summary>Reads plaintext into the buffer's frame slots, and its MD5 on the way.</summary>
    private static async ValueTask<int> FillAsync(
        SegmentBuffer buffer, LookAheadStream source, IncrementalHash md5, CancellationToken cancellation)
    {
        int filled = 0;
        for (int frame = 0; frame < SegmentLayout.FramesMax; frame++)
        {
            Memory<byte> slot = buffer.FrameSlot(frame);
            int count = await source.FillAsync(slot, cancellation).ConfigureAwait(false);
            md5.AppendData(slot.Span[..count]);
            filled += count;
            if (count < FrameLayout.PlaintextBytes)
                break;
        }
        return filled;
    }

    private static void CheckLength(long length, long? announced, bool isLast)
    {
        if (length > GatewayLimits.PartBytesMax)
            throw TooLarge();
        if (isLast ? announced is { } exact && length != exact : length >= announced)
        {
            throw new ObjectStoreException(
                ObjectStoreError.IncompleteBody, $"The body has {(isLast ? "" : "more than ")}{length} bytes; {announced} were announced.");
        }
    }

    private static ObjectStoreException TooLarge() => new(
        ObjectStoreError.EntityTooLarge, $"A part, or an object that is not uploaded in parts, has at most {GatewayLimits.PartBytesMax} bytes.");
}
