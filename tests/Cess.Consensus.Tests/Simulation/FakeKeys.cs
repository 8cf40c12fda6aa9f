using System.Collections.Immutable;
using Cess.Consensus.Simplex;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Consensus.Tests.Simulation;

/// <summary>
/// Keys that cost nothing: a "signature" is the digest and the signer's number. Nobody in the simulation makes one but by the
/// signer's delegate.
/// </summary>
internal sealed class FakeKeys
{
    private readonly Dictionary<PublicKey, int> _numbers = [];

    public FakeKeys(int count)
    {
        PublicKey[] keys = new PublicKey[count];
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = new byte[PublicKey.Size];
            (bytes[0], bytes[^1]) = (2, (byte)(i + 1));
            keys[i] = PublicKey.FromBytes(bytes);
            _numbers.Add(keys[i], i);
        }

        Validators = new ValidatorSet([.. keys]);
    }

    public ValidatorSet Validators { get; }

    public static Signature Sign(int signer, Hash256 digest)
    {
        Span<byte> bytes = stackalloc byte[Signature.Size];
        digest.WriteTo(bytes);
        bytes[^1] = (byte)(signer + 1);
        return Signature.FromBytes(bytes);
    }

    public static Signature Garbage(int number)
    {
        Span<byte> bytes = stackalloc byte[Signature.Size];
        bytes.Clear();
        BitConverter.TryWriteBytes(bytes, number);
        return Signature.FromBytes(bytes);
    }

    public SignDigest SignerOf(int signer) => digest => Sign(signer, digest);

    public bool Verify(PublicKey key, Hash256 digest, Signature signature) =>
        _numbers.TryGetValue(key, out int number) && Sign(number, digest) == signature;
}
