using System.Security.Cryptography;

namespace Cess.Primitives;

/// <summary>
/// SHA-256 of short inputs. The one-shot functions of the base library set a context up for every call, which costs as
/// much as hashing 300 bytes; one context a thread, reset by taking the digest, saves a third of that.
/// </summary>
internal static class Sha256Context
{
    [ThreadStatic]
    private static IncrementalHash? t_context;

    /// <summary>This thread's context. Whoever takes it finishes with a digest before anyone else can run.</summary>
    public static IncrementalHash OfThread => t_context ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public static Hash256 Finish(IncrementalHash context)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        context.GetHashAndReset(digest);
        return Hash256.FromBytes(digest);
    }
}
