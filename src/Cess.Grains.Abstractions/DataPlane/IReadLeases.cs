using Cess.Ledger.Modules.Files;

namespace Cess.Grains;

/// <summary>Files that this silo is reading. Their fragments stay until the reading ends, also when the file is deleted.</summary>
public interface IReadLeases
{
    /// <summary>Holds a file until the lease is disposed.</summary>
    IDisposable Hold(FileId file);

    /// <summary>Whether anybody holds it.</summary>
    bool IsHeld(FileId file);
}
