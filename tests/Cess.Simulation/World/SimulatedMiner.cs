using System.Buffers;
using Cess.Blobs;
using Cess.Primitives;
using Cess.Simulation.Faults;

namespace Cess.Simulation.World;

/// <summary>A miner's disk: slow, refusing, forgetting or spoiling, as it is told.</summary>
internal sealed class SimulatedMiner(SimulatedWorld world, ActorKey key) : IBlobBackend
{
    public const long Quota = 64 << 20;
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(8);
    private readonly MemoryBlobBackend _memory = new(Quota);

    public ActorKey Key => key;

    /// <summary>How likely a call is to fail.</summary>
    public double Refuses { get; set; }

    /// <summary>How likely a call is to take long.</summary>
    public double Slow { get; set; }

    public long BlobBytesMax => _memory.BlobBytesMax;

    public async Task<int> CountAsync() => await _memory.ListAsync().CountAsync();

    /// <summary>Loses everything.</summary>
    public async Task LoseAsync()
    {
        foreach (BlobName name in await NamesAsync())
            await _memory.DeleteAsync(name);
    }

    /// <summary>Flips a bit in every fragment.</summary>
    public async Task SpoilAsync(Dice dice)
    {
        foreach (BlobName name in await NamesAsync())
        {
            byte[] content = await _memory.ReadAllAsync(name, int.MaxValue);
            content[dice.Next(content.Length)] ^= (byte)(1 << dice.Next(8));
            await _memory.PutAsync(name, content);
        }
    }

    public async ValueTask PutAsync(BlobName name, ReadOnlySequence<byte> content, CancellationToken cancellation = default)
    {
        world.Secrets.Look(content.ToArray(), $"a fragment of {key.Name}");
        await WorkAsync(cancellation);
        await _memory.PutAsync(name, content, cancellation);
    }

    public async ValueTask PutAsync(BlobName name, Stream content, long length, CancellationToken cancellation = default)
    {
        byte[] bytes = new byte[length];
        await content.ReadExactlyAsync(bytes, cancellation);
        await PutAsync(name, new ReadOnlySequence<byte>(bytes), cancellation);
    }

    public async ValueTask<int> ReadAsync(BlobName name, long offset, Memory<byte> buffer, CancellationToken cancellation = default)
    {
        await WorkAsync(cancellation);
        return await _memory.ReadAsync(name, offset, buffer, cancellation);
    }

    public async ValueTask<Stream> OpenReadAsync(BlobName name, CancellationToken cancellation = default)
    {
        await WorkAsync(cancellation);
        return await _memory.OpenReadAsync(name, cancellation);
    }

    public async ValueTask DeleteAsync(BlobName name, CancellationToken cancellation = default)
    {
        await WorkAsync(cancellation);
        await _memory.DeleteAsync(name, cancellation);
    }

    public ValueTask<BlobInfo?> StatAsync(BlobName name, CancellationToken cancellation = default) => _memory.StatAsync(name, cancellation);

    public IAsyncEnumerable<BlobInfo> ListAsync(string prefix = "", BlobName? after = null, CancellationToken cancellation = default) =>
        _memory.ListAsync(prefix, after, cancellation);

    public ValueTask<BlobSpace> SpaceAsync(CancellationToken cancellation = default) => _memory.SpaceAsync(cancellation);

    /// <summary>A process ends; what is stored stays.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<BlobName[]> NamesAsync() => [.. (await _memory.ListAsync().ToListAsync()).Select(blob => blob.Name)];

    private async ValueTask WorkAsync(CancellationToken cancellation)
    {
        Dice dice = world.DiskDice;
        bool isSlow = dice.Chance(Slow);
        if (isSlow)
            world.Count(FaultKind.MinerSlow);
        await Task.Delay(isSlow ? s_slow * dice.Random.NextDouble() : TimeSpan.FromMilliseconds(dice.Between(0, 3)), world.Time, cancellation);
        if (!dice.Chance(Refuses))
            return;
        world.Count(FaultKind.MinerFailure);
        throw new BlobException(dice.Pick([BlobError.DeviceFault, BlobError.Transient, BlobError.Full]), "This miner refuses.");
    }
}
