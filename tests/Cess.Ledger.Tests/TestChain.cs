using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Tests;

/// <summary>A person with a key that is the same in every run.</summary>
public sealed class TestAccount
{
    public TestAccount(int number)
    {
        byte[] scalar = new byte[PrivateKey.ScalarSize];
        scalar[^1] = (byte)(number + 1);
        scalar[^2] = (byte)((number + 1) >> 8);
        Key = PrivateKey.FromScalar(scalar);
        Id = Key.PublicKey.ToAccountId();
    }

    public PrivateKey Key { get; }

    public AccountId Id { get; }
}

/// <summary>
/// A chain in the hand: each call becomes a signed transaction with the right nonce, blocks are made from what is queued,
/// and every block is encoded, decoded and executed again, so that all tests check replay, too.
/// </summary>
public sealed class TestChain
{
    public static readonly AccountId Treasury = new(Hash256.Sha256("treasury"u8));

    private readonly List<SignedTransaction> _queue = [];
    private readonly Dictionary<AccountId, ulong> _nonces = [];

    public TestChain(ChainParameters? parameters = null, int accounts = 6)
    {
        Accounts = [.. Enumerable.Range(0, accounts).Select(i => new TestAccount(i))];
        Genesis = new Genesis(
            "test",
            1_700_000_000_000,
            (parameters ?? new ChainParameters()) with { Treasury = Treasury },
            Genesis.Sorted(Accounts.Select(a => new GenesisAccount(a.Id, Balance.FromTokens(1_000), a.Key.PublicKey))),
            new ValidatorSet([Accounts[0].Key.PublicKey]));
        State = Genesis.ToState();
    }

    public TestAccount[] Accounts { get; }

    public Genesis Genesis { get; }

    public LedgerState State { get; private set; }

    public ExecutedBlock? Last { get; private set; }

    public UnsignedTransaction Unsigned(TestAccount account, Call call) => new(
        State.Genesis,
        account.Id,
        _nonces.GetValueOrDefault(account.Id, State.Account(account.Id).Nonce),
        State.Height + 10,
        Balance.Zero,
        call);

    /// <summary>Queues a call for the next block.</summary>
    public SignedTransaction Queue(TestAccount account, Call call)
    {
        UnsignedTransaction unsigned = Unsigned(account, call);
        _nonces[account.Id] = unsigned.Nonce + 1;
        bool isReplaced = State.Account(account.Id).Key is { } key && key != account.Key.PublicKey;
        SignedTransaction transaction = TestSigning.SignUnchecked(unsigned, isReplaced ? State.Account(account.Id).Key : null);
        _queue.Add(transaction);
        return transaction;
    }

    /// <summary>Makes a block of what is queued.</summary>
    public ExecutedBlock Seal(ulong timeStepMs = 1_000, TestAccount? proposer = null)
    {
        ExecutedBlock executed = BlockExecutor.Execute(
            State, new BlockContext(State.Header.TimeMs + timeStepMs, (proposer ?? Accounts[0]).Id), _queue);
        _queue.Clear();
        _nonces.Clear();

        BlockRecord record = Scale.Decode<BlockRecord>(Scale.Encode(executed.ToRecord(null)));
        Assert.Null(BlockExecutor.Verify(State, record.Block, out ExecutedBlock? again));
        Assert.Equal(executed.Block.Header, again!.Block.Header);
        Assert.Equal(Scale.Encode(executed.ToRecord(null)), Scale.Encode(again.ToRecord(null)));

        Last = executed;
        State = executed.State;
        return executed;
    }

    /// <summary>One call in a block of its own: its receipt.</summary>
    public Receipt Do(TestAccount account, Call call)
    {
        Queue(account, call);
        ExecutedBlock block = Seal();
        Assert.Empty(block.Rejected);
        return block.Receipts.Single();
    }

    /// <summary>As <see cref="Do"/>, and it has to succeed.</summary>
    public Receipt MustDo(TestAccount account, Call call)
    {
        Receipt receipt = Do(account, call);
        Assert.Null(receipt.Error);
        return receipt;
    }

    public void SealUntil(ulong height)
    {
        while (State.Height < height)
            Seal();
    }

    /// <summary>All tokens of all accounts and pools.</summary>
    public Balance Supply()
    {
        Balance accounts = BalancesOf(State).Aggregate(Balance.Zero, (sum, a) => sum + a.Free + a.Reserved);
        Balance pools = StakingState.ValidatorCollection.Walk(State.Tree).Aggregate(Balance.Zero, (sum, v) => sum + v.Pool.Tokens);
        return accounts + pools + StakingState.LeavingCollection.Walk(State.Tree).Aggregate(Balance.Zero, (sum, p) => sum + p.Pool.Tokens);
    }

    public static IEnumerable<AccountRecord> BalancesOf(LedgerState state) =>
        state.Tree.Walk(Ledger.State.StateKey.Collection((byte)ModuleId.Balances, 0))
            .Select(e => Scale.Decode<AccountRecord>(e.Value.Span));
}

/// <summary>Signatures for tests of what comes after the check of signatures.</summary>
public static class TestSigning
{
    /// <summary>A transaction with a signature of the right form that nobody made; of an account whose key was replaced, with its key.</summary>
    public static SignedTransaction SignUnchecked(UnsignedTransaction unsigned, PublicKey? replacement = null) =>
        SignedTransaction.Assemble(unsigned, Signature.FromBytes(new byte[Signature.Size]), replacement);
}
