using Cess.BlockStore.Files;
using Microsoft.Win32.SafeHandles;

namespace Cess.Blobs.FileSystem;

/// <summary>A blob on its way to its place: the space reserved for it and its temporary file, both given back if it fails.</summary>
internal sealed class PendingBlob : IDisposable
{
    private readonly SpaceQuota _space;
    private readonly long _length;
    private SafeFileHandle? _file;
    private string? _temporary;
    private bool _isPlaced;

    /// <exception cref="BlobException"><see cref="BlobError.Full"/>.</exception>
    public PendingBlob(BlobName name, long length, SpaceQuota space)
    {
        (Name, _length, _space) = (name, length, space);
        space.Reserve(length);
    }

    public BlobName Name { get; }

    public string What => $"Blob '{Name}' could not be stored";

    public SafeFileHandle File => _file!;

    public void Create(string path)
    {
        _file = System.IO.File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        _temporary = path;
    }

    public void MoveTo(string path)
    {
        System.IO.File.Move(_temporary!, path, overwrite: true);
        _isPlaced = true;
    }

    public void Dispose()
    {
        _file?.Dispose();
        if (_isPlaced)
            return;
        _space.Release(_length);
        try
        {
            if (_temporary is not null)
                System.IO.File.Delete(_temporary);
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            // The next opening removes it; the put's own failure is what the caller must hear of.
        }
    }
}
