namespace Cess.Primitives.Tests;

public class AccountIdTests
{
    // RFC 6979, A.2.5: the key; hash and address computed with BIP-350's reference code.
    private const string Key = "0360FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6";
    private const string KeyHash = "a468072bf83a2703085af2570d847c88c93d8071175df0587bff53eb4cf57824";
    private const string Address = "cess1535qw2lc8gnsxzz67ftsmpru3rynmqr3zawlqkrmlaf7kn840qjqkfvxsr";

    [Fact]
    public void An_account_is_the_hash_of_its_compressed_key_shown_as_bech32m()
    {
        AccountId account = AccountId.FromPublicKey(PublicKey.Parse(Key));
        Assert.Equal(KeyHash, account.Hash.ToString());
        Assert.Equal(Address, account.ToString());
        Assert.Equal(63, account.ToString().Length);
    }

    [Fact]
    public void An_address_is_read_in_either_case()
    {
        AccountId account = new(Hash256.Parse(KeyHash));
        Assert.Equal(account, AccountId.Parse(Address));
        Assert.Equal(account, AccountId.Parse(Address.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("", AddressError.MissingPart)]
    [InlineData("cess", AddressError.MissingPart)]
    [InlineData("Cess1535qw2lc8gnsxzz67ftsmpru3rynmqr3zawlqkrmlaf7kn840qjqkfvxsr", AddressError.MixedCase)]
    [InlineData("cess1535qw2lc8gnsxzz67ftsmpru3rynmqr3zawlqkrmlaf7kn840qjqkfvxsq", AddressError.WrongChecksum)]
    [InlineData("cess1535qw2lc8gnsxzz67ftsmpru3rynmqr3zawlqkrmlaf7kn840qjqkfvxs", AddressError.WrongChecksum)]
    [InlineData(" cess1535qw2lc8gnsxzz67ftsmpru3rynmqr3zawlqkrmlaf7kn840qjqkfvxsr", AddressError.InvalidCharacter)]
    [InlineData("cesx1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq7fy3pe", AddressError.WrongPrefix)]
    [InlineData("cess1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqsgah48", AddressError.WrongLength)] // 31 bytes
    [InlineData("cess1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqm5387k", AddressError.WrongLength)] // 33 bytes
    public void Text_that_is_no_address_is_refused_with_its_reason(string text, AddressError expected)
    {
        Assert.False(AccountId.TryParse(text, out AccountId account, out AddressError error));
        Assert.Equal((default, expected), (account, error));
        Assert.Equal(expected, Assert.Throws<AddressException>(() => AccountId.Parse(text)).Error);
    }

    [Fact]
    public void The_zero_account_has_the_published_form_and_32_bytes_in_scale()
    {
        AccountId zero = default;
        Assert.Equal("cess1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc7sl35", zero.ToString());
        Assert.Equal(new byte[32], Scale.Encode(zero));
        Assert.Equal(zero, Scale.Decode<AccountId>(new byte[32]));
        Assert.True(zero < new AccountId(Hash256.Parse(KeyHash)));
    }
}
