using FsCheck;
using FsCheck.Fluent;

namespace Cess.Primitives.Tests;

public class Hash256Tests
{
    // FIPS 180-4 examples, csrc.nist.gov "SHA-256 Example" (one block and two blocks), and the empty message.
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void Sha256_gives_the_standards_digests(string message, string digest) =>
        Assert.Equal(digest, Hash256.Sha256(System.Text.Encoding.ASCII.GetBytes(message)).ToString());

    [Fact]
    public void Bytes_go_in_and_come_out_unchanged()
    {
        byte[] bytes = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray();
        Hash256 hash = Hash256.FromBytes(bytes);
        byte[] written = new byte[32];
        hash.WriteTo(written);

        Assert.Equal(bytes, written);
        Assert.Equal(bytes, hash.ToArray());
        Assert.Equal("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", hash.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Any_other_length_than_32_is_refused(int length)
    {
        Assert.Throws<ArgumentException>(() => Hash256.FromBytes(new byte[length]));
        if (length < 32)
            Assert.Throws<ArgumentException>(() => Hash256.Zero.WriteTo(new byte[length]));
    }

    [Fact]
    public void Text_of_either_case_is_read_and_lower_case_is_written()
    {
        Hash256 hash = Hash256.Sha256("abc"u8);
        Assert.Equal(hash, Hash256.Parse(hash.ToString()));
        Assert.Equal(hash, Hash256.Parse(hash.ToString().ToUpperInvariant()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000g")]
    [InlineData(" 00000000000000000000000000000000000000000000000000000000000000 ")]
    public void Text_that_is_no_hash_is_refused(string text)
    {
        Assert.False(Hash256.TryParse(text, out Hash256 hash));
        Assert.Equal(Hash256.Zero, hash);
        Assert.Throws<FormatException>(() => Hash256.Parse(text));
    }

    [Fact]
    public void Order_is_the_order_of_the_bytes() =>
        Prop.ForAll(Generate.Hash(), Generate.Hash(), (a, b) =>
        {
            int expected = Math.Sign(a.ToArray().AsSpan().SequenceCompareTo(b.ToArray()));
            return Math.Sign(a.CompareTo(b)) == expected
                && (a < b) == (expected < 0) && (a > b) == (expected > 0)
                && (a <= b) == (expected <= 0) && (a >= b) == (expected >= 0);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Order_looks_at_every_byte()
    {
        for (int i = 0; i < Hash256.Size; i++)
        {
            byte[] bytes = new byte[Hash256.Size];
            bytes[i] = 0x80;
            Hash256 larger = Hash256.FromBytes(bytes);
            Assert.True(larger > Hash256.Zero);
            Assert.NotEqual(Hash256.Zero, larger);
            Assert.False(larger.IsZero);
        }

        Assert.True(Hash256.Zero.IsZero);
    }

    [Fact]
    public void Equal_hashes_have_equal_hash_codes_and_different_ones_rarely()
    {
        HashSet<int> codes = [];
        for (int i = 0; i < 1000; i++)
        {
            Hash256 hash = Hash256.Sha256(BitConverter.GetBytes(i));
            Assert.Equal(hash.GetHashCode(), Hash256.FromBytes(hash.ToArray()).GetHashCode());
            codes.Add(hash.GetHashCode());
        }

        Assert.InRange(codes.Count, 995, 1000);
    }

    [Fact]
    public void Bits_are_counted_from_the_first_bytes_highest()
    {
        byte[] bytes = new byte[32];
        bytes[0] = 0b1000_0001;
        bytes[31] = 1;
        Hash256 hash = Hash256.FromBytes(bytes);

        Assert.Equal([0, 7, 255], Enumerable.Range(0, 256).Where(hash.Bit));
        Assert.Throws<ArgumentOutOfRangeException>(() => hash.Bit(256));
        Assert.Throws<ArgumentOutOfRangeException>(() => hash.Bit(-1));
    }

    [Fact]
    public void Common_prefix_ends_at_the_first_bit_that_differs()
    {
        Hash256 hash = Hash256.Sha256("abc"u8);
        Assert.Equal(256, hash.CommonPrefixBits(hash));
        for (int bit = 0; bit < 256; bit++)
        {
            byte[] bytes = hash.ToArray();
            bytes[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            Assert.Equal(bit, hash.CommonPrefixBits(Hash256.FromBytes(bytes)));
        }
    }

    [Fact]
    public void Scale_form_is_the_32_bytes_alone()
    {
        Hash256 hash = Hash256.Sha256("abc"u8);
        Assert.Equal(hash.ToArray(), Scale.Encode(hash));
        Assert.Equal(hash, Scale.Decode<Hash256>(hash.ToArray()));
    }
}
