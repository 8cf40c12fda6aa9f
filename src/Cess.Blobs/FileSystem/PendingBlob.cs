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

    /// <summary>Puts the file in its place, and gives back the space of the one that it replaces.</summary>
    public void MoveTo(string path)
    {
        long former = BlobLayout.LengthOf(path) ?? 0;
        System.IO.File.Move(_temporary!, path, overwrite: true);
        _space.Release(former);
        Keep();
    }

    /// <summary>Keeps the space: the blob is in its place.</summary>
    public void Keep()
    {
        _isPlaced = true;
        _space.Keep(_length);
    }

    public void Dispose()
    {
        _file?.Dispose();
        if (_isPlaced)
            return;
        _space.Return(_length);
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
