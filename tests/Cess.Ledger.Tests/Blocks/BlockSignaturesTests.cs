using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Blocks;

public sealed class BlockSignaturesTests : IDisposable
{
    private readonly TestChain _chain = new();
    private readonly PublicKeyCache _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_block_of_rightly_signed_transactions_is_right_in_every_form()
    {
        TestAccount stranger = new(99);
        Block block = BlockOf(
            Sign(_chain.Accounts[0], 0, SignatureKind.KnownKey),
            Sign(_chain.Accounts[1], 0, SignatureKind.RevealedKey),
            Sign(stranger, 0, SignatureKind.RevealedKey),
            Sign(stranger, 1, SignatureKind.KnownKey));
        Assert.Null(Verify(block));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void One_signature_that_is_wrong_is_found_wherever_it_is(int wrong)
    {
        SignedTransaction[] transactions = [.. Enumerable.Range(0, 3).Select(i => Sign(_chain.Accounts[i], 0, SignatureKind.KnownKey))];
        SignedTransaction other = transactions[(wrong + 1) % 3];
        transactions[wrong] = SignedTransaction.Assemble(transactions[wrong].Unsigned, other.Signature, null);
        Assert.Equal(ChainError.SignatureInvalid, Verify(BlockOf(transactions)));
    }

    [Fact]
    public void An_account_whose_key_nobody_knows_has_signed_nothing() =>
        Assert.Equal(ChainError.SignatureInvalid, Verify(BlockOf(Sign(new TestAccount(99), 0, SignatureKind.KnownKey))));

    [Fact]
    public void What_was_verified_before_is_not_verified_again()
    {
        SignedTransaction right = Sign(_chain.Accounts[0], 0, SignatureKind.KnownKey);
        SignedTransaction wrong = SignedTransaction.Assemble(right.Unsigned, Signature.FromBytes(new byte[Signature.Size]), null);
        Assert.Null(BlockSignatures.Verify(_chain.State, BlockOf(wrong), _ => true, _keys, SequentialFor.Instance));
    }

    private LedgerError? Verify(Block block) =>
        BlockSignatures.Verify(_chain.State, block, _ => false, _keys, SequentialFor.Instance);

    private Block BlockOf(params SignedTransaction[] transactions) => new(_chain.State.Header, [.. transactions]);

    private SignedTransaction Sign(TestAccount account, ulong nonce, SignatureKind kind) => SignedTransaction.Sign(
        new UnsignedTransaction(_chain.State.Genesis, account.Id, nonce, 10, Balance.Zero, new Transfer(_chain.Accounts[0].Id, new Balance(1))),
        account.Key,
        kind);
}
