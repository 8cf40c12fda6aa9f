using System.Numerics;
using System.Text;

namespace Cess.Primitives.Tests;

public class SignatureTests
{
    // RFC 6979, A.2.5: P-256 with SHA-256.
    private const string Scalar = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
    private const string X = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6";
    private const string Y = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";
    private const string SampleR = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716";
    private const string SampleHighS = "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";
    private const string TestR = "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367";
    private const string TestLowS = "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083";
    private const string Order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";
    private const string OrderLessOne = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550";
    private const string HalfOrder = "7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8";
    private const string HalfOrderAndOne = "7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A9";
    private const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";
    private const string One = "0000000000000000000000000000000000000000000000000000000000000001";

    [Fact]
    public void The_standards_key_pair_belongs_together()
    {
        using PrivateKey key = PrivateKey.FromScalar(Convert.FromHexString(Scalar));
        Assert.Equal("03" + X, key.PublicKey.ToString(), ignoreCase: true);
        Assert.Equal("04" + X + Y, Convert.ToHexString(key.PublicKey.ToUncompressed()));
    }

    [Fact]
    public void A_published_low_s_signature_verifies()
    {
        using VerifyingKey key = StandardKey();
        Assert.True(key.Verify("test"u8, Read(TestR, TestLowS)));
        Assert.False(key.Verify("sample"u8, Read(TestR, TestLowS)));
    }

    [Fact]
    public void A_published_high_s_signature_is_refused_and_its_low_form_verifies()
    {
        using VerifyingKey key = StandardKey();
        Signature high = Read(SampleR, SampleHighS);
        Assert.False(high.IsCanonical);
        Assert.False(key.Verify("sample"u8, high));

        Signature low = high.ToLowS();
        Assert.True(low.IsCanonical);
        Assert.True(key.Verify("sample"u8, low));
        Assert.Equal(low, low.ToLowS());
        Assert.Equal(Number(Order), Number(SampleHighS) + Number(Convert.ToHexString(low.ToArray()[32..])));
    }

    [Theory]
    [InlineData(One, One, true)]
    [InlineData(OrderLessOne, HalfOrder, true)]
    [InlineData(Zero, One, false)]
    [InlineData(One, Zero, false)]
    [InlineData(Order, One, false)]
    [InlineData(One, HalfOrderAndOne, false)]
    [InlineData(One, OrderLessOne, false)]
    [InlineData(One, Order, false)]
    public void Only_r_and_s_within_their_ranges_are_canonical(string r, string s, bool isCanonical)
    {
        Signature signature = Read(r, s);
        using VerifyingKey key = StandardKey();
        Assert.Equal(isCanonical, signature.IsCanonical);
        Assert.False(key.Verify("test"u8, signature));
    }

    [Fact]
    public void An_s_out_of_range_stays_out_of_range()
    {
        Assert.False(Read(One, Order).ToLowS().IsCanonical);
        Assert.False(Read(One, new string('F', 64)).ToLowS().IsCanonical);
        Assert.False(default(Signature).ToLowS().IsCanonical);
    }

    [Fact]
    public void Every_signature_that_is_made_has_a_low_s_and_verifies()
    {
        using PrivateKey key = PrivateKey.Generate();
        using VerifyingKey verifier = VerifyingKey.Import(key.PublicKey);
        for (int i = 0; i < 64; i++)
        {
            byte[] message = Encoding.ASCII.GetBytes($"message {i}");
            Signature signature = key.Sign(message);
            Assert.True(signature.IsCanonical);
            Assert.True(verifier.Verify(message, signature));
            Assert.True(verifier.Verify(Hash256.Sha256(message), signature));
        }
    }

    [Fact]
    public void Any_altered_bit_breaks_a_signature()
    {
        using VerifyingKey key = StandardKey();
        Hash256 digest = Hash256.Sha256("test"u8);
        byte[] bytes = Read(TestR, TestLowS).ToArray();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.Verify(digest, Signature.FromBytes(bytes)));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(key.Verify(digest, Signature.FromBytes(bytes)));
    }

    [Fact]
    public void Bytes_go_in_and_come_out_unchanged()
    {
        Signature signature = Read(TestR, TestLowS);
        Assert.Equal((TestR + TestLowS).ToLowerInvariant(), signature.ToString());
        Assert.Equal(signature, Scale.Decode<Signature>(Scale.Encode(signature)));
        Assert.Equal(64, Scale.Encode(signature).Length);
        Assert.Equal(KeyError.MalformedSignature, Assert.Throws<KeyException>(() => Signature.FromBytes(new byte[63])).Error);
        Assert.Throws<ArgumentException>(() => signature.WriteTo(new byte[63]));
    }

    private static VerifyingKey StandardKey() => VerifyingKey.Import(PublicKey.Parse("03" + X));

    private static Signature Read(string r, string s) => Signature.FromBytes(Convert.FromHexString(r + s));

    private static BigInteger Number(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);
}
