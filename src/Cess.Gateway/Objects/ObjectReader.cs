using System.Security.Cryptography;
using Cess.Gateway.Objects.Pipeline;
using Cess.Grains;
using Cess.Ledger.Modules.Files;

namespace Cess.Gateway.Objects;

/// <summary>Reads one file's plaintext. The file's fragments stay until it is disposed.</summary>
internal sealed class ObjectReader(
    IFragmentReader fragments, ReadBuffers buffers, IReadLeases leases, FileId id, FileRecord file, ObjectInfo info, byte[] fileKey) : IObjectReader
{
    private readonly IDisposable _lease = leases.Hold(id);

    /// <inheritdoc/>
    public ObjectInfo Info => info;

    /// <inheritdoc/>
    public Task CopyToAsync(Stream destination, long offset, long length, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, info.Length - length);
        return new PlaintextReader(fragments, buffers, file, fileKey).CopyToAsync(destination, offset, length, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        CryptographicOperations.ZeroMemory(fileKey);
        _lease.Dispose();
        return ValueTask.CompletedTask;
    }
}
