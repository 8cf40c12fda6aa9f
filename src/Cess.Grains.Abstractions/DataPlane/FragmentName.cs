using Cess.Primitives;

namespace Cess.Grains;

/// <summary>
/// Names of fragments at their miners: the fragment's id and, behind a hyphen, the first 16 bytes of its owner's account, in
/// hex. Owners never share a stored fragment: nobody can have another's deleted by declaring and deleting a copy.
/// </summary>
public static class FragmentName
{
    private const int OwnerBytes = 16;

    /// <summary>The name of an owner's fragment.</summary>
    public static string Of(AccountId owner, Hash256 root)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        owner.Hash.WriteTo(bytes);
        return $"{root}-{Convert.ToHexStringLower(bytes[..OwnerBytes])}";
    }
}
