namespace Cess.Primitives.Tests;

public class PublicKeyTests
{
    private const string Prime = "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF";

    [Fact]
    public void Compressed_and_uncompressed_forms_name_the_same_point()
    {
        for (byte i = 1; i < 50; i++)
        {
            using PrivateKey key = KeyOf(i);
            PublicKey publicKey = key.PublicKey;
            Assert.True(publicKey.IsOnCurve);
            Assert.Equal(publicKey, PublicKey.FromUncompressed(publicKey.ToUncompressed()));
            Assert.Equal(publicKey, PublicKey.FromBytes(publicKey.ToArray()));
            Assert.Equal(publicKey, PublicKey.Parse(publicKey.ToString()));
            Assert.Equal(publicKey, Scale.Decode<PublicKey>(Scale.Encode(publicKey)));
            Assert.Equal(publicKey.GetHashCode(), PublicKey.FromBytes(publicKey.ToArray()).GetHashCode());
        }
    }

    [Fact]
    public void A_key_and_its_negative_differ()
    {
        using PrivateKey key = KeyOf(7);
        byte[] bytes = key.PublicKey.ToArray();
        bytes[0] ^= 1;
        PublicKey negative = PublicKey.FromBytes(bytes);
        Assert.NotEqual(key.PublicKey, negative);
        Assert.NotEqual(key.PublicKey.ToAccountId(), negative.ToAccountId());
        Assert.True(negative.IsOnCurve);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("00" + "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296")]
    [InlineData("01" + "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296")]
    [InlineData("04" + "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296")]
    [InlineData("02" + "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C29600")]
    [InlineData("02" + Prime)]
    [InlineData("03" + "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    public void Bytes_without_the_form_of_a_key_are_refused(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.False(PublicKey.TryFromBytes(bytes, out PublicKey key));
        Assert.Equal(default, key);
        Assert.False(PublicKey.TryParse(hex, out _));
        Assert.Equal(KeyError.MalformedPublicKey, Assert.Throws<KeyException>(() => PublicKey.FromBytes(bytes)).Error);
        Assert.Equal(KeyError.MalformedPublicKey, Assert.Throws<KeyException>(() => PublicKey.Parse(hex)).Error);
        if (bytes.Length == PublicKey.Size)
            Assert.Equal(ScaleError.InvalidValue, Assert.Throws<ScaleException>(() => Scale.Decode<PublicKey>(bytes)).Error);
    }

    [Fact]
    public void A_key_that_is_not_on_the_curve_is_of_no_use()
    {
        PublicKey stray = StrayKey();
        Assert.False(stray.IsOnCurve);
        Assert.False(VerifyingKey.TryImport(stray, out _));
        Assert.Equal(KeyError.NotOnCurve, Assert.Throws<KeyException>(() => VerifyingKey.Import(stray)).Error);
        Assert.Equal(KeyError.NotOnCurve, Assert.Throws<KeyException>(() => stray.ToUncompressed()).Error);
    }

    [Fact]
    public void The_default_key_is_no_key()
    {
        Assert.False(default(PublicKey).IsOnCurve);
        Assert.False(VerifyingKey.TryImport(default, out _));
        Assert.False(PublicKey.TryFromBytes(default(PublicKey).ToArray(), out _));
    }

    [Fact]
    public void An_uncompressed_point_beside_the_curve_is_refused()
    {
        using PrivateKey key = KeyOf(9);
        byte[] bytes = key.PublicKey.ToUncompressed();
        bytes[64] ^= 1;
        Assert.Equal(KeyError.NotOnCurve, Assert.Throws<KeyException>(() => PublicKey.FromUncompressed(bytes)).Error);
        bytes[0] = 5;
        Assert.Equal(KeyError.MalformedPublicKey, Assert.Throws<KeyException>(() => PublicKey.FromUncompressed(bytes)).Error);
        Assert.Equal(KeyError.MalformedPublicKey, Assert.Throws<KeyException>(() => PublicKey.FromUncompressed(new byte[64])).Error);
    }

    internal static PrivateKey KeyOf(int number)
    {
        byte[] scalar = new byte[PrivateKey.ScalarSize];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(scalar.AsSpan(28), number);
        return PrivateKey.FromScalar(scalar);
    }

    internal static PublicKey StrayKey()
    {
        byte[] bytes = new byte[PublicKey.Size];
        bytes[0] = 2;
        while (PublicKey.FromBytes(bytes).IsOnCurve)
            bytes[32]++;
        return PublicKey.FromBytes(bytes);
    }
}
