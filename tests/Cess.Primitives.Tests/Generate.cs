using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Primitives.Tests;

/// <summary>Random values for property tests, small and large ones alike.</summary>
internal static class Generate
{
    public static Arbitrary<Hash256> Hash() =>
        Gen.OneOf(
            Bytes(32).Select(bytes => Hash256.FromBytes(bytes)),
            Gen.Choose(0, 255).Select(last => Hash256.FromBytes([.. new byte[31], (byte)last])))
        .ToArbitrary();

    public static Gen<byte[]> Bytes(int length) =>
        Gen.ArrayOf(Gen.Choose(0, 255).Select(i => (byte)i), length);

    public static Gen<byte[]> Bytes(int lengthMin, int lengthMax) =>
        Gen.Choose(lengthMin, lengthMax).SelectMany(Bytes);

    /// <summary>Every bit length is as likely as any other, so that each width of a compact integer is met.</summary>
    public static Gen<UInt128> Integer() =>
        Gen.Choose(0, 128).SelectMany(bits => Bytes(16).Select(bytes =>
            bits == 0 ? UInt128.Zero : BinaryPrimitives.ReadUInt128LittleEndian(bytes) >> (128 - bits)));
}
