using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class BalancesTests
{
    private readonly TestChain _chain = new();

    [Fact]
    public void A_transfer_moves_tokens_and_says_so()
    {
        (TestAccount a, TestAccount b) = (_chain.Accounts[1], _chain.Accounts[2]);
        Receipt receipt = _chain.MustDo(a, new Transfer(b.Id, Balance.FromTokens(10)));

        Assert.Equal(Balance.FromTokens(990), _chain.State.Account(a.Id).Free);
        Assert.Equal(Balance.FromTokens(1_010), _chain.State.Account(b.Id).Free);
        Assert.Equal(new Transferred(a.Id, b.Id, Balance.FromTokens(10)), Assert.Single(receipt.Events));
    }

    [Fact]
    public void A_transfer_to_a_new_account_makes_it()
    {
        AccountId stranger = new(Hash256.Sha256([1]));
        _chain.MustDo(_chain.Accounts[1], new Transfer(stranger, new Balance(7)));
        Assert.Equal(AccountRecord.Empty with { Free = new Balance(7) }, _chain.State.Account(stranger));
    }

    [Fact]
    public void A_transfer_to_oneself_changes_nothing_but_the_nonce()
    {
        TestAccount a = _chain.Accounts[1];
        AccountRecord before = _chain.State.Account(a.Id);
        _chain.MustDo(a, new Transfer(a.Id, Balance.FromTokens(1_000)));
        Assert.Equal(before with { Nonce = before.Nonce + 1 }, _chain.State.Account(a.Id));
    }

    [Fact]
    public void More_than_the_free_tokens_cannot_be_sent()
    {
        TestAccount a = _chain.Accounts[1];
        Receipt receipt = _chain.Do(a, new Transfer(_chain.Accounts[2].Id, Balance.FromTokens(1_000) + new Balance(1)));
        Assert.Equal(BalancesError.FundsInsufficient, receipt.Error);
        Assert.Empty(receipt.Events);
        Assert.Equal(Balance.FromTokens(1_000), _chain.State.Account(a.Id).Free);
        Assert.Equal(1ul, _chain.State.Account(a.Id).Nonce);
    }

    [Fact]
    public void Nothing_cannot_be_sent() =>
        Assert.Equal(
            BalancesError.AmountZero,
            _chain.Do(_chain.Accounts[1], new Transfer(_chain.Accounts[2].Id, Balance.Zero)).Error);

    [Fact]
    public void Fees_go_to_the_treasury_and_tips_to_the_proposer_even_when_the_call_fails()
    {
        TestChain chain = new(new ChainParameters { TransactionFee = new Balance(1_000), FeePerByte = new Balance(3) });
        TestAccount a = chain.Accounts[1];
        var unsigned = chain.Unsigned(a, new Transfer(chain.Accounts[2].Id, Balance.FromTokens(5_000))) with { Tip = new Balance(77) };
        var transaction = TestSigning.SignUnchecked(unsigned);

        ExecutedBlock block = BlockExecutor.Execute(chain.State, new BlockContext(0, chain.Accounts[0].Id), [transaction]);

        Balance fee = new(1_000 + (3 * (UInt128)transaction.Bytes.Length));
        Receipt receipt = Assert.Single(block.Receipts);
        Assert.Equal(BalancesError.FundsInsufficient, receipt.Error);
        Assert.Equal(fee, receipt.Fee);
        Assert.Equal(fee, block.State.Account(TestChain.Treasury).Free);
        Assert.Equal(Balance.FromTokens(1_000) + new Balance(77), block.State.Account(chain.Accounts[0].Id).Free);
        Assert.Equal(Balance.FromTokens(1_000) - fee - new Balance(77), block.State.Account(a.Id).Free);
    }
}
