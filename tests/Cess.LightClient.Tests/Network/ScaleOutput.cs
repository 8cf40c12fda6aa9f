using System.Numerics;

namespace Cess.LightClient.Tests.Network;

/// <summary>Writes SCALE, for chains that tests make up.</summary>
internal sealed class ScaleOutput
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public ScaleOutput Fixed(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public ScaleOutput Hash(Bytes32 hash) => Fixed(hash.ToArray());

    public ScaleOutput Compact(BigInteger value)
    {
        if (value < 1 << 6)
            return Fixed((byte)((int)value << 2));
        if (value < 1 << 14)
            return Fixed((byte)(((int)value << 2) | 1), (byte)((int)value >> 6));
        if (value < 1 << 30)
            return Fixed(BitConverter.GetBytes(((uint)value << 2) | 2));
        byte[] bytes = value.ToByteArray(isUnsigned: true);
        if (bytes.Length < 4)
            Array.Resize(ref bytes, 4);
        return Fixed((byte)(((bytes.Length - 4) << 2) | 3)).Fixed(bytes);
    }

    public ScaleOutput Bytes(byte[] bytes) => Compact(bytes.Length).Fixed(bytes);
}
