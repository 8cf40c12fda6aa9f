using System.Numerics;
using System.Text;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>All records of the ledger, and the facts of the block that is being executed.</summary>
internal sealed class OracleLedger
{
    public OracleLedger(Genesis genesis)
    {
        Undo = new UndoLog();
        ParametersTable = new(Undo, "parameters", 0, 0, Nothing);
        ValidatorsTable = new(Undo, "validators' keys", 0, 1, Nothing);
        EraTable = new(Undo, "era", 0, 2, Nothing);
        Accounts = new(Undo, "account", 1, 0, Bytes);
        Supply = new(Undo, "supply", 1, 1, Nothing);
        Miners = new(Undo, "miner", 2, 0, Bytes);
        MinersByAccount = new(Undo, "miner of account", 2, 1, Bytes);
        MinerCount = new(Undo, "number of miners", 2, 2, Nothing);
        Buckets = new(Undo, "bucket", 3, 0, OfText);
        BucketsByOwner = new(Undo, "bucket of owner", 3, 1, key => (Bytes(key.Owner), Encoding.UTF8.GetBytes(key.Bucket)));
        Objects = new(Undo, "object", 3, 2, key => (Encoding.UTF8.GetBytes(key.Bucket), key.Tag.ToArray()));
        Files = new(Undo, "file", 3, 3, Bytes);
        Deals = new(Undo, "deal", 3, 4, Bytes);
        Deadlines = new(Undo, "deadlines at", 3, 5, OfNumber);
        DeadlineQueue = new(Undo, "deadline queue", 3, 6, Bytes);
        DeadlineCursor = new(Undo, "deadline cursor", 3, 7, Nothing);
        Delegates = new(Undo, "delegate", 5, 0, key => (Bytes(key.Account), Bytes(key.Delegate)));
        DelegateCounts = new(Undo, "number of delegates of", 5, 1, Bytes);
        Stakes = new(Undo, "stake", 6, 0, Bytes);
        Validators = new(Undo, "validator", 6, 1, Bytes);
        CandidatesTable = new(Undo, "candidates", 6, 2, Nothing);
        MembersTable = new(Undo, "members of the era", 6, 3, Nothing);
        Nominations = new(Undo, "nomination", 6, 4, key => (Bytes(key.Nominator), Bytes(key.Validator)));
        NominationCounts = new(Undo, "number of nominations of", 6, 5, Bytes);
        LeavingPools = new(Undo, "leaving pool", 6, 6, Bytes);
        Offences = new(Undo, "offence", 6, 7, Bytes);
        Randomness = new(Undo, "randomness", 6, 8, Nothing);
        FormerKeys = new(Undo, "former keys of", 6, 9, Bytes);
        Proposals = new(Undo, "proposal", 7, 0, number => OfNumber(number));
        OpenProposals = new(Undo, "open proposals", 7, 1, Nothing);
        Tables =
        [
            ParametersTable, ValidatorsTable, EraTable, Accounts, Supply, Miners, MinersByAccount, MinerCount, Buckets, BucketsByOwner, Objects, Files,
            Deals, Deadlines, DeadlineQueue, DeadlineCursor, Delegates, DelegateCounts, Stakes, Validators, CandidatesTable, MembersTable, Nominations,
            NominationCounts, LeavingPools, Offences, Randomness, FormerKeys, Proposals, OpenProposals,
        ];

        Genesis = genesis.ComputeHash();
        Parameters = genesis.Parameters;
        TimeMs = genesis.TimeMs;
        ParametersTable.Set(default, genesis.Parameters);
        ValidatorsTable.Set(default, genesis.Validators);
        EraTable.Set(default, new EraRecord(0, 0, genesis.Parameters.Staking.EraBlocks, Hashing.EraSeed(Genesis, 0)));
        Balance all = Balance.Zero;
        foreach (GenesisAccount account in genesis.Accounts)
        {
            Accounts.Set(account.Account, new AccountRecord(account.Free, Balance.Zero, 0, account.Key));
            all += account.Free;
        }

        Supply.Set(default, new TokenSupply(all));
        Undo.Forget();
    }

    /// <summary>How to take back what the current transaction has written.</summary>
    public UndoLog Undo { get; }

    public IReadOnlyList<OracleTable> Tables { get; }

    public OracleTable<Unit, ChainParameters> ParametersTable { get; }

    public OracleTable<Unit, ValidatorSet> ValidatorsTable { get; }

    public OracleTable<Unit, EraRecord> EraTable { get; }

    public OracleTable<AccountId, AccountRecord> Accounts { get; }

    public OracleTable<Unit, TokenSupply> Supply { get; }

    public OracleTable<MinerId, MinerRecord> Miners { get; }

    public OracleTable<AccountId, One<MinerId>> MinersByAccount { get; }

    public OracleTable<Unit, Number> MinerCount { get; }

    public OracleTable<string, BucketRecord> Buckets { get; }

