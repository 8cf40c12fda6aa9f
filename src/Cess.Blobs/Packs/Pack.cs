using Cess.BlockStore.Files;

namespace Cess.Blobs.Packs;

/// <summary>One pack file. Its counts change under the index's lock; so do its readers.</summary>
internal sealed class Pack(PackHeader header, ILogFile file)
{
    private int _readers;
    private bool _isRetired;

    public PackHeader Header => header;

    public ILogFile File => file;

    /// <summary>Where the next record will stand; the file's length.</summary>
    public long End { get; set; } = PackHeader.Bytes;

    /// <summary>Bytes of the records that the index points to.</summary>
    public long LiveBytes { get; set; }

    public void AddReader() => _readers++;

    public void RemoveReader()
    {
        _readers--;
        CloseIfUnused();
    }

    /// <summary>Closes the file when its last reader has gone.</summary>
    public void Retire()
    {
        _isRetired = true;
        CloseIfUnused();
    }

    private void CloseIfUnused()
    {
        if (_isRetired && _readers == 0)
            file.Dispose();
    }
}
