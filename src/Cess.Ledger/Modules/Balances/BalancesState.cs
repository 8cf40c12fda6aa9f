using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Balances;

/// <summary>
/// What the ledger keeps of an account. It is kept for ever, for its nonce is what keeps old transactions from being
/// replayed.
/// </summary>
/// <param name="Free">Tokens that the account may spend.</param>
/// <param name="Reserved">Tokens that are set aside, such as a miner's stake.</param>
/// <param name="Nonce">How many transactions of the account have been included: the nonce of its next one.</param>
/// <param name="Key">Its public key, known since its first transaction (or genesis).</param>
public sealed record AccountRecord(Balance Free, Balance Reserved, ulong Nonce, PublicKey? Key) : IScaleValue<AccountRecord>
{
    /// <summary>An account that the ledger has never seen.</summary>
    public static AccountRecord Empty { get; } = new(Balance.Zero, Balance.Zero, 0, null);

    /// <summary>
    /// What was taken between this and a later record of the account: by how much its free tokens have become fewer, or all of its
    /// tokens, whichever is more.
    /// </summary>
    internal Balance TakenUntil(AccountRecord later) =>
        Balance.Max(Less(Free, later.Free), Less(Free + Reserved, later.Free + later.Reserved));

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteAmount(Free);
        writer.WriteAmount(Reserved);
        writer.WriteCompact(Nonce);
        writer.WriteOption(Key);
    }

    /// <summary>Reads an account.</summary>
    public static AccountRecord Decode(ref ScaleReader reader) =>
        new(reader.ReadAmount(), reader.ReadAmount(), reader.ReadCompactU64(), reader.ReadOptionalValue<PublicKey>());

    private static Balance Less(Balance before, Balance after) => before > after ? before - after : Balance.Zero;
}

/// <summary>All tokens that there are: the genesis's, and what was issued since.</summary>
/// <param name="Tokens">All tokens.</param>
public sealed record TokenSupply(Balance Tokens) : IScaleValue<TokenSupply>
{
    /// <summary>Writes the amount.</summary>
    public void Encode(ScaleWriter writer) => writer.WriteAmount(Tokens);

    /// <summary>Reads the amount.</summary>
    public static TokenSupply Decode(ref ScaleReader reader) => new(reader.ReadAmount());
}

/// <summary>The records of the balances module, as one block changes them.</summary>
internal sealed class BalancesState(StateOverlay overlay)
{
    public static readonly StateCollection<AccountId, AccountRecord> AccountCollection =
        new(ModuleId.Balances, 0, StateCollections.ByValue);

    public static readonly StateCollection<Singleton, TokenSupply> SupplyCollection = new(ModuleId.Balances, 1, Singleton.Key);

    private readonly StateTable<Singleton, TokenSupply> _supply = overlay.Table(SupplyCollection);
    private readonly StateTable<AccountId, AccountRecord> _accounts = overlay.Table(AccountCollection);

    public AccountRecord Account(AccountId id) => _accounts.Get(id) ?? AccountRecord.Empty;

    public void Set(AccountId id, AccountRecord account) => _accounts.Set(id, account);

    public void Credit(AccountId id, Balance amount)
    {
        if (amount.IsZero)
            return;

        AccountRecord account = Account(id);
        // Cannot overflow: the supply is bounded.
        Set(id, account with { Free = account.Free + amount });
    }

    /// <summary>Takes free tokens from one account and gives them to another, which may be the same.</summary>
    public LedgerError? Move(AccountId from, AccountId to, Balance amount)
    {
        StateCell source = _accounts.Find(from);
        AccountRecord payer = RecordOf(source);
        if (!payer.Free.TrySubtract(amount, out Balance rest))
            return BalancesError.FundsInsufficient;

        _accounts.Replace(source, payer with { Free = rest });
        StateCell target = _accounts.Find(to);
        AccountRecord payee = RecordOf(target);
        // Cannot overflow, as in Credit.
        _accounts.Replace(target, payee with { Free = payee.Free + amount });
        return null;
    }

    public LedgerError? Reserve(AccountId id, Balance amount)
    {
        AccountRecord account = Account(id);
        if (!account.Free.TrySubtract(amount, out Balance rest))
            return BalancesError.FundsInsufficient;

        Set(id, account with { Free = rest, Reserved = account.Reserved + amount });
        return null;
    }

    /// <summary>Makes reserved tokens free.</summary>
    public void Release(AccountId id, Balance amount)
    {
        AccountRecord account = Account(id);
        Set(id, account with { Free = account.Free + amount, Reserved = account.Reserved - amount });
    }

    /// <summary>Takes reserved tokens from an account; whoever calls puts them elsewhere.</summary>
    public void TakeReserved(AccountId id, Balance amount)
    {
        if (amount.IsZero)
            return;

        AccountRecord account = Account(id);
        Set(id, account with { Reserved = account.Reserved - amount });
    }

    /// <summary>Makes new tokens, as many as the bound on the supply lets; whoever calls puts them somewhere.</summary>
    public Balance Issue(Balance wanted)
    {
        Balance supply = _supply.Get(default)!.Tokens;
        Balance issued = Balance.Min(wanted, LedgerLimits.SupplyMax - supply);
        if (!issued.IsZero)
            _supply.Set(default, new TokenSupply(supply + issued));
        return issued;
    }

    private static AccountRecord RecordOf(StateCell cell) => (AccountRecord?)cell.Value ?? AccountRecord.Empty;
}
