using System.Collections.Immutable;
using Cess.Client.Chain;
using Cess.Ledger;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Tests;

/// <summary>The ledger's features of accounts through the client.</summary>
public sealed class ChainClientTests : ClientTests
{
    private static readonly AccountId s_payee = new(Hash256.Sha256("payee"u8));

    private AccountId Owner => Client.Account;

    private AccountId Other => Host.Chain.Other.PublicKey.ToAccountId();

    [Fact]
    public async Task With_a_new_key_the_account_keeps_its_address_its_tokens_and_its_objects()
    {
        byte[] content = RandomBytes(100_000);
        await Client.PutAsync(Bucket, "before", new MemoryStream(content));
        using PrivateKey key = PrivateKey.Generate();
        await Client.Chain.RotateKeyAsync(key);

        using CessClient renewed = NewClient(Quick with { Account = Owner, FormerKeys = [Host.Chain.Owner] }, key);
        Assert.Equal(Owner, renewed.Account);
        AccountMessage account = await renewed.GetAccountAsync(Owner);
        Assert.Equal(key.PublicKey.ToArray(), account.Key);
        await renewed.TransferAsync(s_payee, Balance.OneToken);
        Assert.Equal(content, await ReadAsync("before", renewed));
        await renewed.PutAsync(Bucket, "after", new MemoryStream(content));
        Assert.Equal(content, await ReadAsync("after", renewed));

        using CessClient forgetful = NewClient(Quick with { Account = Owner }, key);
        await FailsAsync(ClientErrors.BucketKeyClosed, () => forgetful.HeadAsync(Bucket, "before"));
    }

    [Fact]
    public async Task A_key_that_was_replaced_signs_neither_transactions_nor_requests()
    {
        using PrivateKey key = PrivateKey.Generate();
        await Client.Chain.RotateKeyAsync(key);
        await FailsAsync("Chain.KeyReplaced", () => Client.TransferAsync(s_payee, Balance.OneToken));
        await FailsAsync(WireErrors.SignatureMismatch.Code, () => Client.ListBucketsAsync());

        using CessClient renewed = NewClient(Quick with { Account = Owner }, key);
        Assert.Single(await renewed.ListBucketsAsync());
        using CessClient stranger = NewClient(Quick with { Account = Owner }, Host.Chain.Other);
        await FailsAsync(WireErrors.SignatureMismatch.Code, () => stranger.ListBucketsAsync());
        await FailsAsync("Chain.KeyOfOtherAccount", () => stranger.TransferAsync(s_payee, Balance.OneToken));
    }

    [Fact]
    public async Task Two_of_three_keys_spend_from_their_account_and_one_does_not()
    {
        using PrivateKey third = PrivateKey.Generate();
        MultisigPolicy policy = MultisigPolicy.Of(2, [Host.Chain.Owner.PublicKey, Host.Chain.Other.PublicKey, third.PublicKey]);
        await FailsAsync(WireErrors.AccountNotFound.Code, () => Client.Chain.DraftAsync(policy, new Transfer(s_payee, Balance.OneToken)));
        await Client.TransferAsync(policy.ToAccountId(), Balance.FromTokens(10));

        MultisigTransaction draft = await Client.Chain.DraftAsync(policy, new Transfer(s_payee, Balance.FromTokens(3)));
        MultisigTransaction one = Travel(await Client.Chain.SignAsync(draft));
        Assert.Equal((1, Host.Chain.Owner.PublicKey), (one.Missing, Assert.Single(one.Signers)));
        await FailsAsync(ClientErrors.SignaturesMissing, () => Client.Chain.SendAsync(one));

        // The members signed copies of their own.
        MultisigTransaction two = Travel(draft).Sign(third);
        MultisigTransaction both = Travel(two.Merge(one));
        Assert.Equal(0, both.Missing);
        OutcomeMessage sent = await Client.Chain.SendAsync(both);
        OutcomeMessage again = await Client.Chain.SendAsync(both.Sign(Host.Chain.Other));
        Assert.Equal((sent.Id, sent.Height), (again.Id, again.Height));
        Assert.Equal(Balance.FromTokens(3), Host.Chain.Head.Account(s_payee).Free);
    }

