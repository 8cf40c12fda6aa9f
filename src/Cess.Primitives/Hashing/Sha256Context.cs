using System.Security.Cryptography;

namespace Cess.Primitives;

/// <summary>
/// SHA-256 of inputs that come in pieces, most of them short: a tree's nodes have 65 bytes. Setting a context up costs the
/// base library as much as hashing 600 bytes, so contexts are kept, and libcrypto is called directly where it is there.
/// </summary>
internal abstract class Sha256Context : IDisposable
{
    [ThreadStatic]
    private static Sha256Context? t_context;

    /// <summary>This thread's context. Whoever takes it finishes with a digest before anyone else can run.</summary>
    public static Sha256Context OfThread => t_context ??= Create();

    /// <summary>A new context.</summary>
    public static Sha256Context Create() =>
        LibcryptoSha256.IsAvailable ? new LibcryptoSha256() : new PlatformSha256();

    public abstract void Append(ReadOnlySpan<byte> data);

    /// <summary>The digest of everything appended; the next <see cref="Append"/> starts anew.</summary>
    public abstract Hash256 Finish();

    public abstract void Dispose();
}

/// <summary>The base library's SHA-256.</summary>
internal sealed class PlatformSha256 : Sha256Context
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public override void Append(ReadOnlySpan<byte> data) => _hash.AppendData(data);

    public override Hash256 Finish()
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        _hash.GetHashAndReset(digest);
        return Hash256.FromBytes(digest);
    }

    public override void Dispose() => _hash.Dispose();
}
