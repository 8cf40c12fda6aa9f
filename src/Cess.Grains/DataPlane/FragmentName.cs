using Cess.Blobs;
using Cess.Primitives;

namespace Cess.Grains.DataPlane;

/// <summary>Names of fragments in a miner's backend: the root's 64 hex digits.</summary>
internal static class FragmentName
{
    public static BlobName Of(Hash256 root)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        root.WriteTo(bytes);
        return BlobName.FromHash(bytes);
    }

    public static BlobName Of(string root) => Of(Hash256.Parse(root));
}
