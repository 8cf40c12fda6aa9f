using System.Collections.Immutable;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>An account that exists from the start.</summary>
/// <param name="Account">The account.</param>
/// <param name="Free">Its tokens.</param>
/// <param name="Key">Its public key, so that its first transaction need not reveal it; null to leave that to it.</param>
public sealed record GenesisAccount(AccountId Account, Balance Free, PublicKey? Key) : IScaleValue<GenesisAccount>
{
    internal const int EncodedBytesMin = AccountId.Size + 2;

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Account);
        writer.WriteAmount(Free);
        writer.WriteOption(Key);
    }

    /// <summary>Reads an account.</summary>
    public static GenesisAccount Decode(ref ScaleReader reader) =>
        new(AccountId.Decode(ref reader), reader.ReadAmount(), reader.ReadOptionalValue<PublicKey>());
}

/// <summary>
/// What a chain starts from. SHA-256 of its encoding names the chain: every transaction carries it, and it is the parent of
/// block 0.
/// </summary>
/// <param name="ChainName">A name for people; at most <see cref="LedgerLimits.ChainNameBytesMax"/> bytes.</param>
/// <param name="TimeMs">Time of block 0, in milliseconds since 1970.</param>
/// <param name="Parameters">The chain's parameters.</param>
/// <param name="Accounts">In strictly ascending order of account ids.</param>
/// <param name="Validators">Who may propose and vote; at least one.</param>
public sealed record Genesis(
    string ChainName,
    ulong TimeMs,
    ChainParameters Parameters,
    ImmutableArray<GenesisAccount> Accounts,
    ValidatorSet Validators) : IScaleValue<Genesis>
{
    /// <summary>The chain's name for machines: SHA-256 of the encoding.</summary>
    public Hash256 ComputeHash() => Scale.Sha256(this);

    /// <summary>The accounts in the order that a genesis needs.</summary>
    public static ImmutableArray<GenesisAccount> Sorted(IEnumerable<GenesisAccount> accounts) =>
        [.. accounts.OrderBy(account => account.Account)];

    /// <summary>Block 0, which has no transactions, and the state after it.</summary>
    /// <exception cref="ArgumentException">The genesis breaks a rule.</exception>
    public LedgerState ToState(IParallelFor? parallel = null)
    {
        if (FindFault() is { } fault)
            throw new ArgumentException(fault);

        StateTreeBuilder builder = StateTree.Empty.ToBuilder();
        ChainState.Parameters.Set(builder, default, Parameters);
        ChainState.Validators.Set(builder, default, Validators);
        foreach (GenesisAccount account in Accounts)
        {
            BalancesState.AccountCollection.Set(
                builder, account.Account, AccountRecord.Empty with { Free = account.Free, Key = account.Key });
        }

        Hash256 hash = ComputeHash();
        Balance supply = Accounts.Aggregate(Balance.Zero, (sum, account) => sum + account.Free);
        BalancesState.SupplyCollection.Set(builder, default, new TokenSupply(supply));
        Hash256 seed = EraRandomness.Initial(hash).SeedOf(0);
        ChainState.Era.Set(builder, default, new EraRecord(0, 0, Parameters.Staking.EraBlocks, seed));
        StateTree tree = builder.ToTree(parallel);
        BlockHeader header = new(
            Height: 0,
            Parent: hash,
            TimeMs,
            Proposer: default,
            TransactionsRoot: Block.TransactionsRootOf([]),
            ReceiptsRoot: Receipt.RootOf([], []),
            StateRoot: tree.Root);
        return new LedgerState(hash, header, tree);
    }

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteString(ChainName);
        writer.WriteCompact(TimeMs);
        writer.Write(Parameters);
        writer.WriteVector(Accounts);
        writer.Write(Validators);
    }

    /// <summary>Reads a genesis that keeps the rules.</summary>
    public static Genesis Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        Genesis genesis = new(
            reader.ReadString(LedgerLimits.ChainNameBytesMax),
            reader.ReadCompactU64(),
            reader.Read<ChainParameters>(),
            reader.ReadImmutable<GenesisAccount>(LedgerLimits.GenesisAccountsMax, GenesisAccount.EncodedBytesMin),
            reader.Read<ValidatorSet>());
        return genesis.FindFault() is { } fault ? throw ScaleReader.Invalid(start, fault) : genesis;
    }

    private string? FindFault()
    {
        if (Validators.Keys.Length == 0)
            return "A chain has at least one validator.";
        if (Parameters.FindFault() is { } fault)
            return fault;

        // So that no balance can overflow, ever.
        Balance supply = Balance.Zero;
        for (int i = 0; i < Accounts.Length; i++)
        {
            if (i > 0 && Accounts[i - 1].Account >= Accounts[i].Account)
                return $"Account {Accounts[i].Account} is not in ascending order, or twice in the list.";
            if (Accounts[i].Key is { } key && key.ToAccountId() != Accounts[i].Account)
                return $"The key of account {Accounts[i].Account} is another account's.";
            if (!supply.TryAdd(Accounts[i].Free, out supply) || supply > LedgerLimits.SupplyMax)
                return "The accounts' tokens together exceed the largest supply.";
        }

        return null;
    }
}
