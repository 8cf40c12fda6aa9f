using System.Collections.Immutable;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Staking;
using Cess.Node.Keys;
using Cess.Primitives;
using Orleans;

namespace Cess.Node.Setup;

/// <summary>
/// In a network that this node has founded for itself, makes its validators candidates with a bond and a hash chain, so that they take
/// part in draws. In others that is for their operators to decide.
/// </summary>
public static class ValidatorRegistration
{
    /// <summary>Does what is missing; answers once it is final.</summary>
    /// <exception cref="InvalidOperationException">The chain refuses a validator; the message says why.</exception>
    public static Task EnsureAsync(IGrainFactory grains, ILedgerReader ledger, ImmutableArray<AccountId> validators, HashChainFiles chains) =>
        Task.WhenAll(validators.Select(validator => EnsureAsync(grains, ledger.Head, validator, chains)));

    private static async Task EnsureAsync(IGrainFactory grains, LedgerState head, AccountId validator, HashChainFiles chains)
    {
        if (head.Validator(validator) is not null || chains.EndOf(validator) is not { } chain)
            return;
        var calls = new List<Call>();
        if (head.Stake(validator).Active < head.Parameters.Staking.ValidatorBondMin)
            calls.Add(new Bond(head.Parameters.Staking.ValidatorBondMin));
        calls.Add(new Validate(0, chain.End, (uint)chain.Length));
        IAccountGrain grain = grains.GetGrain<IAccountGrain>(validator.ToString());
        foreach (Call call in calls)
        {
            TransactionOutcome outcome = await grain.ExecuteAsync(new CustodyCall(Scale.Encode(call)));
            if (!outcome.Succeeded)
                throw new InvalidOperationException($"Validator {validator} could not be made a candidate: {outcome.ErrorCode}: {outcome.ErrorMessage}");
        }
    }
}