    [Fact]
    public async Task Transactions_of_an_account_are_listed_through_all_pages_in_each_role()
    {
        // More than two pages; every third one pays the client's account.
        using CessClient other = NewClient(key: Host.Chain.Other);
        List<(string Id, bool IsOwn)> sent = [];
        for (int i = 0; i < (2 * WireLimits.HistoryPageMax) + 1; i++)
        {
            bool isOwn = i % 3 != 0;
            OutcomeMessage outcome = isOwn ? await Client.TransferAsync(s_payee, Balance.OneToken) : await other.TransferAsync(Owner, Balance.OneToken);
            sent.Insert(0, (outcome.Id, isOwn));
        }

        Assert.Equal(
            sent.Select(one => (one.Id, one.IsOwn ? "sender" : "party", one.IsOwn ? null : "1", one.IsOwn ? "1" : null)),
            (await ListAsync(AccountRole.Any)).Take(sent.Count).Select(one => (one.Id.ToString(), one.Role!, one.Received, one.Paid)));
        Assert.Equal(sent.Where(one => !one.IsOwn).Select(one => one.Id), (await ListAsync(AccountRole.Party)).Select(one => one.Id.ToString()));
        // The oldest made the bucket.
        List<TransactionMessage> own = await ListAsync(AccountRole.Sender);
        Assert.Equal(sent.Where(one => one.IsOwn).Select(one => one.Id), own.SkipLast(1).Select(one => one.Id.ToString()));
        Assert.Equal("Files.CreateBucket", own[^1].Call);
    }

    [Fact]
    public async Task Signatures_of_strangers_and_for_other_transactions_are_refused()
    {
        MultisigPolicy policy = MultisigPolicy.Of(1, [Host.Chain.Owner.PublicKey, Host.Chain.Other.PublicKey]);
        await Client.TransferAsync(policy.ToAccountId(), Balance.FromTokens(10));
        MultisigTransaction draft = await Client.Chain.DraftAsync(policy, new Transfer(s_payee, Balance.FromTokens(3)));
        using PrivateKey stranger = PrivateKey.Generate();
        Assert.Equal(ClientErrors.NotAMember, Assert.Throws<CessException>(() => draft.Sign(stranger)).Code);
        MultisigTransaction other = await Client.Chain.DraftAsync(policy, new Transfer(s_payee, Balance.FromTokens(4)));
        Assert.Equal(ClientErrors.OtherTransaction, Assert.Throws<CessException>(() => draft.Merge(other)).Code);
        Assert.Throws<ArgumentException>(() => new MultisigTransaction(draft.Unsigned with { Account = s_payee }, policy));
        MultisigTransaction elsewhere = new(draft.Unsigned with { Genesis = Hash256.Zero }, policy);
        await FailsAsync(ClientErrors.OtherChain, () => Client.Chain.SignAsync(elsewhere));

        // A signature that is moved to another transaction, or to another member, is found when the bytes are read.
        byte[] bytes = Scale.Encode(draft.Sign(Host.Chain.Owner));
        for (int at = 0; at < bytes.Length; at += 11)
        {
            byte[] altered = [.. bytes];
            altered[at] ^= 1;
            Assert.False(Scale.TryDecode<MultisigTransaction>(altered, out _, out _), $"Byte {at} was changed, and nobody noticed.");
        }
    }

    [Fact]
    public async Task A_delegate_does_what_it_may_and_no_more()
    {
        Assert.True(CallScopes.TryParse("balances.transfer,Files", out ImmutableArray<CallScope> scope, out _));
        await Client.Chain.SetDelegateAsync(Other, scope, Balance.FromTokens(5), blocks: 50);
        using CessClient delegated = NewClient(key: Host.Chain.Other);

        await delegated.Chain.ActAsAsync(Owner, new Transfer(s_payee, Balance.FromTokens(4)));
        Assert.Equal(Balance.FromTokens(4), Host.Chain.Head.Account(s_payee).Free);
        DelegateRecord? record = await delegated.Chain.FindDelegateAsync(Owner, Other);
        Assert.Equal(Balance.OneToken, record!.SpendLeft);
        Assert.Equal("Balances.Transfer,Files", CallScopes.ToText(record.Scope));
        await FailsAsync("Accounts.SpendLimitExceeded", () => delegated.Chain.ActAsAsync(Owner, new Transfer(s_payee, Balance.FromTokens(2))));
        await FailsAsync("Accounts.CallOutOfScope", () => delegated.Chain.ActAsAsync(Owner, new Bond(Balance.OneToken)));

        await Client.Chain.RemoveDelegateAsync(Other);
        Assert.Null(await delegated.Chain.FindDelegateAsync(Owner, Other));
        await FailsAsync("Accounts.DelegateUnknown", () => delegated.Chain.ActAsAsync(Owner, new Transfer(s_payee, Balance.OneToken)));
    }

