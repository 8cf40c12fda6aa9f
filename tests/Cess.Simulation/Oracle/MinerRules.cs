using System.Numerics;
using Cess.Ledger;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>Miners and their space: docs/ledger.md#miners.</summary>
internal static class MinerRules
{
    private const ulong Tebibyte = 1ul << 40;

    public static LedgerError? Register(OracleLedger ledger, AccountId sender, RegisterMiner call)
    {
        if (MinerOf(ledger, sender) is not null)
            return MinersError.AlreadyRegistered;
        if (call.Endpoint.Length == 0)
            return MinersError.EndpointEmpty;
        if (ledger.Account(sender).Free < call.Stake)
            return BalancesError.FundsInsufficient;

        ledger.Reserve(sender, call.Stake);
        ulong number = ledger.MinerCount.Find(default)?.Value ?? 0;
        var id = new MinerId((uint)number);
        ledger.MinerCount.Set(default, new Number(number + 1));
        ledger.MinersByAccount.Set(sender, new One<MinerId>(id));
        ledger.Miners.Set(id, new MinerRecord(id, sender, call.Beneficiary, call.Endpoint, call.Stake, 0, 0, 0, MinerStatus.Positive, ledger.Height));
        ledger.Events.Add(new MinerRegistered(id, sender));
        return null;
    }

    public static LedgerError? DeclareSpace(OracleLedger ledger, AccountId sender, DeclareSpace call)
    {
        if (MinerOf(ledger, sender) is not { } miner)
            return MinersError.NotRegistered;
        if (call.Bytes < miner.ReservedBytes + miner.UsedBytes)
            return MinersError.SpaceInUse;
        BigInteger started = ((BigInteger)call.Bytes + Tebibyte - 1) / Tebibyte;
        if (miner.Stake.Units < started * ledger.Parameters.StakePerTebibyte.Units)
            return MinersError.StakeInsufficient;
        ledger.Miners.Set(miner.Id, miner with { DeclaredBytes = call.Bytes });
        ledger.Events.Add(new SpaceDeclared(miner.Id, call.Bytes));
        return null;
    }

    public static LedgerError? UpdateEndpoint(OracleLedger ledger, AccountId sender, UpdateEndpoint call)
    {
        if (MinerOf(ledger, sender) is not { } miner)
            return MinersError.NotRegistered;
        if (call.Endpoint.Length == 0)
            return MinersError.EndpointEmpty;
        ledger.Miners.Set(miner.Id, miner with { Endpoint = call.Endpoint });
        ledger.Events.Add(new EndpointUpdated(miner.Id, call.Endpoint));
        return null;
    }

    public static LedgerError? UpdateBeneficiary(OracleLedger ledger, AccountId sender, UpdateBeneficiary call)
    {
        if (MinerOf(ledger, sender) is not { } miner)
            return MinersError.NotRegistered;
        ledger.Miners.Set(miner.Id, miner with { Beneficiary = call.Beneficiary });
        ledger.Events.Add(new BeneficiaryUpdated(miner.Id, call.Beneficiary));
        return null;
    }

    public static LedgerError? AddStake(OracleLedger ledger, AccountId sender, AddStake call)
    {
        if (MinerOf(ledger, sender) is not { } miner)
            return MinersError.NotRegistered;
        if (call.Amount.IsZero)
            return MinersError.AmountZero;
        if (ledger.Account(sender).Free < call.Amount)
            return BalancesError.FundsInsufficient;
        ledger.Reserve(sender, call.Amount);
        ledger.Miners.Set(miner.Id, miner with { Stake = miner.Stake + call.Amount });
        ledger.Events.Add(new StakeAdded(miner.Id, call.Amount));
        return null;
    }

    public static MinerRecord? MinerOf(OracleLedger ledger, AccountId account) =>
        ledger.MinersByAccount.Find(account) is { } number ? ledger.Miners.Find(number.Value) : null;

    /// <summary>Promises a deal space of a miner.</summary>
    public static LedgerError? Reserve(OracleLedger ledger, MinerId id, ulong bytes)
    {
        if (ledger.Miners.Find(id) is not { } miner)
            return MinersError.MinerUnknown;
        if (miner.Status != MinerStatus.Positive)
            return MinersError.MinerNotPositive;
        if (miner.ReservedBytes + miner.UsedBytes + bytes > miner.DeclaredBytes)
            return MinersError.SpaceInsufficient;
        ledger.Miners.Set(id, miner with { ReservedBytes = miner.ReservedBytes + bytes });
        return null;
    }

    /// <summary>Takes a promise back.</summary>
    public static void Release(OracleLedger ledger, MinerId id, ulong bytes)
    {
        MinerRecord miner = ledger.Miners.Find(id)!;
        ledger.Miners.Set(id, miner with { ReservedBytes = miner.ReservedBytes - bytes });
    }

    /// <summary>What was promised is used.</summary>
    public static void Use(OracleLedger ledger, MinerId id, ulong bytes)
    {
        MinerRecord miner = ledger.Miners.Find(id)!;
        ledger.Miners.Set(id, miner with { ReservedBytes = miner.ReservedBytes - bytes, UsedBytes = miner.UsedBytes + bytes });
    }

    /// <summary>What was used is free.</summary>
    public static void Free(OracleLedger ledger, MinerId id, ulong bytes)
    {
        MinerRecord miner = ledger.Miners.Find(id)!;
        ledger.Miners.Set(id, miner with { UsedBytes = miner.UsedBytes - bytes });
    }
}
