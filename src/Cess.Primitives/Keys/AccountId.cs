namespace Cess.Primitives;

/// <summary>
/// Who owns something on the ledger: SHA-256 of a compressed public key, or a hash of another origin for accounts that
/// have no key. Written as a Bech32m address with the prefix <c>cess</c>, 63 characters long.
/// </summary>
/// <param name="Hash">The 32 bytes.</param>
public readonly record struct AccountId(Hash256 Hash) : IComparable<AccountId>, IScaleValue<AccountId>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = Hash256.Size;

    /// <summary>What every address starts with, before the separator 1.</summary>
    public const string AddressPrefix = "cess";

    /// <summary>The account that <paramref name="key"/> controls.</summary>
    public static AccountId FromPublicKey(PublicKey key) => key.ToAccountId();

    /// <summary>Reads an address, in lower case or in upper case throughout.</summary>
    /// <exception cref="AddressException">The text is no address; the code says why.</exception>
    public static AccountId Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out AccountId account, out AddressError error)
            ? account
            : throw new AddressException(error, $"\"{text[..Math.Min(text.Length, PrimitivesLimits.Bech32mCharsMax)]}\" is no address.");

    /// <summary>As <see cref="Parse"/>, but a fault in the text is an answer.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AccountId account, out AddressError error)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool isAddress = Bech32m.TryDecode(text, AddressPrefix, bytes, out error);
        account = isAddress ? new AccountId(Hash256.FromBytes(bytes)) : default;
        return isAddress;
    }

    /// <summary>The address.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Hash.WriteTo(bytes);
        return Bech32m.Encode(AddressPrefix, bytes);
    }

    /// <inheritdoc/>
    public int CompareTo(AccountId other) => Hash.CompareTo(other.Hash);

    /// <summary>Writes the 32 bytes, without a length.</summary>
    public void Encode(ScaleWriter writer) => Hash.Encode(writer);

    /// <summary>Reads 32 bytes.</summary>
    public static AccountId Decode(ref ScaleReader reader) => new(Hash256.Decode(ref reader));

    /// <summary>Order as bytes.</summary>
    public static bool operator <(AccountId left, AccountId right) => left.Hash < right.Hash;

    /// <summary>Order as bytes.</summary>
    public static bool operator >(AccountId left, AccountId right) => left.Hash > right.Hash;

    /// <summary>Order as bytes.</summary>
    public static bool operator <=(AccountId left, AccountId right) => left.Hash <= right.Hash;

    /// <summary>Order as bytes.</summary>
    public static bool operator >=(AccountId left, AccountId right) => left.Hash >= right.Hash;
}
