using Cess.Primitives;

namespace Cess.Coding.Tests;

/// <summary>RFC 9180, appendix A.3.1 and A.3.3: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base and auth mode.</summary>
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
        Hpke.Decapsulate(recipient, sender: null, PublicKey.FromUncompressed(Hex(PkEm)), Hex(PkEm), Hex(Info), key, nonce);
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

    [Fact]
    public void The_standard_s_authenticated_message_is_sealed_byte_for_byte()
    {
        using PrivateKey sender = PrivateKey.FromScalar(Hex(Auth.SkSm));
        byte[] message = Hpke.Seal(PublicKey.FromUncompressed(Hex(Auth.PkRm)), Hex(Info), Hex(Aad), Hex(Pt), 16, Hex(Auth.IkmE), sender);
        Assert.Equal(Auth.PkEm + Auth.Ct, Convert.ToHexStringLower(message));
    }

    [Fact]
    public void The_standard_s_authenticated_message_is_opened_as_its_sender_s_only()
    {
        using PrivateKey recipient = PrivateKey.FromScalar(Hex(Auth.SkRm));
        byte[] plaintext = new byte[Pt.Length / 2];
        bool IsOpened(PublicKey? sender) => Hpke.TryOpen(recipient, Hex(Info), Hex(Aad), Hex(Auth.PkEm + Auth.Ct), 16, plaintext, sender);

        Assert.True(IsOpened(PublicKey.FromUncompressed(Hex(Auth.PkSm))));
        Assert.Equal(Pt, Convert.ToHexStringLower(plaintext));
        Assert.False(IsOpened(recipient.PublicKey));
        Assert.False(IsOpened(sender: null));
        Assert.All(plaintext, b => Assert.Equal(0, b));
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);

    private static class Auth
    {
        public const string IkmE = "798d82a8d9ea19dbc7f2c6dfa54e8a6706f7cdc119db0813dacf8440ab37c857";
        public const string PkEm = "042224f3ea800f7ec55c03f29fc9865f6ee27004f818fcbdc6dc68932c1e52e15b79e264a98f2c535ef06745f3d308624414153b22c7332bc1e691cb4af4d53454";
        public const string PkRm = "04423e363e1cd54ce7b7573110ac121399acbc9ed815fae03b72ffbd4c18b01836835c5a09513f28fc971b7266cfde2e96afe84bb0f266920e82c4f53b36e1a78d";
        public const string SkRm = "d929ab4be2e59f6954d6bedd93e638f02d4046cef21115b00cdda2acb2a4440e";
        public const string PkSm = "04a817a0902bf28e036d66add5d544cc3a0457eab150f104285df1e293b5c10eef8651213e43d9cd9086c80b309df22cf37609f58c1127f7607e85f210b2804f73";
        public const string SkSm = "1120ac99fb1fccc1e8230502d245719d1b217fe20505c7648795139d177f0de9";
        public const string Ct = "82ffc8c44760db691a07c5627e5fc2c08e7a86979ee79b494a17cc3405446ac2bdb8f265db4a099ed3289ffe19";
    }
}