    public OracleTable<(AccountId Owner, string Bucket), Text> BucketsByOwner { get; }

    public OracleTable<(string Bucket, Hash256 Tag), ObjectEntry> Objects { get; }

    public OracleTable<FileId, FileRecord> Files { get; }

    public OracleTable<FileId, DealRecord> Deals { get; }

    public OracleTable<ulong, Number> Deadlines { get; }

    public OracleTable<QueuePlace, One<FileId>> DeadlineQueue { get; }

    public OracleTable<Unit, QueuePlace> DeadlineCursor { get; }

    public OracleTable<(AccountId Account, AccountId Delegate), DelegateRecord> Delegates { get; }

    public OracleTable<AccountId, Number> DelegateCounts { get; }

    public OracleTable<AccountId, StakeRecord> Stakes { get; }

    public OracleTable<AccountId, ValidatorRecord> Validators { get; }

    public OracleTable<Unit, AccountList> CandidatesTable { get; }

    public OracleTable<Unit, EraMembers> MembersTable { get; }

    public OracleTable<(AccountId Nominator, AccountId Validator), NominationRecord> Nominations { get; }

    public OracleTable<AccountId, Number> NominationCounts { get; }

    public OracleTable<ValidatorNumber, One<SharedPool>> LeavingPools { get; }

    public OracleTable<ValidatorNumber, Number> Offences { get; }

    public OracleTable<Unit, One<Hash256>> Randomness { get; }

    public OracleTable<AccountId, KeyList> FormerKeys { get; }

    public OracleTable<uint, ProposalRecord> Proposals { get; }

    public OracleTable<Unit, OpenNumbers> OpenProposals { get; }

    /// <summary>Hash of the genesis.</summary>
    public Hash256 Genesis { get; }

    /// <summary>The parameters that count for this block: those of the state before it.</summary>
    public ChainParameters Parameters { get; set; }

    /// <summary>Height of the block.</summary>
    public ulong Height { get; set; }

    /// <summary>Time of the block.</summary>
    public ulong TimeMs { get; set; }

    /// <summary>What has changed, in the order in which it did: since the transaction began, or the block.</summary>
    public List<LedgerEvent> Events { get; } = [];

    public EraRecord Era => EraTable.Find(default)!;

    public StakingParameters Staking => Parameters.Staking;

    /// <summary>The validators of the era; of a genesis, the accounts of its keys.</summary>
    public EraMembers Members
    {
        get
        {
            if (MembersTable.Find(default) is { } members)
                return members;
            ValidatorSet set = ValidatorsTable.Find(default)!;
            return new EraMembers([.. set.Keys.Select(key => key.ToAccountId())], [.. set.Keys.Select(_ => 0u)]);
        }
    }

    public AccountRecord Account(AccountId id) => Accounts.Find(id) ?? new AccountRecord(Balance.Zero, Balance.Zero, 0, null);

    public StakeRecord Stake(AccountId id) => Stakes.Find(id) ?? new StakeRecord(Balance.Zero, []);

    /// <summary>Gives free tokens; nothing makes no account.</summary>
    public void Give(AccountId to, Balance amount)
    {
        if (!amount.IsZero)
            Accounts.Set(to, Account(to) with { Free = Account(to).Free + amount });
    }

    /// <summary>Takes free tokens, which must be there.</summary>
    public void Take(AccountId from, Balance amount) => Accounts.Set(from, Account(from) with { Free = Account(from).Free - amount });

    /// <summary>Sets free tokens aside; they must be there.</summary>
    public void Reserve(AccountId id, Balance amount)
    {
        AccountRecord account = Account(id);
        Accounts.Set(id, account with { Free = account.Free - amount, Reserved = account.Reserved + amount });
    }

    /// <summary>Makes reserved tokens free.</summary>
    public void Release(AccountId id, Balance amount)
    {
        AccountRecord account = Account(id);
        Accounts.Set(id, account with { Free = account.Free + amount, Reserved = account.Reserved - amount });
    }

    /// <summary>Takes reserved tokens.</summary>
    public void TakeReserved(AccountId id, Balance amount)
    {
        if (!amount.IsZero)
            Accounts.Set(id, Account(id) with { Reserved = Account(id).Reserved - amount });
    }

    /// <summary><c>⌊amount · numerator / denominator⌋</c>.</summary>
    public static Balance Part(Balance amount, UInt128 numerator, UInt128 denominator) =>
        new((UInt128)((BigInteger)amount.Units * numerator / denominator));

    private static byte[] Nothing(Unit none) => [];

    private static byte[] Bytes<T>(T key)
        where T : IScaleValue<T> => Scale.Encode(key);

    private static byte[] OfNumber(ulong number) => Scale.Encode(new Number(number));

    private static byte[] OfText(string text) => Scale.Encode(new Text(text));
}

/// <summary>The key of a collection that has one entry.</summary>
internal readonly record struct Unit
{
    public override string ToString() => "";
}
