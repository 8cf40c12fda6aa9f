using System.Collections.Immutable;
using Cess.Coding.Kernels;

namespace Cess.Coding;

/// <summary>The instruction sets for which the coder has a kernel. All give the same bytes.</summary>
public enum CodingPath
{
    /// <summary>Table look-ups, byte by byte: any machine.</summary>
    Portable,

    /// <summary>Byte shuffles of 128 bits on x86.</summary>
    Ssse3,

    /// <summary>Byte shuffles of 128 bits on Arm (TBL).</summary>
    AdvSimd,

    /// <summary>Byte shuffles of 256 bits.</summary>
    Avx2,

    /// <summary>Galois-field affine instructions of 128 bits.</summary>
    Gfni128,

    /// <summary>Galois-field affine instructions of 256 bits.</summary>
    Gfni256,

    /// <summary>Galois-field affine instructions of 512 bits.</summary>
    Gfni512,
}

/// <summary>Which kernels this machine can run.</summary>
public static class CodingPaths
{
    /// <summary>The paths that this machine can run, slowest first. <see cref="CodingPath.Portable"/> is always among them.</summary>
    public static ImmutableArray<CodingPath> Available { get; } =
        [.. Enum.GetValues<CodingPath>().Where(CodingKernel.IsSupported)];

    /// <summary>The path that the coder takes here.</summary>
    public static CodingPath Best => Available[^1];
}
