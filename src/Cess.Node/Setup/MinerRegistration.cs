using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;
using Orleans;

namespace Cess.Node.Setup;

/// <summary>Brings this node's miners onto the chain, and keeps the space that they declare in line with their quota.</summary>
public static class MinerRegistration
{
    private const ulong BytesPerTebibyte = 1UL << 40;

    /// <summary>Registers what is missing; answers once it is final, for which a quorum of validators has to be there.</summary>
    /// <exception cref="InvalidOperationException">The chain refuses a miner; the message says why.</exception>
    public static Task EnsureAsync(
        IGrainFactory grains, ILedgerReader ledger, IReadOnlyList<AccountId> miners, long? quota, CancellationToken cancellation) =>
        Task.WhenAll(miners.Select((miner, index) => EnsureAsync(grains, ledger, miner, index + 1, quota, cancellation)));

    private static async Task EnsureAsync(
        IGrainFactory grains, ILedgerReader ledger, AccountId account, int number, long? quota, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await EnsureAsync(grains, ledger, account, number, quota);
                return;
            }
            catch (TimeoutException)
            {
                // The founders of a network start one after the other: what is not final yet will be when they are there.
                await Task.Delay(NodeLimits.RegistrationInterval, cancellation);
            }
        }
    }

    private static async Task EnsureAsync(IGrainFactory grains, ILedgerReader ledger, AccountId account, int number, long? quota)
    {
        LedgerState head = ledger.Head;
        ulong bytes = (ulong)(quota ?? NodeLimits.DeclaredBytesDefault);
        Balance stake = head.Parameters.StakePerTebibyte.Multiply((bytes + BytesPerTebibyte - 1) / BytesPerTebibyte);
        var calls = new List<Call>();
        if (head.MinerOf(account) is not { } miner)
        {
            calls.Add(new RegisterMiner(account, $"local:{number:D2}", stake));
            calls.Add(new DeclareSpace(bytes));
        }
        else if (quota is not null && miner.DeclaredBytes != bytes)
        {
            if (miner.Stake < stake)
                calls.Add(new AddStake(stake - miner.Stake));
            calls.Add(new DeclareSpace(Math.Max(bytes, miner.UsedBytes + miner.ReservedBytes)));
        }
        var grain = grains.GetGrain<IAccountGrain>(account.ToString());
        foreach (Call call in calls)
        {
            TransactionOutcome outcome = await grain.ExecuteAsync(new CustodyCall(Scale.Encode(call)));
            if (!outcome.Succeeded)
                throw new InvalidOperationException($"Miner {number} could not be registered: {outcome.ErrorCode}: {outcome.ErrorMessage}");
        }
    }
}
