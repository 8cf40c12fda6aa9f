using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Miners;

/// <summary>What a miner may do.</summary>
public enum MinerStatus : byte
{
    /// <summary>Takes new data.</summary>
    Positive = 0,

    /// <summary>Keeps what it has and takes nothing new, until its stake covers its space again.</summary>
    Frozen = 1,

    /// <summary>Wants to leave: its data is being moved elsewhere.</summary>
    Exiting = 2,

    /// <summary>Has left.</summary>
    Exited = 3,
}

/// <summary>The legal changes of <see cref="MinerStatus"/>.</summary>
public static class MinerStatusRules
{
    /// <summary>True if a miner may go from one status to the other.</summary>
    public static bool CanBecome(this MinerStatus from, MinerStatus to) => (from, to) switch
    {
        (MinerStatus.Positive, MinerStatus.Frozen or MinerStatus.Exiting) => true,
        (MinerStatus.Frozen, MinerStatus.Positive or MinerStatus.Exiting) => true,
        (MinerStatus.Exiting, MinerStatus.Exited) => true,
        _ => false,
    };
}

/// <summary>What the ledger keeps of a storage miner.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Account">The account that signs for it.</param>
/// <param name="Beneficiary">Who receives what it earns.</param>
/// <param name="Endpoint">Where it is reached.</param>
/// <param name="Stake">Tokens of <paramref name="Account"/> that are set aside for it.</param>
/// <param name="DeclaredBytes">Space that it offers in all; never below used and reserved together.</param>
/// <param name="ReservedBytes">Space promised to open deals.</param>
/// <param name="UsedBytes">Space that active files take.</param>
/// <param name="Status">What it may do.</param>
/// <param name="RegisteredAt">Height of its registration.</param>
public sealed record MinerRecord(
    MinerId Id,
    AccountId Account,
    AccountId Beneficiary,
    string Endpoint,
    Balance Stake,
    ulong DeclaredBytes,
    ulong ReservedBytes,
    ulong UsedBytes,
    MinerStatus Status,
    ulong RegisteredAt) : IScaleValue<MinerRecord>
{
    /// <summary>Space that a new deal can have.</summary>
    public ulong FreeBytes => DeclaredBytes - ReservedBytes - UsedBytes;

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Id);
        writer.Write(Account);
        writer.Write(Beneficiary);
        writer.WriteString(Endpoint);
        writer.WriteAmount(Stake);
        writer.WriteCompact(DeclaredBytes);
        writer.WriteCompact(ReservedBytes);
        writer.WriteCompact(UsedBytes);
        writer.WriteEnum(Status);
        writer.WriteCompact(RegisteredAt);
    }

    /// <summary>Reads a miner.</summary>
    public static MinerRecord Decode(ref ScaleReader reader) => new(
        reader.Read<MinerId>(),
        reader.Read<AccountId>(),
        reader.Read<AccountId>(),
        reader.ReadString(LedgerLimits.EndpointBytesMax),
        reader.ReadAmount(),
        reader.ReadCompactU64(),
        reader.ReadCompactU64(),
        reader.ReadCompactU64(),
        reader.ReadEnum<MinerStatus>(),
        reader.ReadCompactU64());
}

/// <summary>How many miners have been registered: the next one's number.</summary>
internal sealed record MinerCount(uint Value) : IScaleValue<MinerCount>
{
    public void Encode(ScaleWriter writer) => writer.WriteCompact(Value);

    public static MinerCount Decode(ref ScaleReader reader) => new(reader.ReadCompactU32());
}

/// <summary>Which miner an account has.</summary>
internal sealed record MinerOfAccount(MinerId Id) : IScaleValue<MinerOfAccount>
{
    public void Encode(ScaleWriter writer) => writer.Write(Id);

    public static MinerOfAccount Decode(ref ScaleReader reader) => new(reader.Read<MinerId>());
}

/// <summary>The records of the miners module, as one block changes them.</summary>
internal sealed class MinersState(StateOverlay overlay)
{
    public static readonly StateCollection<MinerId, MinerRecord> MinerCollection =
        new(ModuleId.Miners, 0, StateCollections.ByValue);

    public static readonly StateCollection<AccountId, MinerOfAccount> AccountCollection =
        new(ModuleId.Miners, 1, StateCollections.ByValue);

    public static readonly StateCollection<Singleton, MinerCount> CountCollection = new(ModuleId.Miners, 2, Singleton.Key);

    private readonly StateTable<MinerId, MinerRecord> _miners = overlay.Table(MinerCollection);
    private readonly StateTable<AccountId, MinerOfAccount> _byAccount = overlay.Table(AccountCollection);
    private readonly StateTable<Singleton, MinerCount> _count = overlay.Table(CountCollection);

    public MinerRecord? Miner(MinerId id) => _miners.Get(id);

    public MinerRecord? MinerOf(AccountId account) => _byAccount.Get(account) is { } of ? _miners.Get(of.Id) : null;

    public void Set(MinerRecord miner) => _miners.Set(miner.Id, miner);

    public MinerId NextId() => new(_count.Get(default)?.Value ?? 0);

    /// <summary>Enters a miner whose number is <see cref="NextId"/>.</summary>
    public void Add(MinerRecord miner)
    {
        Set(miner);
        _byAccount.Set(miner.Account, new MinerOfAccount(miner.Id));
        _count.Set(default, new MinerCount(checked(miner.Id.Value + 1)));
    }

    /// <summary>Promises space of a miner that takes new data.</summary>
    public LedgerError? Reserve(MinerId id, ulong bytes)
    {
        if (Miner(id) is not { } miner)
            return MinersError.MinerUnknown;
        if (miner.Status != MinerStatus.Positive)
            return MinersError.MinerNotPositive;
        if (miner.FreeBytes < bytes)
            return MinersError.SpaceInsufficient;

        Set(miner with { ReservedBytes = miner.ReservedBytes + bytes });
        return null;
    }

    /// <summary>Takes back space that <see cref="Reserve"/> promised.</summary>
    public void Release(MinerId id, ulong bytes)
    {
        MinerRecord miner = Existing(id);
        Set(miner with { ReservedBytes = checked(miner.ReservedBytes - bytes) });
    }

    /// <summary>Makes promised space used space.</summary>
    public void Use(MinerId id, ulong bytes)
    {
        MinerRecord miner = Existing(id);
        Set(miner with
        {
            ReservedBytes = checked(miner.ReservedBytes - bytes),
            UsedBytes = checked(miner.UsedBytes + bytes),
        });
    }

    /// <summary>Gives used space back.</summary>
    public void Free(MinerId id, ulong bytes)
    {
        MinerRecord miner = Existing(id);
        Set(miner with { UsedBytes = checked(miner.UsedBytes - bytes) });
    }

    private MinerRecord Existing(MinerId id) =>
        Miner(id) ?? throw new InvalidOperationException($"Miner {id} holds data and has no record.");
}
