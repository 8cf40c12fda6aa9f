using System.Runtime.Intrinsics;

namespace Cess.Coding.Kernels;

/// <summary>Takes a pass to the kernel of a path.</summary>
internal static class CodingKernel
{
    public static bool IsSupported(CodingPath path) => path switch
    {
        CodingPath.Portable => PortableLanes.IsSupported,
        CodingPath.Ssse3 => Ssse3Lanes.IsSupported,
        CodingPath.AdvSimd => AdvSimdLanes.IsSupported,
        CodingPath.Avx2 => Avx2Lanes.IsSupported,
        CodingPath.Gfni128 => Gfni128Lanes.IsSupported,
        CodingPath.Gfni256 => Gfni256Lanes.IsSupported,
        CodingPath.Gfni512 => Gfni512Lanes.IsSupported,
        _ => false,
    };

    public static void Run(CodingPath path, in Pass pass)
    {
        switch (path)
        {
            case CodingPath.Gfni512:
                DotProduct<Gfni512Lanes, Vector512<byte>, Vector512<byte>, Vector512<byte>>.Run(pass);
                break;
            case CodingPath.Gfni256:
                DotProduct<Gfni256Lanes, Vector256<byte>, Vector256<byte>, Vector256<byte>>.Run(pass);
                break;
            case CodingPath.Gfni128:
                DotProduct<Gfni128Lanes, Vector128<byte>, Vector128<byte>, Vector128<byte>>.Run(pass);
                break;
            case CodingPath.Avx2:
                DotProduct<Avx2Lanes, Vector256<byte>, Nibbles<Vector256<byte>>, Nibbles<Vector256<byte>>>.Run(pass);
                break;
            case CodingPath.Ssse3:
                DotProduct<Ssse3Lanes, Vector128<byte>, Nibbles<Vector128<byte>>, Nibbles<Vector128<byte>>>.Run(pass);
                break;
            case CodingPath.AdvSimd:
                DotProduct<AdvSimdLanes, Vector128<byte>, Nibbles<Vector128<byte>>, Nibbles<Vector128<byte>>>.Run(pass);
                break;
            default:
                DotProduct<PortableLanes, ulong, ulong, ProductRow>.Run(pass);
                break;
        }
    }
}
