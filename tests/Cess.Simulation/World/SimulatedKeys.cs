using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Cess.Coding;
using Cess.Grains;
using Cess.Primitives;

namespace Cess.Simulation.World;

/// <summary>
/// The key of somebody in a simulation: a real P-256 key, so that every rule about keys holds, whose signatures are the same in
/// every run. For that all of them share one nonce, which gives the private keys away: of no use outside a simulation.
/// </summary>
internal sealed class ActorKey
{
    private static readonly BigInteger s_order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber, null);

    private static readonly BigInteger s_nonceInverse = BigInteger.ModPow(ScalarOf("nonce"), s_order - 2, s_order);
    private static readonly BigInteger s_r = XOf("nonce") % s_order;
    private readonly BigInteger _scalar;

    public ActorKey(string name)
    {
        Name = name;
        _scalar = ScalarOf(name);
        Key = PrivateKey.FromScalar(Bytes(_scalar));
        Id = PublicKey.ToAccountId();
    }

    public string Name { get; }

    public PrivateKey Key { get; }

    /// <summary>The secret, to look for where it must not be.</summary>
    public byte[] Scalar => Bytes(_scalar);

    public PublicKey PublicKey => Key.PublicKey;

    public AccountId Id { get; }

    /// <summary>ECDSA (FIPS 186-5, section 6.4.1) with the shared nonce.</summary>
    public Signature Sign(Hash256 digest)
    {
        var z = new BigInteger(digest.ToArray(), isUnsigned: true, isBigEndian: true);
        BigInteger s = s_nonceInverse * (z + (s_r * _scalar)) % s_order;
        byte[] bytes = new byte[Signature.Size];
        Bytes(s_r).CopyTo(bytes, 0);
        Bytes(s).CopyTo(bytes, Signature.Size / 2);
        return Signature.FromBytes(bytes).ToLowS();
    }

    private static BigInteger ScalarOf(string name) => new BigInteger(
        SHA256.HashData(Encoding.UTF8.GetBytes(name)), isUnsigned: true, isBigEndian: true) % s_order;

    private static BigInteger XOf(string name)
    {
        using PrivateKey key = PrivateKey.FromScalar(Bytes(ScalarOf(name)));
        return new BigInteger(key.PublicKey.ToUncompressed().AsSpan(1, 32), isUnsigned: true, isBigEndian: true);
    }

    private static byte[] Bytes(BigInteger value)
    {
        byte[] bytes = new byte[PrivateKey.ScalarSize];
        byte[] minimal = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        minimal.CopyTo(bytes, bytes.Length - minimal.Length);
        return bytes;
    }
}

/// <summary>Everybody's keys, made once a process: they are the same in every run.</summary>
internal static class ActorKeys
{
    private static readonly Dictionary<string, ActorKey> s_keys = new(StringComparer.Ordinal);

    public static ActorKey Of(string name)
    {
        if (!s_keys.TryGetValue(name, out ActorKey? key))
            s_keys.Add(name, key = new ActorKey(name));
        return key;
    }
}

/// <summary>Checks signatures for all nodes of a process, each once: what one node has found out, the others need not pay for.</summary>
internal sealed class SharedKeyCache : PublicKeyCache
{
    private const int VerdictsMax = 200_000;
    private readonly Dictionary<(PublicKey, Hash256, Signature), bool> _verdicts = [];

    public static SharedKeyCache Instance { get; } = new();

    public override bool Verify(PublicKey publicKey, Hash256 digest, Signature signature)
    {
        if (_verdicts.TryGetValue((publicKey, digest, signature), out bool verdict))
            return verdict;
        if (_verdicts.Count == VerdictsMax)
            _verdicts.Clear();
        return _verdicts[(publicKey, digest, signature)] = base.Verify(publicKey, digest, signature);
    }
}

/// <summary>The keys that one node holds.</summary>
internal sealed class ActorCustody(IEnumerable<ActorKey> keys, IRandomSource random) : ICustody
{
    private readonly Dictionary<AccountId, ActorKey> _keys = keys.ToDictionary(key => key.Id);

    public bool Holds(AccountId account) => _keys.ContainsKey(account);

    public bool Holds(AccountId account, PublicKey key) => Holds(account) && PublicKeyOf(account) == key;

    public PublicKey PublicKeyOf(AccountId account) => _keys[account].PublicKey;

    public Signature Sign(AccountId account, PublicKey key, Hash256 digest) =>
        Holds(account, key) ? _keys[account].Sign(digest) : throw new KeyNotFoundException();

    public byte[] SealBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> bucketKey) =>
        BucketKeyWrap.Seal(_keys[account].Key, bucket, bucketKey, random);

    public bool TryOpenBucketKey(AccountId account, string bucket, ReadOnlySpan<byte> wrapped, Span<byte> bucketKey) =>
        BucketKeyWrap.TryOpenFromChain(_keys[account].Key, bucket, wrapped, bucketKey) == CodingError.None;
}
