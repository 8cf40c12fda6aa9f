using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class AccountsTests : IDisposable
{
    private readonly TestChain _chain = new();
    private readonly PublicKeyCache _keys = new(16);
    private readonly TestAccount _newKey = new(70);

    private TestAccount A => _chain.Accounts[1];

    private TestAccount B => _chain.Accounts[2];

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_rotated_account_keeps_what_it_has_and_signs_with_the_new_key_alone()
    {
        Receipt receipt = _chain.MustDo(A, Rotate(A.Id, _newKey));
        Assert.Equal(new KeyRotated(A.Id, _newKey.Key.PublicKey), Assert.Single(receipt.Events));
        AccountRecord account = _chain.State.Account(A.Id);
        Assert.Equal((Balance.FromTokens(1_000), 1ul, _newKey.Key.PublicKey), (account.Free, account.Nonce, account.Key!.Value));

        UnsignedTransaction unsigned = _chain.Unsigned(A, Pay(1));
        SignedTransaction right = SignedTransaction.SignWithNewKey(unsigned, _newKey.Key);
        Assert.Null(TransactionVerifier.Verify(right, account.Key, _keys));
        Assert.Null(Include(right));

        SignedTransaction old = SignedTransaction.Sign(unsigned, A.Key, SignatureKind.KnownKey);
        SignedTransaction oldStated = SignedTransaction.Sign(unsigned, A.Key, SignatureKind.RevealedKey);
        foreach (SignedTransaction wrong in new[] { old, oldStated })
        {
            Assert.Equal(ChainError.KeyReplaced, TransactionVerifier.Verify(wrong, account.Key, _keys));
            Assert.Equal(ChainError.KeyReplaced, Include(wrong));
        }

        SignedTransaction foreign = SignedTransaction.SignWithNewKey(unsigned, B.Key);
        Assert.Equal(ChainError.KeyOfOtherAccount, TransactionVerifier.Verify(foreign, account.Key, _keys));
        Assert.Equal(ChainError.KeyOfOtherAccount, Include(foreign));
    }

    /// <summary>Signatures are checked long before execution: what was right then may be stale by now.</summary>
    [Fact]
    public void A_transaction_checked_under_the_old_key_is_refused_behind_the_rotation_even_in_the_same_block()
    {
        SignedTransaction rotate = SignedTransaction.Sign(_chain.Unsigned(A, Rotate(A.Id, _newKey)), A.Key, SignatureKind.KnownKey);
        SignedTransaction behind = SignedTransaction.Sign(_chain.Unsigned(A, Pay(1)) with { Nonce = 1 }, A.Key, SignatureKind.KnownKey);
        SignedTransaction after = SignedTransaction.SignWithNewKey(behind.Unsigned, _newKey.Key);
        Assert.Null(TransactionVerifier.Verify(behind, A.Key.PublicKey, _keys));

        ExecutedBlock block = Execute(rotate, behind, after);
        Assert.Equal(new RejectedTransaction(behind, ChainError.KeyReplaced), Assert.Single(block.Rejected));
        Assert.Equal(2, block.Receipts.Length);
        Assert.All(block.Receipts, r => Assert.Null(r.Error));
    }

    [Fact]
    public void An_account_may_take_its_first_key_again_and_what_a_later_one_signed_dies_with_it()
    {
        _chain.MustDo(A, Rotate(A.Id, _newKey));
        UnsignedTransaction back = _chain.Unsigned(A, Rotate(A.Id, A));
        SignedTransaction late = SignedTransaction.SignWithNewKey(_chain.Unsigned(A, Pay(1)) with { Nonce = back.Nonce + 1 }, _newKey.Key);
        SignedTransaction first = SignedTransaction.Sign(late.Unsigned, A.Key, SignatureKind.KnownKey);
        ExecutedBlock block = Execute(SignedTransaction.SignWithNewKey(back, _newKey.Key), late, first);
        Assert.Equal(late, Assert.Single(block.Rejected).Transaction);
        Assert.Equal(2, block.Receipts.Length);
    }

    [Fact]
    public void A_key_is_rotated_in_only_with_its_own_signature_for_this_account_and_chain()
    {
        Fails(AccountsError.KeyUnchanged, A, Rotate(A.Id, A));
        Fails(AccountsError.ProofInvalid, A, Rotate(B.Id, _newKey));
        Fails(AccountsError.ProofInvalid, A, Rotate(A.Id, _newKey) with { Proof = A.Key.Sign(RotateKey.ProofDigest(_chain.State.Genesis, A.Id, _newKey.Key.PublicKey)) });
        Fails(AccountsError.ProofInvalid, A, Rotate(A.Id, _newKey) with { Proof = _newKey.Key.Sign(RotateKey.ProofDigest(Hash256.Zero, A.Id, _newKey.Key.PublicKey)) });
        byte[] noPoint = new byte[PublicKey.Size];
        noPoint[0] = 2;
        while (PublicKey.FromBytes(noPoint).IsOnCurve)
            noPoint[^1]++;
        Fails(AccountsError.ProofInvalid, A, Rotate(A.Id, _newKey) with { Key = PublicKey.FromBytes(noPoint) });
        Assert.Equal(A.Key.PublicKey, _chain.State.Account(A.Id).Key);
    }

    [Fact]
    public void A_delegate_does_within_its_limits_what_the_account_could_do()
    {
        _chain.MustDo(A, new SetDelegate(B.Id, [new CallScope(ModuleId.Balances, 1), CallScope.AllOf(ModuleId.Files)], Balance.FromTokens(10), 1_000));
        Receipt receipt = _chain.MustDo(B, new ActAs(A.Id, new Transfer(_chain.Accounts[3].Id, Balance.FromTokens(4))));
        Assert.Equal<LedgerEvent>([new Transferred(A.Id, _chain.Accounts[3].Id, Balance.FromTokens(4)), new ActedAs(A.Id, B.Id, Balance.FromTokens(4))], receipt.Events);
        Assert.Equal((Balance.FromTokens(996), 1ul), (_chain.State.Account(A.Id).Free, _chain.State.Account(A.Id).Nonce));
        Assert.Equal(Balance.FromTokens(6), Delegate()!.SpendLeft);

        _chain.MustDo(B, new ActAs(A.Id, new CreateBucket("photos", new byte[1])));
        Assert.Equal(A.Id, _chain.State.Bucket("photos")!.Owner);

        Fails(AccountsError.SpendLimitExceeded, B, new ActAs(A.Id, new Transfer(B.Id, Balance.FromTokens(6) + new Balance(1))));
        Fails(AccountsError.CallOutOfScope, B, new ActAs(A.Id, new RegisterMiner(B.Id, "m", Balance.Zero)));
        Fails(FilesError.BucketNameTaken, B, new ActAs(A.Id, new CreateBucket("photos", new byte[1])));
        Fails(AccountsError.DelegateUnknown, _chain.Accounts[3], new ActAs(A.Id, Pay(1)));
        Fails(AccountsError.DelegateUnknown, A, new ActAs(B.Id, Pay(1)));
        Assert.Equal(Balance.FromTokens(6), Delegate()!.SpendLeft);
    }

    [Fact]
    public void Every_call_of_a_delegates_batch_must_be_in_its_scope_and_counts_against_its_limit()
    {
        _chain.MustDo(A, new SetDelegate(B.Id, [CallScope.AllOf(ModuleId.Balances)], Balance.FromTokens(10), 1_000));
        Fails(AccountsError.SpendLimitExceeded, B, new ActAs(A.Id, Batch(Pay(6), Pay(6))));
        Fails(AccountsError.CallOutOfScope, B, new ActAs(A.Id, Batch(Pay(1), new CreateBucket("photos", new byte[1]))));
        Fails(AccountsError.CallOutOfScope, B, new ActAs(A.Id, new ActAs(A.Id, Pay(1))));
        Fails(AccountsError.CallOutOfScope, B, new ActAs(A.Id, Rotate(A.Id, _newKey)));
        _chain.MustDo(B, Batch(new ActAs(A.Id, Pay(6)), Pay(1), new ActAs(A.Id, Pay(4))));
        Assert.Equal(Balance.Zero, Delegate()!.SpendLeft);
        Assert.Equal((Balance.FromTokens(990), Balance.FromTokens(999)), (_chain.State.Account(A.Id).Free, _chain.State.Account(B.Id).Free));
    }

    [Fact]
    public void What_a_delegates_call_brings_in_makes_up_for_nothing_that_the_next_takes()
    {
        using StakingFixture staking = new();
        (AccountId owner, AccountId delegated) = (staking[5].Id, staking[6].Id);
        CallScope[] scope = [CallScope.AllOf(ModuleId.Balances), CallScope.AllOf(ModuleId.Staking)];
        staking.Chain.MustDo(staking[5], new SetDelegate(delegated, [.. scope], Balance.FromTokens(9), 1_000));
        staking.Chain.MustDo(staking[5], new Bond(Balance.FromTokens(500)));
        staking.Chain.MustDo(staking[5], new Unbond(Balance.FromTokens(500)));
        staking.EndEra();
        staking.EndEra();

        staking.Fails(AccountsError.SpendLimitExceeded, 6, new ActAs(owner, Batch(new Withdraw(), Pay(10))));
        Receipt receipt = staking.Chain.MustDo(staking[6], new ActAs(owner, Batch(new Withdraw(), Pay(9))));
        Assert.Equal(new ActedAs(owner, delegated, Balance.FromTokens(9)), receipt.Events[^1]);
        Assert.Equal(Balance.FromTokens(991), staking.State.Account(owner).Free);
    }

    [Fact]
    public void Of_a_delegates_batch_only_calls_that_took_effect_count()
    {
        _chain.MustDo(A, new SetDelegate(B.Id, [CallScope.AllOf(ModuleId.Balances)], Balance.FromTokens(9), 1_000));
        Receipt receipt = _chain.MustDo(B, new ActAs(A.Id, new Batch(BatchMode.EachOnItsOwn, [Pay(5_000), Pay(4)])));
        Assert.Equal(new ActedAs(A.Id, B.Id, Balance.FromTokens(4)), receipt.Events[^1]);
    }

    [Fact]
    public void What_a_delegate_bonds_counts_and_what_it_nominates_of_the_bond_too()
    {
        using StakingFixture staking = new();
        staking.MakeCandidate(1);
        staking.Chain.MustDo(staking[5], new Bond(Balance.FromTokens(500)));
        staking.Chain.MustDo(staking[5], new SetDelegate(staking[6].Id, [CallScope.AllOf(ModuleId.Staking)], Balance.FromTokens(100), 1_000));
        staking.Fails(AccountsError.SpendLimitExceeded, 6, new ActAs(staking[5].Id, new Nominate(staking[1].Id, Balance.FromTokens(101))));
        staking.Chain.MustDo(staking[6], new ActAs(staking[5].Id, new Nominate(staking[1].Id, Balance.FromTokens(60))));
        staking.Chain.MustDo(staking[6], new ActAs(staking[5].Id, new Bond(Balance.FromTokens(40))));
        Assert.Equal(Balance.Zero, staking.State.Delegate(staking[5].Id, staking[6].Id)!.SpendLeft);
    }

    [Fact]
    public void A_delegate_acts_up_to_its_height_and_until_it_is_removed()
    {
        ulong last = _chain.State.Height + 3;
        _chain.MustDo(A, new SetDelegate(B.Id, [CallScope.AllOf(ModuleId.Balances)], Balance.FromTokens(10), last));
        _chain.SealUntil(last - 1);
        _chain.MustDo(B, new ActAs(A.Id, Pay(1)));
        Fails(AccountsError.DelegateExpired, B, new ActAs(A.Id, Pay(1)));
        _chain.MustDo(A, new SetDelegate(B.Id, [CallScope.AllOf(ModuleId.Balances)], Balance.FromTokens(10), 1_000));
        _chain.MustDo(B, new ActAs(A.Id, Pay(10)));
        _chain.MustDo(A, new RemoveDelegate(B.Id));
        Assert.Null(Delegate());
        Fails(AccountsError.DelegateUnknown, B, new ActAs(A.Id, Pay(1)));
        Fails(AccountsError.DelegateUnknown, A, new RemoveDelegate(B.Id));
    }

    [Fact]
    public void Scopes_without_sense_and_too_many_delegates_are_refused()
    {
        Fails(AccountsError.DelegateIsSelf, A, new SetDelegate(A.Id, [CallScope.AllOf(ModuleId.Balances)], default, 9));
        foreach (CallScope[] scope in new CallScope[][]
        {
            [],
            [new(ModuleId.Balances, 0)],
            [CallScope.AllOf(ModuleId.Accounts)],
            [CallScope.AllOf(ModuleId.Batches)],
            [CallScope.AllOf(ModuleId.Chain)],
            [CallScope.AllOf(ModuleId.Files), CallScope.AllOf(ModuleId.Balances)],
            [CallScope.AllOf(ModuleId.Files), CallScope.AllOf(ModuleId.Files)],
        })
        {
            Fails(AccountsError.ScopeInvalid, A, new SetDelegate(B.Id, [.. scope], default, 9));
        }

        for (int i = 0; i < LedgerLimits.DelegatesPerAccountMax; i++)
            _chain.MustDo(A, Allow(i));
        _chain.MustDo(A, Allow(3));
        Fails(AccountsError.DelegatesTooMany, A, Allow(100));
        _chain.MustDo(A, new RemoveDelegate(((SetDelegate)Allow(5)).Delegate));
        _chain.MustDo(A, Allow(100));
        Assert.Equal(LedgerLimits.DelegatesPerAccountMax, _chain.State.DelegatesOf(A.Id).Count());

        static Call Allow(int i) => new SetDelegate(new AccountId(Hash256.Sha256(BitConverter.GetBytes(i))), [CallScope.AllOf(ModuleId.Files)], default, 9);
    }

    [Fact]
    public void An_account_of_several_keys_needs_as_many_signatures_as_its_threshold()
    {
        TestAccount[] members = [.. Enumerable.Range(80, 3).Select(i => new TestAccount(i))];
        MultisigPolicy policy = MultisigPolicy.Of(2, members.Select(m => m.Key.PublicKey));
        _chain.MustDo(A, new Transfer(policy.ToAccountId(), Balance.FromTokens(5)));
        UnsignedTransaction unsigned = _chain.Unsigned(A, Pay(5)) with { Account = policy.ToAccountId(), Nonce = 0 };

        SignedTransaction two = Sign(unsigned, policy, members, 0, 2);
        Assert.Null(TransactionVerifier.Verify(two, null, _keys));
        Assert.Equal(two, SignedTransaction.Decode(two.Bytes));
        ExecutedBlock block = Execute(two);
        Assert.Null(block.Receipts.Single().Error);
        Assert.Equal((Balance.Zero, 1ul), (block.State.Account(policy.ToAccountId()).Free, block.State.Account(policy.ToAccountId()).Nonce));

        Assert.Throws<ScaleException>(() => Sign(unsigned, policy, members, 0));
        Assert.Throws<ScaleException>(() => Sign(unsigned, policy, members, 0, 1, 2));
        Assert.Throws<ScaleException>(() => Sign(unsigned, policy, members, 1, 1));
        Assert.Throws<ScaleException>(() => Sign(unsigned, policy, members, 2, 1));
        SignedTransaction forged = SignedTransaction.Assemble(unsigned, two.Multisig! with
        {
            Signatures = [two.Multisig.Signatures[0], two.Multisig.Signatures[1] with { Signature = two.Multisig.Signatures[0].Signature }],
        });
        Assert.Equal(ChainError.SignatureInvalid, TransactionVerifier.Verify(forged, null, _keys));

        SignedTransaction weaker = Sign(unsigned, MultisigPolicy.Of(1, policy.Members), members, 0);
        Assert.Equal(ChainError.KeyOfOtherAccount, TransactionVerifier.Verify(weaker, null, _keys));
        Assert.Equal(ChainError.KeyOfOtherAccount, Include(weaker));
        SignedTransaction alone = SignedTransaction.SignWithNewKey(unsigned, members[0].Key);
        Assert.Equal(ChainError.KeyOfOtherAccount, Include(alone));
        Assert.Equal(CallWeights.Signature, two.Weight - weaker.Weight);
    }

    [Fact]
    public void An_account_of_several_keys_that_takes_one_key_has_only_that()
    {
        TestAccount[] members = [.. Enumerable.Range(80, 3).Select(i => new TestAccount(i))];
        MultisigPolicy policy = MultisigPolicy.Of(2, members.Select(m => m.Key.PublicKey));
        UnsignedTransaction rotate = _chain.Unsigned(A, Rotate(policy.ToAccountId(), _newKey)) with { Account = policy.ToAccountId(), Nonce = 0 };
        UnsignedTransaction next = rotate with { Nonce = 1, Call = new CreateBucket("photos", new byte[1]) };
        SignedTransaction old = Sign(next, policy, members, 0, 1);
        ExecutedBlock block = Execute(Sign(rotate, policy, members, 0, 1), old, SignedTransaction.SignWithNewKey(next, _newKey.Key));
        Assert.Equal(new RejectedTransaction(old, ChainError.KeyReplaced), Assert.Single(block.Rejected));
        Assert.All(block.Receipts, r => Assert.Null(r.Error));
        Assert.Equal(ChainError.KeyReplaced, TransactionVerifier.Verify(old, _newKey.Key.PublicKey, _keys));
    }

    [Fact]
    public void A_policy_out_of_its_bounds_is_no_policy()
    {
        PublicKey[] keys = [.. Enumerable.Range(0, LedgerLimits.MultisigMembersMax + 1).Select(i => new TestAccount(i).Key.PublicKey)];
        Assert.Equal(MultisigPolicy.Of(2, keys[..3]).ToAccountId(), MultisigPolicy.Of(2, keys[..3].Reverse()).ToAccountId());
        Assert.NotEqual(MultisigPolicy.Of(2, keys[..3]).ToAccountId(), MultisigPolicy.Of(3, keys[..3]).ToAccountId());
        Assert.NotNull(MultisigPolicy.Of(16, keys[..16]));
        Assert.Throws<ArgumentException>(() => MultisigPolicy.Of(2, keys));
        Assert.Throws<ArgumentException>(() => MultisigPolicy.Of(0, keys[..3]));
        Assert.Throws<ArgumentException>(() => MultisigPolicy.Of(4, keys[..3]));
        Assert.Throws<ArgumentException>(() => MultisigPolicy.Of(1, []));
        Assert.Throws<ArgumentException>(() => MultisigPolicy.Of(1, [keys[0], keys[0]]));
        MultisigPolicy policy = MultisigPolicy.Of(2, keys[..3]);
        Assert.Throws<ScaleException>(() => Scale.Decode<MultisigPolicy>(Scale.Encode(policy with { Members = [.. policy.Members.Reverse()] })));
    }

    private static SignedTransaction Sign(UnsignedTransaction unsigned, MultisigPolicy policy, TestAccount[] members, params int[] who)
    {
        Hash256 id = Scale.Sha256(unsigned);
        return SignedTransaction.Assemble(unsigned, new Multisig(
            policy,
            [.. who.Select(i => new MemberSignature((byte)i, members.Single(m => m.Key.PublicKey == policy.Members[i]).Key.Sign(id)))]));
    }

    private RotateKey Rotate(AccountId account, TestAccount to) =>
        new(to.Key.PublicKey, to.Key.Sign(RotateKey.ProofDigest(_chain.State.Genesis, account, to.Key.PublicKey)));

    private Transfer Pay(ulong tokens) => new(_chain.Accounts[4].Id, Balance.FromTokens(tokens));

    private static Batch Batch(params Call[] calls) => new(BatchMode.AllOrNothing, [.. calls]);

    private DelegateRecord? Delegate() => _chain.State.Delegate(A.Id, B.Id);

    private void Fails(LedgerError error, TestAccount sender, Call call)
    {
        Hash256 others = WithoutSender(sender);
        Assert.Equal(error, _chain.Do(sender, call).Error);
        Assert.Equal(others, WithoutSender(sender));
    }

    private Hash256 WithoutSender(TestAccount sender) => _chain.State.Tree.Remove(LedgerKeys.Account(sender.Id)).Root;

    private LedgerError? Include(SignedTransaction transaction)
    {
        ExecutedBlock block = Execute(transaction);
        return block.Rejected.IsEmpty ? null : block.Rejected.Single().Error;
    }

    private ExecutedBlock Execute(params SignedTransaction[] transactions) =>
        BlockExecutor.Execute(_chain.State, new BlockContext(0, _chain.Accounts[0].Id), transactions);
}
