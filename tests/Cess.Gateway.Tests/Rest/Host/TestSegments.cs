using System.Collections.Concurrent;
using Cess.Coding;
using Cess.Gateway.Objects;
using Cess.Gateway.Rest.Uploads;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.TestHost;

/// <summary>Segments in memory, coded into fragments that tests can lose and corrupt.</summary>
internal sealed class TestSegments(TestChain chain) : ISegmentStore, IDisposable
{
    private readonly SegmentBufferPool _pool = new(1L << 30);
    private readonly HashSet<Hash256> _forged = [];

    /// <summary>Fragments by their ids.</summary>
    public ConcurrentDictionary<Hash256, byte[]> Fragments { get; } = [];

    /// <summary>How many segments were stored.</summary>
    public int Stored => _stored;

    /// <summary>Changes the answer to a stored segment.</summary>
    public Func<StoredSegment, StoredSegment>? Lie { get; set; }

    /// <summary>Segments that were discarded.</summary>
    public ConcurrentQueue<StoredSegment> Discarded { get; } = [];

    /// <summary>What storing fails with, instead of storing.</summary>
    public ObjectStoreException? StoreFault { get; set; }

    /// <summary>What reading fails with, instead of reading.</summary>
    public ObjectStoreException? ReadFault { get; set; }

    private int _stored;

    public async Task<StoredSegment> StoreAsync(
        AccountId owner, StoragePolicy policy, Stream ciphertext, int length, CancellationToken cancellation)
    {
        if (StoreFault is { } fault)
            throw fault;

        using SegmentBuffer buffer = await _pool.RentAsync(policy, length, cancellation);
        await ciphertext.ReadExactlyAsync(buffer.Memory[..length], cancellation);
        Assert.Equal(0, await ciphertext.ReadAsync(new byte[1], cancellation));
        CodedSegment coded = SegmentCoder.Code(buffer, length, ParallelForModes.Sequential);
        for (int i = 0; i < coded.FragmentIds.Count; i++)
            Fragments[coded.FragmentIds[i]] = buffer.Fragment(length, i).ToArray();

        Interlocked.Increment(ref _stored);
        StoredSegment stored = new(length, [.. coded.FragmentIds.Select((id, i) => new StoredFragment(id, (uint)i))]);
        return Lie?.Invoke(stored) ?? stored;
    }

    public async Task ReadAsync(
        FileId file, int part, int segment, int offset, int length, SegmentCheck check, Stream destination,
        CancellationToken cancellation)
    {
        if (ReadFault is { } fault)
            throw fault;

        FileDeclaration declaration = chain.Head.File(file)!.Declaration;
        FileSegment stored = declaration.Parts[part].Segments[segment];
        FragmentLayout layout = new(new StoragePolicy(declaration.Policy.DataFragments, declaration.Policy.ParityFragments), (int)stored.Length);
        ReadOnlyMemory<byte>[] fragments = [.. stored.Fragments.Select(fragment => Find(fragment.Root, check))];
        byte[] range = new byte[length];
        try
        {
            SegmentDecoder.Restore(layout, fragments, offset, length, range);
        }
        catch (CodingException e)
        {
            throw new ObjectStoreException(ObjectStoreError.DataUnavailable, "Too many fragments are lost.", e);
        }

        await destination.WriteAsync(range, cancellation);
    }

    public Task DiscardAsync(AccountId owner, StoredSegment segment, CancellationToken cancellation)
    {
        Discarded.Enqueue(segment);
        return Task.CompletedTask;
    }

    /// <summary>Changes a byte of a fragment.</summary>
    public void Corrupt(Hash256 fragment) => Fragments[fragment][0] ^= 1;

    /// <summary>Makes a fragment pass every check but the cipher's.</summary>
    public void Forge(Hash256 fragment)
    {
        Corrupt(fragment);
        _forged.Add(fragment);
    }

    public void Dispose() => _pool.Dispose();

    private ReadOnlyMemory<byte> Find(Hash256 id, SegmentCheck check)
    {
        if (!Fragments.TryGetValue(id, out byte[]? bytes))
            return default;
        return check == SegmentCheck.AgainstIds && !_forged.Contains(id) && FragmentId.Of(bytes) != id ? default : bytes;
    }
}
