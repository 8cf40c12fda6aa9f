using Cess.Primitives;

namespace Cess.Coding.Tests;

/// <summary>RFC 9180, appendix A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode.</summary>
public sealed class HpkeTests
{
    private const string IkmE = "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e";
    private const string PkEm = "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4";
    private const string IkmR = "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550";
    private const string SkRm = "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2";
    private const string PkRm = "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0";
    private const string Info = "4f6465206f6e2061204772656369616e2055726e";
    private const string Pt = "4265617574792069732074727574682c20747275746820626561757479";
    private const string Aad = "436f756e742d30";
    private const string Ct = "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434";

    [Theory]
    [InlineData(IkmE, PkEm)]
    [InlineData(IkmR, PkRm)]
    public void A_key_pair_is_derived_as_the_standard_shows(string ikm, string publicKey)
    {
        using PrivateKey key = Hpke.DeriveKeyPair(Hex(ikm));
        Assert.Equal(publicKey, Convert.ToHexStringLower(key.PublicKey.ToUncompressed()));
    }

    [Fact]
    public void The_key_schedule_is_the_standard_s()
    {
        using PrivateKey recipient = PrivateKey.FromScalar(Hex(SkRm));
        byte[] key = new byte[16];
        byte[] nonce = new byte[12];
        Hpke.Schedule(recipient, PublicKey.FromUncompressed(Hex(PkEm)), Hex(PkEm), Hex(PkRm), Hex(Info), key, nonce);
        Assert.Equal("868c066ef58aae6dc589b6cfdd18f97e", Convert.ToHexStringLower(key));
        Assert.Equal("4e0bc5018beba4bf004cca59", Convert.ToHexStringLower(nonce));
    }

    [Fact]
    public void The_standard_s_message_is_sealed_byte_for_byte()
    {
        byte[] message = Hpke.Seal(PublicKey.FromUncompressed(Hex(PkRm)), Hex(Info), Hex(Aad), Hex(Pt), 16, Hex(IkmE));
        Assert.Equal(PkEm + Ct, Convert.ToHexStringLower(message));
    }

    [Fact]
    public void The_standard_s_message_is_opened()
    {
        using PrivateKey recipient = PrivateKey.FromScalar(Hex(SkRm));
        byte[] plaintext = new byte[Pt.Length / 2];
        Assert.True(Hpke.TryOpen(recipient, Hex(Info), Hex(Aad), Hex(PkEm + Ct), 16, plaintext));
        Assert.Equal(Pt, Convert.ToHexStringLower(plaintext));
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
