using System.Runtime.CompilerServices;
using Cess.BlockStore.Files;

namespace Cess.Blobs.Packs;

/// <summary>
/// Bytes of a pack that are not what was written, or that the device can't give. Blobs whose names are among them are lost to view, and
/// others whose content is can't be read.
/// </summary>
/// <param name="File">The pack.</param>
/// <param name="Offset">Where the damage begins, in bytes.</param>
/// <param name="Length">How many bytes it has.</param>
public sealed record PackDamage(string File, long Offset, long Length);

/// <summary>A pack's record and where it stands.</summary>
internal readonly record struct FoundRecord(long Offset, PackRecord Record);

/// <summary>Reads a pack's records from front to back, passing over what is damaged.</summary>
internal sealed class PackScan(PackHeader header, ILogFile file)
{
    private const int HeadBytesMax = PackRecord.HeaderBytes + BlobLimits.NameCharsMax;
    private readonly LogWindow _window = new(file);

    public List<PackDamage> Damages { get; } = [];

    /// <summary>Where the records end that are whole or were durable: what follows is torn.</summary>
    public long End { get; private set; } = PackHeader.Bytes;

    /// <summary>
    /// Whether it can't be told where the records end that were durable, because of bytes that can't be read. <see cref="End"/> is the
    /// file's end then, and the records before it may be of a batch that was never confirmed.
    /// </summary>
    public bool IsEndUnknown { get; private set; }

    /// <summary>Whether bytes from an offset on could not be read, and look like zeros.</summary>
    public Func<long, bool> IsUnreadableFrom { get; init; } = static _ => false;

    /// <param name="mayBeTorn">
    /// Whether the pack may end in a batch that was never confirmed. Its records are checked with their contents then, and the
    /// scan ends at the first one that isn't whole, unless a later record says that its own batch began after that place.
    /// </param>
    /// <param name="cancellation">Ends the scan.</param>
    public async IAsyncEnumerable<FoundRecord> ReadAsync(
        bool mayBeTorn, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (End < _window.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            PackRecord? found = await HeadAtAsync(End);
            bool isWhole = found is { } head
                && End + head.Bytes <= _window.Length
                && (!mayBeTorn || head.HasContentOf((await _window.ReadAsync(End, head.Bytes)).Span));
            if (!isWhole)
            {
                if (mayBeTorn && !IsEndUnknown && !await WasDurableAsync(End))
                {
                    // What can't be read may be damaged or torn, or be what tells that the bytes before it were durable.
                    if (!IsUnreadableFrom(End))
                        yield break;
                    IsEndUnknown = true;
                }
                if (found is null || End + found.Value.Bytes > _window.Length)
                {
                    long next = await NextHeadAsync(End);
                    Damages.Add(new PackDamage(header.FileName, End, next - End));
                    End = next;
                    continue;
                }
                // The name and the length can be trusted, the content can't: reading the blob will say so.
                Damages.Add(new PackDamage(header.FileName, End, found.Value.Bytes));
            }
            var record = new FoundRecord(End, found!.Value);
            End += record.Record.Bytes;
            yield return record;
        }
    }

    /// <summary>A whole record's bytes; valid until the next call.</summary>
    public ValueTask<ReadOnlyMemory<byte>> BytesAsync(FoundRecord found) => _window.ReadAsync(found.Offset, found.Record.Bytes);

    private async ValueTask<PackRecord?> HeadAtAsync(long at) =>
        PackRecord.Decode((await _window.ReadAsync(at, HeadBytesMax)).Span, header.Salt);

    /// <summary>Where the next record's header stands, or the file's end.</summary>
    private async ValueTask<long> NextHeadAsync(long damage)
    {
        for (long at = damage + PackRecord.Alignment; at < _window.Length; at += PackRecord.Alignment)
        {
            if (await HeadAtAsync(at) is not null)
                return at;
        }
        return _window.Length;
    }

    /// <summary>Whether a record further on belongs to a batch that was written after the bytes here had become durable.</summary>
    private async ValueTask<bool> WasDurableAsync(long damage)
    {
        for (long at = damage + PackRecord.Alignment; at < _window.Length; at += PackRecord.Alignment)
        {
            if (await HeadAtAsync(at) is { } later && later.BatchStart > damage)
                return true;
        }
        return false;
    }
}
