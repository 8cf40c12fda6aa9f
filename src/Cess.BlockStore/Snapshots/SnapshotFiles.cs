using System.Globalization;
using Cess.BlockStore.Files;

namespace Cess.BlockStore.Snapshots;

/// <summary>The snapshot files of a store; see docs/format/block-log.md.</summary>
internal sealed class SnapshotFiles(ILogDirectory directory)
{
    private const string NameEnd = ".snapshot";
    private const string UnfinishedEnd = ".tmp";
    private const int HeightDigits = 20;

    /// <summary>Removes what a crash has left of a snapshot that was being written.</summary>
    public void RemoveUnfinished()
    {
        foreach (string name in directory.List().Where(name => name.EndsWith(UnfinishedEnd, StringComparison.Ordinal)))
            directory.Delete(name);
    }

    public UnfinishedSnapshot Create(ulong height) =>
        new(this, directory, height, NameOf(height) + UnfinishedEnd, NameOf(height));

    /// <summary>Removes all but the newest snapshots. A removal that a crash undoes is made again after the next one.</summary>
    public void Prune()
    {
        foreach (ulong height in HeightsDescending().Skip(BlockStoreLimits.SnapshotsKept))
            directory.Delete(NameOf(height));
    }

    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.CorruptSnapshot"/>.</exception>
    public async ValueTask<Snapshot?> OpenLatestAsync(CancellationToken cancellation)
    {
        var corrupt = new List<ulong>();
        foreach (ulong height in HeightsDescending())
        {
            ILogFile file = directory.Open(NameOf(height));
            try
            {
                if (await SnapshotFormat.CheckAsync(file, height, cancellation) is { } length)
                    return new Snapshot(height, new SnapshotReader(file, SnapshotFormat.HeaderBytes, length), corrupt);
            }
            catch
            {
                file.Dispose();
                throw;
            }
            file.Dispose();
            corrupt.Add(height);
        }
        return corrupt.Count == 0
            ? null
            : throw new BlockStoreException(
                BlockStoreError.CorruptSnapshot,
                $"{string.Join(", ", corrupt.Select(NameOf))}: corrupt, and there is no other snapshot. Put one back from a copy, or begin in a new folder and take the state from other nodes.")
            {
                Snapshots = corrupt,
            };
    }

    private static string NameOf(ulong height) => height.ToString($"d{HeightDigits}", CultureInfo.InvariantCulture) + NameEnd;

    private List<ulong> HeightsDescending() =>
        [.. directory.List().Where(IsSnapshot).Select(HeightOf).OrderDescending()];

    private static bool IsSnapshot(string name) =>
        name.Length == HeightDigits + NameEnd.Length
        && name.EndsWith(NameEnd, StringComparison.Ordinal)
        && ulong.TryParse(name.AsSpan(0, HeightDigits), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static ulong HeightOf(string name) =>
        ulong.Parse(name.AsSpan(0, HeightDigits), NumberStyles.None, CultureInfo.InvariantCulture);
}
