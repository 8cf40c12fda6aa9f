using Cess.Gateway.Objects;

namespace Cess.Gateway.S3.Signing;

/// <summary>Who sent a request, and what its signature says of the body.</summary>
/// <param name="Caller">For whom it is done.</param>
/// <param name="Mode">How the body is framed and covered.</param>
/// <param name="PayloadHash">The SHA-256 that the body must have; set for <see cref="PayloadMode.Hashed"/> only.</param>
/// <param name="ChunkSigner">Checks the chunks of a signed chunked body, else null.</param>
internal sealed record Authentication(
    Caller Caller, PayloadMode Mode, byte[]? PayloadHash, ChunkSigner? ChunkSigner) : IDisposable
{
    public void Dispose() => ChunkSigner?.Dispose();
}
