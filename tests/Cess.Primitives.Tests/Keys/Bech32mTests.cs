using FsCheck;
using FsCheck.Fluent;

namespace Cess.Primitives.Tests;

/// <summary>Vectors of BIP-350, "Test vectors for Bech32m" and "Test vectors for v0-v16 native segregated witness addresses".</summary>
public class Bech32mTests
{
    public static TheoryData<string, AddressError> InvalidVectors => new()
    {
        { "\u00201xj0phk", AddressError.InvalidCharacter },
        { "\u007F1g6xzxy", AddressError.InvalidCharacter },
        { "\u00801vctc34", AddressError.InvalidCharacter },
        { "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4", AddressError.TooLong },
        { "qyrz8wqd2c9m", AddressError.MissingPart },
        { "1qyrz8wqd2c9m", AddressError.MissingPart },
        { "y1b0jsk6g", AddressError.InvalidCharacter },
        { "lt1igcx5c0", AddressError.InvalidCharacter },
        { "in1muywd", AddressError.MissingPart },
        { "mm1crxm3i", AddressError.InvalidCharacter },
        { "au1s5cgom", AddressError.InvalidCharacter },
        { "M1VUXWEZ", AddressError.WrongChecksum },
        { "16plkw9", AddressError.MissingPart },
        { "1p2gdwpf", AddressError.MissingPart },
        { "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", AddressError.MixedCase },
        { "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", AddressError.WrongChecksum }, // Bech32, not Bech32m
        { "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", AddressError.InvalidCharacter },
        { string.Empty, AddressError.MissingPart },
    };

    [Theory]
    [InlineData("A1LQFN3A")]
    [InlineData("a1lqfn3a")]
    [InlineData("an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6")]
    [InlineData("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx")]
    [InlineData("11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8")]
    [InlineData("split1checkupstagehandshakeupstreamerranterredcaperredlc445v")]
    [InlineData("?1v759aa")]
    public void Valid_texts_are_read_and_written_back_the_same(string text)
    {
        byte[] groups = new byte[90];
        Assert.True(Bech32m.TryDecodeGroups(text, groups, out int prefixLength, out int count, out _));
        string lower = text.ToLowerInvariant();
        Assert.Equal(lower, Bech32m.EncodeGroups(lower[..prefixLength], groups.AsSpan(0, count)));
    }

    [Theory]
    [MemberData(nameof(InvalidVectors))]
    public void Invalid_texts_are_refused_with_their_reason(string text, AddressError expected)
    {
        Assert.False(Bech32m.TryDecodeGroups(text, new byte[90], out _, out _, out AddressError error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y", 1,
        "751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6")]
    [InlineData("BC1SW50QGDZ25J", 16, "751e")]
    [InlineData("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", 2, "751e76e8199196d454941c45d1b3a323")]
    [InlineData("tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c", 1,
        "000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433")]
    [InlineData("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", 1,
        "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    public void Groups_join_to_the_published_bytes(string address, int version, string program)
    {
        byte[] expected = Convert.FromHexString(program);
        byte[] groups = new byte[90];
        byte[] bytes = new byte[expected.Length];
        Assert.True(Bech32m.TryDecodeGroups(address, groups, out _, out int count, out _));
        Assert.Equal(version, groups[0]);
        Assert.Equal(AddressError.None, Bech32m.JoinGroups(groups.AsSpan(1, count - 1), bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf")] // more than 4 bits of padding
    [InlineData("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j")] // padding that is not zero
    public void Padding_other_than_up_to_4_zero_bits_is_refused(string address)
    {
        byte[] groups = new byte[90];
        Assert.True(Bech32m.TryDecodeGroups(address, groups, out _, out int count, out _));
        Assert.Equal(AddressError.WrongPadding, Bech32m.JoinGroups(groups.AsSpan(1, count - 1), new byte[32]));
    }

    [Fact]
    public void Bytes_of_any_length_come_back() =>
        Prop.ForAll(Generate.Bytes(0, 48).ToArbitrary(), data =>
        {
            string text = Bech32m.Encode("test", data);
            byte[] read = new byte[data.Length];
            return Bech32m.TryDecode(text, "test", read, out _) && read.AsSpan().SequenceEqual(data)
                && !Bech32m.TryDecode(text, "test", new byte[data.Length + 1], out AddressError error)
                && error == AddressError.WrongLength;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_one_wrong_character_is_found()
    {
        string address = Bech32m.Encode("cess", Hash256.Sha256("abc"u8).ToArray());
        for (int i = 0; i < address.Length; i++)
        {
            foreach (char c in "qpzry9x8gf2tvdw0s3jn54khce6mua7l1boi!")
            {
                string altered = address[..i] + c + address[(i + 1)..];
                Assert.Equal(altered == address, Bech32m.TryDecode(altered, "cess", new byte[32], out _));
            }
        }
    }

    [Theory]
    [InlineData("", AddressError.MissingPart)]
    [InlineData("Cess", AddressError.InvalidCharacter)]
    [InlineData("ce ss", AddressError.InvalidCharacter)]
    public void A_prefix_that_could_not_be_read_back_is_not_written(string prefix, AddressError error) =>
        Assert.Equal(error, Assert.Throws<AddressException>(() => Bech32m.Encode(prefix, [1])).Error);

    [Fact]
    public void A_text_beyond_the_standards_length_is_not_written() =>
        Assert.Equal(AddressError.TooLong, Assert.Throws<AddressException>(() => Bech32m.Encode("cess", new byte[50])).Error);
}
