using System.Security.Cryptography;

namespace Cess.Primitives.Tests;

public class PrivateKeyTests
{
    [Fact]
    public void A_shared_secret_is_the_published_one_on_both_sides()
    {
        // RFC 5903, section 8.1.
        using PrivateKey initiator = PrivateKey.FromScalar(Convert.FromHexString("C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433"));
        using PrivateKey responder = PrivateKey.FromScalar(Convert.FromHexString("C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53"));
        const string secret = "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE";

        Assert.Equal(
            "04DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C37725811805271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3",
            Convert.ToHexString(initiator.PublicKey.ToUncompressed()));
        Assert.Equal(
            "04D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF6356FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
            Convert.ToHexString(responder.PublicKey.ToUncompressed()));
        Assert.Equal(secret, Convert.ToHexString(initiator.DeriveSharedSecret(responder.PublicKey)));
        Assert.Equal(secret, Convert.ToHexString(responder.DeriveSharedSecret(initiator.PublicKey)));
    }

    [Fact]
    public void No_secret_is_shared_with_a_point_beside_the_curve()
    {
        using PrivateKey key = PublicKeyTests.KeyOf(3);
        KeyException e = Assert.Throws<KeyException>(() => key.DeriveSharedSecret(PublicKeyTests.StrayKey()));
        Assert.Equal(KeyError.NotOnCurve, e.Error);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("01")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000001")]
    public void A_scalar_outside_its_range_is_refused(string hex) =>
        Assert.Equal(
            KeyError.ScalarOutOfRange,
            Assert.Throws<KeyException>(() => PrivateKey.FromScalar(Convert.FromHexString(hex))).Error);

    [Fact]
    public void The_largest_scalar_is_the_generators_negative()
    {
        using PrivateKey one = PublicKeyTests.KeyOf(1);
        using PrivateKey last = PrivateKey.FromScalar(Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550"));
        Assert.Equal("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", one.PublicKey.ToString());
        Assert.Equal("026b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", last.PublicKey.ToString());
    }

    [Fact]
    public void Generated_keys_differ()
    {
        using PrivateKey first = PrivateKey.Generate();
        using PrivateKey second = PrivateKey.Generate();
        Assert.NotEqual(first.PublicKey, second.PublicKey);
    }

    [Fact]
    public void An_exported_key_comes_back_with_its_passphrase_alone()
    {
        using PrivateKey key = PrivateKey.Generate();
        string pem = key.ExportEncryptedPem("correct horse battery staple");
        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----", pem, StringComparison.Ordinal);

        using PrivateKey read = PrivateKey.ImportEncryptedPem(pem, "correct horse battery staple");
        Assert.Equal(key.PublicKey, read.PublicKey);
        using VerifyingKey verifier = VerifyingKey.Import(key.PublicKey);
        Assert.True(verifier.Verify("message"u8, read.Sign("message"u8)));

        Assert.Equal(
            KeyError.UnreadablePrivateKey,
            Assert.Throws<KeyException>(() => PrivateKey.ImportEncryptedPem(pem, "correct horse battery stable")).Error);
    }

    [Fact]
    public void An_export_states_its_rounds_and_cipher()
    {
        using PrivateKey key = PublicKeyTests.KeyOf(5);
        string hex = Convert.ToHexString(Convert.FromBase64String(string.Concat(
            key.ExportEncryptedPem("p").Split('\n').Where(line => !line.StartsWith('-')))));

        Assert.Contains("06092A864886F70D01050D", hex, StringComparison.Ordinal); // PBES2
        Assert.Contains("06092A864886F70D01050C", hex, StringComparison.Ordinal); // PBKDF2
        Assert.Contains("06082A864886F70D0209", hex, StringComparison.Ordinal); // HMAC-SHA-256
        Assert.Contains("060960864801650304012A", hex, StringComparison.Ordinal); // AES-256-CBC
        Assert.Contains("02030927C0", hex, StringComparison.Ordinal); // 600000
    }

    [Fact]
    public void A_key_of_another_curve_is_refused()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        string pem = other.ExportEncryptedPkcs8PrivateKeyPem("p", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1));
        Assert.Equal(KeyError.WrongCurve, Assert.Throws<KeyException>(() => PrivateKey.ImportEncryptedPem(pem, "p")).Error);
    }

    [Fact]
    public void A_key_that_lies_open_is_refused()
    {
        using ECDsa open = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string pem = open.ExportPkcs8PrivateKeyPem();
        Assert.Equal(KeyError.UnreadablePrivateKey, Assert.Throws<KeyException>(() => PrivateKey.ImportEncryptedPem(pem, "p")).Error);
    }

    [Fact]
    public void Text_that_is_no_key_is_refused()
    {
        string[] texts = ["", "nonsense", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----", new string('A', 5000)];
        foreach (string text in texts)
            Assert.Equal(KeyError.UnreadablePrivateKey, Assert.Throws<KeyException>(() => PrivateKey.ImportEncryptedPem(text, "p")).Error);
    }

    [Fact]
    public void An_empty_passphrase_is_refused()
    {
        using PrivateKey key = PublicKeyTests.KeyOf(5);
        Assert.Equal(KeyError.EmptyPassphrase, Assert.Throws<KeyException>(() => key.ExportEncryptedPem("")).Error);
        Assert.Equal(KeyError.EmptyPassphrase, Assert.Throws<KeyException>(() => PrivateKey.ImportEncryptedPem("x", "")).Error);
    }

    [Fact]
    public void Many_threads_may_sign_and_verify_with_one_key()
    {
        using PrivateKey key = PublicKeyTests.KeyOf(11);
        using VerifyingKey verifier = VerifyingKey.Import(key.PublicKey);
        int verified = 0;
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            byte[] message = BitConverter.GetBytes(i);
            if (verifier.Verify(message, key.Sign(message)))
                Interlocked.Increment(ref verified);
        });
        Assert.Equal(400, verified);
    }
}
