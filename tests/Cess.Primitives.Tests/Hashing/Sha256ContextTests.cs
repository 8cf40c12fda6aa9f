using System.Security.Cryptography;

namespace Cess.Primitives.Tests;

public sealed class Sha256ContextTests
{
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void Every_implementation_gives_the_standard_s_digests(string text, string digest)
    {
        foreach (Sha256Context context in Implementations())
        {
            using (context)
            {
                context.Append(System.Text.Encoding.ASCII.GetBytes(text));
                Assert.Equal(digest, context.Finish().ToString());
            }
        }
    }

    [Fact]
    public void Pieces_of_any_length_hash_as_the_whole()
    {
        Random random = new(1);
        byte[] data = new byte[5000];
        random.NextBytes(data);
        foreach (Sha256Context context in Implementations())
        {
            using (context)
            {
                for (int length = 0; length < data.Length; length = (length * 5 / 4) + 1)
                {
                    for (int at = 0; at < length;)
                    {
                        int piece = random.Next(Math.Min(200, length - at) + 1);
                        context.Append(data.AsSpan(at, piece));
                        at += piece;
                    }
                    Assert.Equal(Hash256.FromBytes(SHA256.HashData(data.AsSpan(0, length))), context.Finish());
                }
            }
        }
    }

    [Fact]
    public void A_disposed_context_hashes_nothing()
    {
        foreach (Sha256Context context in Implementations())
        {
            context.Dispose();
            context.Dispose();
            Assert.Throws<ObjectDisposedException>(() => context.Append([1]));
        }
    }

    [Fact]
    public void Hashing_allocates_nothing()
    {
        byte[] data = new byte[65];
        _ = Hash256.Sha256(data);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            _ = Hash256.Sha256(data);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static IEnumerable<Sha256Context> Implementations()
    {
        yield return new PlatformSha256();
        if (LibcryptoSha256.IsAvailable)
            yield return new LibcryptoSha256();
    }
}
