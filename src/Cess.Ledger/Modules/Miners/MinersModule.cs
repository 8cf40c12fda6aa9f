using System.Diagnostics;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Miners;

/// <summary>Storage miners and their space.</summary>
internal static class MinersModule
{
    private const int TebibyteShift = 40;

    public static LedgerError? Apply(CallContext context, MinersCall call) => call switch
    {
        RegisterMiner register => Apply(context, register),
        DeclareSpace declare => Apply(context, declare),
        UpdateEndpoint update => Apply(context, update),
        UpdateBeneficiary update => Apply(context, update),
        AddStake add => Apply(context, add),
        _ => throw new UnreachableException(),
    };

    private static LedgerError? Apply(CallContext context, RegisterMiner call)
    {
        if (context.Miners.MinerOf(context.Sender) is not null)
            return MinersError.AlreadyRegistered;
        if (call.Endpoint.Length == 0)
            return MinersError.EndpointEmpty;
        if (context.Balances.Reserve(context.Sender, call.Stake) is { } error)
            return error;

        MinerId id = context.Miners.NextId();
        context.Miners.Add(new MinerRecord(
            id,
            context.Sender,
            call.Beneficiary,
            call.Endpoint,
            call.Stake,
            DeclaredBytes: 0,
            ReservedBytes: 0,
            UsedBytes: 0,
            MinerStatus.Positive,
            context.Height));
        context.Emit(new MinerRegistered(id, context.Sender));
        return null;
    }

    private static LedgerError? Apply(CallContext context, DeclareSpace call)
    {
        if (context.Miners.MinerOf(context.Sender) is not { } miner)
            return MinersError.NotRegistered;
        if (call.Bytes < miner.ReservedBytes + miner.UsedBytes)
            return MinersError.SpaceInUse;
        if (!CoversSpace(miner.Stake, context.Parameters.StakePerTebibyte, call.Bytes))
            return MinersError.StakeInsufficient;

        context.Miners.Set(miner with { DeclaredBytes = call.Bytes });
        context.Emit(new SpaceDeclared(miner.Id, call.Bytes));
        return null;
    }

    private static LedgerError? Apply(CallContext context, UpdateEndpoint call)
    {
        if (context.Miners.MinerOf(context.Sender) is not { } miner)
            return MinersError.NotRegistered;
        if (call.Endpoint.Length == 0)
            return MinersError.EndpointEmpty;

        context.Miners.Set(miner with { Endpoint = call.Endpoint });
        context.Emit(new EndpointUpdated(miner.Id, call.Endpoint));
        return null;
    }

    private static LedgerError? Apply(CallContext context, UpdateBeneficiary call)
    {
        if (context.Miners.MinerOf(context.Sender) is not { } miner)
            return MinersError.NotRegistered;

        context.Miners.Set(miner with { Beneficiary = call.Beneficiary });
        context.Emit(new BeneficiaryUpdated(miner.Id, call.Beneficiary));
        return null;
    }

    private static LedgerError? Apply(CallContext context, AddStake call)
    {
        if (context.Miners.MinerOf(context.Sender) is not { } miner)
            return MinersError.NotRegistered;
        if (call.Amount.IsZero)
            return MinersError.AmountZero;
        if (context.Balances.Reserve(context.Sender, call.Amount) is { } error)
            return error;

        context.Miners.Set(miner with { Stake = miner.Stake + call.Amount });
        context.Emit(new StakeAdded(miner.Id, call.Amount));
        return null;
    }

    /// <summary>stake ≥ perTebibyte × ⌈bytes / 2^40⌉, without overflow.</summary>
    private static bool CoversSpace(Balance stake, Balance perTebibyte, ulong bytes)
    {
        ulong tebibytes = (bytes >> TebibyteShift) + ((bytes & ((1UL << TebibyteShift) - 1)) == 0 ? 0UL : 1UL);
        return tebibytes == 0 || stake.Units / tebibytes >= perTebibyte.Units;
    }
}
