using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Transactions;

public sealed class SignedTransactionTests : IDisposable
{
    private static readonly Call s_call = new Transfer(Samples.Bob.Id, new Balance(5));

    private readonly PublicKeyCache _keys = new(16);

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData(SignatureKind.KnownKey)]
    [InlineData(SignatureKind.RevealedKey)]
    public void A_signed_transaction_is_read_as_it_was_signed(SignatureKind kind)
    {
        SignedTransaction signed = SignedTransaction.Sign(Samples.Unsigned(s_call), Samples.Alice.Key, kind);
        SignedTransaction read = SignedTransaction.Decode(signed.Bytes);
        Assert.Equal(signed, read);
        Assert.Equal(Samples.Unsigned(s_call), read.Unsigned);
        Assert.Equal(kind == SignatureKind.RevealedKey ? Samples.Alice.Key.PublicKey : null, read.RevealedKey);
        Assert.Equal(Hash256.Sha256(Scale.Encode(read.Unsigned)), read.Id);
    }

    [Fact]
    public void The_id_depends_on_what_is_asked_for_and_not_on_signature_or_envelope()
    {
        UnsignedTransaction unsigned = Samples.Unsigned(s_call);
        SignedTransaction first = SignedTransaction.Sign(unsigned, Samples.Alice.Key, SignatureKind.KnownKey);
        SignedTransaction second = SignedTransaction.Sign(unsigned, Samples.Alice.Key, SignatureKind.RevealedKey);
        Assert.NotEqual(first.Signature, second.Signature);
        Assert.Equal(first.Id, second.Id);
        Assert.NotEqual(first.Id, SignedTransaction.Sign(unsigned with { Nonce = 4 }, Samples.Alice.Key, SignatureKind.KnownKey).Id);
    }

    [Fact]
    public void A_signature_verifies_under_the_known_or_the_revealed_key()
    {
        SignedTransaction known = SignedTransaction.Sign(Samples.Unsigned(s_call), Samples.Alice.Key, SignatureKind.KnownKey);
        SignedTransaction revealing = SignedTransaction.Sign(Samples.Unsigned(s_call), Samples.Alice.Key, SignatureKind.RevealedKey);
        Assert.Null(TransactionVerifier.Verify(known, Samples.Alice.Key.PublicKey, _keys));
        Assert.Null(TransactionVerifier.Verify(revealing, null, _keys));
        Assert.Null(TransactionVerifier.Verify(revealing, Samples.Alice.Key.PublicKey, _keys));
        Assert.Equal(ChainError.KeyUnknown, TransactionVerifier.Verify(known, null, _keys));
        Assert.Equal(ChainError.KeyReplaced, TransactionVerifier.Verify(known, Samples.Bob.Key.PublicKey, _keys));
    }

    [Fact]
    public void Nobody_signs_for_an_account_with_a_key_of_his_own()
    {
        UnsignedTransaction unsigned = Samples.Unsigned(s_call);
        Assert.Throws<ArgumentException>(() => SignedTransaction.Sign(unsigned, Samples.Bob.Key, SignatureKind.RevealedKey));

        Signature signature = Samples.Bob.Key.Sign(Scale.Sha256(unsigned));
        SignedTransaction forged = SignedTransaction.Assemble(unsigned, signature, Samples.Bob.Key.PublicKey);
        Assert.Equal(ChainError.KeyOfOtherAccount, TransactionVerifier.Verify(forged, null, _keys));
        Assert.Equal(ChainError.KeyOfOtherAccount, TransactionVerifier.Verify(forged, Samples.Alice.Key.PublicKey, _keys));
        SignedTransaction hidden = SignedTransaction.Assemble(unsigned, signature, null);
        Assert.Equal(ChainError.SignatureInvalid, TransactionVerifier.Verify(hidden, Samples.Alice.Key.PublicKey, _keys));
    }

    [Fact]
    public void No_changed_bit_passes_as_the_same_transaction()
    {
        SignedTransaction signed = SignedTransaction.Sign(Samples.Unsigned(s_call), Samples.Alice.Key, SignatureKind.RevealedKey);
        byte[] bytes = signed.Bytes.ToArray();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            if (SignedTransaction.TryDecode(changed, out SignedTransaction? transaction, out _))
                Assert.NotNull(TransactionVerifier.Verify(transaction, Samples.Alice.Key.PublicKey, _keys));
        }
    }

    [Fact]
    public void Bytes_too_few_or_too_many_are_no_transaction()
    {
        byte[] bytes = Samples.Known.Bytes.ToArray();
        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal(ChainError.TransactionMalformed, Refusal(bytes[..length]));
        Assert.Equal(ChainError.TransactionMalformed, Refusal([.. bytes, 0]));
    }

    [Fact]
    public void A_transaction_has_one_mebibyte_at_most()
    {
        Assert.Equal(ChainError.TransactionTooLarge, Refusal(new byte[LedgerLimits.TransactionBytesMax + 1]));

        FileSegment segment = new(1, [.. Enumerable.Range(0, 128).Select(i => new FileFragment(default, new((uint)i)))]);
        FilePart part = Samples.Declaration.Parts[0] with { Segments = [.. Enumerable.Repeat(segment, 300)] };
        DeclareFile large = new(Samples.Declaration with { Parts = [part] }, DeclareCondition.None);
        Assert.Throws<ScaleException>(() => SignedTransaction.Assemble(Samples.Unsigned(large), Samples.FixedSignature, null));
    }

    private static LedgerError Refusal(byte[] bytes)
    {
        Assert.False(SignedTransaction.TryDecode(bytes, out _, out LedgerError error));
        return error;
    }
}
