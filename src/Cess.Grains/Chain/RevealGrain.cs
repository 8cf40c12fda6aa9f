using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Cess.Grains.Chain;

/// <summary>
/// Reveals for this node's validators, each once an era, as soon as the era has begun. What is owed follows from the final state alone,
/// and the transaction from what is owed, so that a restart changes nothing: the same transaction is made again, or none.
/// </summary>
[ImplicitStreamSubscription(StreamNames.Blocks)]
public sealed class RevealGrain(ILedgerReader ledger, NodeIdentity node, ILogger<RevealGrain> log) : Grain, IRevealGrain, IStreamSubscriptionObserver
{
    /// <summary>From which height on a validator may be tried again.</summary>
    private readonly Dictionary<AccountId, ulong> _retryAt = [];
    private readonly HashSet<AccountId> _underWay = [];

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> GetOwingAsync()
    {
        LedgerState head = ledger.Head;
        return Task.FromResult<IReadOnlyList<string>>(
            [.. node.Validators.Where(validator => RevealDuty.Of(head, validator) is not null).Select(validator => validator.ToString())]);
    }

    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<BlocksFinalised>().ResumeAsync((_, _) =>
        {
            LookAfter(ledger.Head);
            return Task.CompletedTask;
        });

    private void LookAfter(LedgerState head)
    {
        if (node.Chains is not { } chains)
            return;
        foreach (AccountId validator in node.Validators)
        {
            if (head.Height < _retryAt.GetValueOrDefault(validator) || RevealDuty.Of(head, validator) is not { } duty || !_underWay.Add(validator))
                continue;
            // Whatever becomes of it, the next try waits: a success is in the state by then, and a failure is not for every block.
            _retryAt[validator] = head.Height + GrainLimits.RevealRetryBlocks;
            _ = RevealAsync(validator, duty, chains);
        }
    }

    private async Task RevealAsync(AccountId validator, RevealDuty duty, IHashChains chains)
    {
        // The hint's delivery must not wait for a block that comes after it.
        await Task.Yield();
        try
        {
            if (chains.Find(duty.Commitment, duty.Last, duty.Era) is not { } value)
            {
                log.LogWarning("{Validator} can't reveal in era {Era}: the hash chain that it has committed to is not here", validator, duty.Era);
                return;
            }
            TransactionOutcome outcome = await GrainFactory.GetGrain<IAccountGrain>(validator.ToString())
                .ExecuteAsync(new CustodyCall(Scale.Encode<Call>(new Reveal(value)), ValidUntil: duty.LastHeight));
            if (!outcome.Succeeded)
                log.LogWarning("{Validator} has not revealed in era {Era}: {Code} {Message}", validator, duty.Era, outcome.ErrorCode, outcome.ErrorMessage);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.LogWarning(e, "{Validator} could not reveal in era {Era}", validator, duty.Era);
        }
        finally
        {
            _underWay.Remove(validator);
        }
    }
}
