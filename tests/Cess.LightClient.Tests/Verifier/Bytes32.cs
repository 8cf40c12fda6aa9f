using System.Security.Cryptography;

namespace Cess.LightClient.Tests.Verifier;

/// <summary>A hash, an account, a key of the state: 32 bytes that are compared as such.</summary>
internal sealed record Bytes32
{
    private readonly string _hex;

    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 32)
            throw new RefusedException("32 bytes are wanted.");
        _hex = Convert.ToHexStringLower(bytes);
    }

    public static Bytes32 Zero { get; } = new(new byte[32]);

    public static Bytes32 Parse(string hex) => new(Convert.FromHexString(hex));

    /// <summary>SHA-256 of the parts, one behind the other.</summary>
    public static Bytes32 Sha256(params IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ReadOnlyMemory<byte> part in parts)
            hash.AppendData(part.Span);
        return new Bytes32(hash.GetHashAndReset());
    }

    public byte[] ToArray() => Convert.FromHexString(_hex);

    /// <summary>Bit b, counted from the most significant bit of the first byte.</summary>
    public bool Bit(int b) => (ToArray()[b / 8] >> (7 - (b % 8)) & 1) == 1;

    public override string ToString() => _hex;
}
