using Cess.BlockStore.Files;

namespace Cess.BlockStore.Snapshots;

/// <summary>Writes a snapshot to a file from its start.</summary>
internal sealed class SnapshotWriter(ILogFile file) : SnapshotPieces(BlockStoreLimits.SnapshotBufferBytes)
{
    protected override ValueTask WritePieceAsync(long position, ReadOnlyMemory<byte> piece, CancellationToken cancellation) =>
        file.WriteAsync(position, [piece]);
}
