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
    private readonly Dictionary<AccountId, Attempts> _attempts = [];
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
            if (RevealDuty.Of(head, validator) is not { } duty)
                continue;
            Attempts attempts = _attempts.GetValueOrDefault(validator);
            if (attempts.Era != duty.Era)
                attempts = new Attempts(duty.Era, 0, 0);
            if (head.Height < attempts.RetryAt || !_underWay.Add(validator))
                continue;
            // The next try waits: a success is in the state by then, and most failures are not for every block.
            _attempts[validator] = attempts with { RetryAt = head.Height + GrainLimits.RevealRetryBlocks };
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
            if (outcome.ErrorCode is TransactionErrors.NonceUsed or TransactionErrors.Replaced or TransactionErrors.Dropped)
                TrySoon(validator);
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

    /// <summary>
    /// Another transaction of the account has the nonce, so this one never will be in a block. The next block, most likely, shows which is
    /// free; a short era may have no time for more.
    /// </summary>
    private void TrySoon(AccountId validator)
    {
        Attempts attempts = _attempts[validator];
        if (attempts.Conflicts < GrainLimits.RevealConflicts)
            _attempts[validator] = attempts with { RetryAt = ledger.Head.Height + 1, Conflicts = attempts.Conflicts + 1 };
    }

    /// <summary>What a validator has tried in the newest era in which it owed something.</summary>
    /// <param name="Era">The era.</param>
    /// <param name="RetryAt">From which height on it may be tried again.</param>
    /// <param name="Conflicts">How often it was tried again at once, because another transaction had the nonce.</param>
    private readonly record struct Attempts(ulong Era, ulong RetryAt, int Conflicts);
}