    [Theory]
    [InlineData("files", "Files")]
    [InlineData("Staking.Bond,staking.UNBOND", "Staking.Bond,Staking.Unbond")]
    [InlineData("governance.vote, files.deletefiles, files", "Files,Governance.Vote")]
    public void Scopes_are_read_by_names_and_written_in_the_ledgers_order(string text, string expected)
    {
        Assert.True(CallScopes.TryParse(text, out ImmutableArray<CallScope> scope, out _));
        Assert.Equal(expected, CallScopes.ToText(scope));
    }

    [Theory]
    [InlineData("")]
    [InlineData("accounts")]
    [InlineData("batches")]
    [InlineData("files.nothing")]
    [InlineData("files.0")]
    [InlineData("files.DeleteFiles.more")]
    [InlineData("files,,balances")]
    public void What_no_delegate_can_do_is_no_scope(string text)
    {
        Assert.False(CallScopes.TryParse(text, out _, out string? unknown));
        Assert.Contains(unknown, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_is_all_or_nothing_fails_as_a_whole()
    {
        ImmutableArray<Call> calls = [new Transfer(s_payee, Balance.OneToken), new DeleteBucket("nobodys")];
        await FailsAsync("Files.BucketUnknown", () => Client.Chain.ExecuteBatchAsync(BatchMode.AllOrNothing, calls));
        Assert.Equal(AccountRecord.Empty, Host.Chain.Head.Account(s_payee));

        BatchOutcome outcome = await Client.Chain.ExecuteBatchAsync(BatchMode.AllOrNothing, [calls[0], calls[0]]);
        Assert.Empty(outcome.Failed);
        Assert.Equal(Balance.FromTokens(2), Host.Chain.Head.Account(s_payee).Free);
    }

    [Fact]
    public async Task A_batch_of_calls_that_stand_each_on_its_own_says_which_failed()
    {
        ImmutableArray<Call> calls = [new Transfer(s_payee, Balance.OneToken), new DeleteBucket("nobodys"), new Transfer(s_payee, Balance.OneToken)];
        BatchOutcome outcome = await Client.Chain.ExecuteBatchAsync(BatchMode.EachOnItsOwn, calls);
        Assert.Equal(new FailedCall(1, FilesError.BucketUnknown), Assert.Single(outcome.Failed));
        Assert.Equal("finalised", outcome.Outcome.Status);
        Assert.Equal(Balance.FromTokens(2), Host.Chain.Head.Account(s_payee).Free);
    }

    [Fact]
    public async Task Stake_is_bonded_and_unbonded_and_shown()
    {
        await Client.Chain.ExecuteAsync(new Bond(Balance.FromTokens(7)));
        await Client.Chain.ExecuteAsync(new Unbond(Balance.FromTokens(2)));
        StakeRecord? stake = await Client.Chain.FindStakeAsync(Owner);
        Assert.Equal(Balance.FromTokens(5), stake!.Active);
        Assert.Equal(Balance.FromTokens(2), Assert.Single(stake.Unbonding).Amount);
        Assert.Null(await Client.Chain.FindValidatorAsync(Owner));
        Assert.Null(await Client.Chain.FindNominationAsync(Owner, Other));
        await FailsAsync("Staking.NothingToWithdraw", () => Client.Chain.ExecuteAsync(new Withdraw()));
    }

    /// <summary>Waits for the door to open its history.</summary>
    private async Task<List<TransactionMessage>> ListAsync(AccountRole role)
    {
        while (true)
        {
            try
            {
                return await Client.Chain.ListTransactionsAsync(Owner, role).ToListAsync();
            }
            catch (CessException e) when (e.Code == WireErrors.Unavailable.Code)
            {
                await Task.Yield();
            }
        }
    }

    private static MultisigTransaction Travel(MultisigTransaction transaction) => Scale.Decode<MultisigTransaction>(Scale.Encode(transaction));
}
