using System.Collections.Immutable;
using Cess.BlockStore;
using Cess.Consensus;
using Cess.Consensus.Messages;
using Cess.Consensus.Simplex;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Cess.Grains.Chain;

/// <summary>
/// Hosts the Simplex machine of one validator, one machine an era: hands it messages, time and blocks, and carries out its effects in
/// their order. docs/consensus.md says what each asks for.
/// </summary>
[Reentrant]
public sealed class ConsensusGrain(
    LedgerHead head,
    CandidateBlocks candidates,
    ConsensusInboxes inboxes,
    IConsensusNetwork network,
    VoteJournal journal,
    ConsensusOptions options,
    NodeIdentity node,
    IBlockStore store,
    ICustody custody,
    PublicKeyCache keys,
    TimeProvider time,
    INodeFault fault,
    ILogger<ConsensusGrain> log) : Grain, IConsensusGrain
{
    private readonly Queue<ConsensusEffect> _effects = new();

    /// <summary>What is to be reported of whom, at most one thing of each validator, until they are punished.</summary>
    private readonly Dictionary<AccountId, Ledger.Modules.Staking.ReportEquivocation> _reports = [];

    /// <summary>About whom a report is under way.</summary>
    private readonly HashSet<AccountId> _accused = [];
    private readonly RareWarnings<AccountId> _refused = new(time);
    private readonly RareWarnings<AccountId> _unserved = new(time);
    private readonly RareWarnings<AccountId> _contradicting = new(time);
    private readonly RareWarnings<AccountId> _untaken = new(time);
    private readonly RareWarnings<AccountId> _growing = new(time);
    private SenderQueues _early = NoneEarly();
    private AccountId _self;
    private ulong _tenure;
    private IChainGrain _chain = null!;
    private IGrainTimer _timer = null!;
    private Abstention? _abstention;
    private ConsensusEra? _era;
    private SimplexMachine? _machine;
    private ImmutableArray<AccountId> _others = [];
    private Task _carryingOut = Task.CompletedTask;
    private Task _finalising = Task.CompletedTask;
    private long? _tickAt;
    private bool _hasStopped;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _self = AccountId.Parse(this.GetPrimaryKeyString());
        _tenure = journal.Claim(_self);
        _chain = GrainFactory.GetGrain<IChainGrain>(StreamNames.ChainKey);
        _timer = this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions
        {
            DueTime = Timeout.InfiniteTimeSpan,
            Period = Timeout.InfiniteTimeSpan,
            Interleave = true,
            KeepAlive = true,
        });
        if (node.Abstaining.Contains(_self) && !journal.IsWhole(_self, head.Head.Genesis))
        {
            _abstention = new Abstention(
                (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(), Now(), (ulong)GrainLimits.ClockTolerance.TotalMilliseconds);
            log.LogWarning("{Validator} does not know what it has signed on this chain: it votes once a block is final that was made after now", _self);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync()
    {
        if (_machine is null && !_hasStopped)
            BeginEra();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReceiveAsync()
    {
        for (int i = 0; i < GrainLimits.MessagesPerTurn; i++)
        {
            if (inboxes.Take(_self) is not { } next)
                return Task.CompletedTask;
            Receive(next);
        }
        // The inbox calls nobody while it is being emptied. A call of its own goes behind the timers and calls that wait by now.
        _ = this.AsReference<IConsensusGrain>().ReceiveAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task BlockBuiltAsync(BuiltBlock built)
    {
        if (_machine is { } machine)
        {
            Take(!built.Hash.IsEmpty && candidates.Find(Hash256.FromBytes(built.Hash.Span)) is { } block
                ? machine.BlockBuilt(built.Iteration, block, Now())
                : machine.NothingToPropose(built.Iteration, Now()));
        }
        return Task.CompletedTask;
    }

    private long Now() => (long)time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>The machine of the era that follows the newest final block, if this validator is one of its.</summary>
    private void BeginEra()
    {
        (LedgerState state, ulong iteration) = head.Final;
        ConsensusEra era = ConsensusEra.Of(state);
        int self = era.Accounts.IndexOf(_self);
        LookAfterAbstention();
        (_era, _machine) = (era, null);
        if (self < 0)
            return;
        PublicKey key = era.Validators.Keys[self];
        if (!custody.Holds(_self, key))
        {
            log.LogError(
                "{Validator} is a validator of era {Era}, but the key that it votes with, {Key}, is not here: it is silent until that is here and the node starts again",
                _self, era.Number, key);
            return;
        }

        _others = era.Accounts.RemoveAt(self);
        var settings = new SimplexSettings(self, options.DeltaMs, digest => custody.Sign(_self, key, digest), keys.Verify, _abstention);
        var final = new FinalPoint(state.Height, state.BlockHash, iteration);
        // Every machine gets them: a node whose blocks are older than its journal comes again through eras in which it has voted.
        _machine = new SimplexMachine(era, settings, final, _abstention is null ? journal.RecordsOf(_self) : []);
        Take(_machine.Start(Now()));
        ReceiveEarly(era.Number);
    }

    private void Receive(WaitingMessage received)
    {
        (AccountId from, ConsensusMessage message, _) = received;
        if (_era is not { } era || _hasStopped)
            return;
        ulong number = message.Iteration is { } iteration ? Iterations.EraOf(iteration) : era.Number;
        // What finds no room is lost, as on the way here: its sender repeats what still counts.
        if (number > era.Number)
            _early.TryAdd(received);
        else if (number < era.Number)
            ServeWhoIsBehind(from, message);
        else if (_machine is { } machine && era.Accounts.IndexOf(from) is var index and >= 0)
            Take(machine.Receive(index, message, Now()));
        else if (message is FinalBlocksRequest request)
            _ = ServeAsync(from, request.Above);
    }

    /// <summary>Whoever still is in an era that has ended needs its final blocks; what else it says means nothing any more.</summary>
    private void ServeWhoIsBehind(AccountId from, ConsensusMessage message)
    {
        if (message is StatusMessage behind)
            _ = ServeAsync(from, behind.FinalHeight);
    }

    private static SenderQueues NoneEarly() => new(
        GrainLimits.EarlyMessages, GrainLimits.EarlyBytes, GrainLimits.EarlyMessagesOfSender, GrainLimits.EarlyBytesOfSender);

    private void ReceiveEarly(ulong era)
    {
        SenderQueues early = _early;
        _early = NoneEarly();
        if (early.Lost > 0)
            log.LogInformation("{Count} messages came before their era and found no room; era {Era} begins without them", early.Lost, era);
        while (early.Take() is { } next)
            Receive(next);
    }

    private void ArmTimer() => _timer.Change(
        _tickAt is { } at ? TimeSpan.FromMilliseconds(Math.Max(0, at - Now())) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private Task TickAsync(CancellationToken cancellation)
    {
        // Timers are not so exact that none is early, and the machine, told too early, does not ask again.
        if (_tickAt > Now())
            ArmTimer();
        else if (_machine is { } machine)
            Take(machine.Tick(Now()));
        return Task.CompletedTask;
    }

    private void LookAfterAbstention()
    {
        if (_abstention is null || _machine is not { IsAbstaining: false } machine)
            return;
        _abstention = null;
        log.LogWarning("{Validator} votes again, from iteration {Iteration} on", _self, machine.FinalIteration + 1);
    }

    private void Take(IReadOnlyList<ConsensusEffect> effects)
    {
        LookAfterAbstention();
        foreach (ConsensusEffect effect in effects)
            _effects.Enqueue(effect);
        if (_carryingOut.IsCompleted && _effects.Count > 0)
            _carryingOut = CarryOutAsync();
    }

    private async Task CarryOutAsync()
    {
        // Orleans runs a call up to its first wait under the activation's lock, and takes the receiver's to send: two grains that send
        // to each other there would wait for each other for ever.
        await Task.Yield();
        try
        {
            while (_effects.TryDequeue(out ConsensusEffect? effect))
                await CarryOutAsync(effect);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Stop($"The consensus of {_self} can't go on: {e.Message}", e);
        }
    }

    private async ValueTask CarryOutAsync(ConsensusEffect effect)
    {
        switch (effect)
        {
            case PersistRecords persist:
                await journal.PersistAsync(_self, _era!.Genesis, persist.Records, _tenure);
                WarnOfJournal();
                break;
            case ForgetRecords forget:
                await _finalising;
                await journal.ForgetAsync(_self, forget.Before);
                break;
            case SendMessage send:
                network.Send(_self, [_era!.Accounts[send.To]], send.Message);
                break;
            case BroadcastMessage broadcast:
                network.Send(_self, _others, broadcast.Message);
                break;
            case SetTimer timer:
                _tickAt = timer.AtMs;
                ArmTimer();
                break;
            case ProposeBlock propose:
                await _chain.OrderAsync(new BlockOrder(
                    _self.ToString(), propose.Iteration, propose.Parent.ToArray(), _others.IsEmpty ? null : options.Patience, _others.IsEmpty));
                break;
            case CheckBlock check:
                _ = CheckAsync(_machine!, check);
                break;
            case FinaliseBlocks final when !final.Blocks.IsEmpty:
                _finalising = FinaliseAsync(final);
                break;
            case ServeFinalBlocks serve:
                _ = ServeAsync(_era!.Accounts[serve.To], serve.Above);
                break;
            case Consensus.Simplex.ReportEquivocation report:
                Accuse(_era!, report);
                break;
            case RefuseMessage refuse:
                WarnOfRefusal(_era!.Accounts[refuse.From], refuse.Error);
                break;
            case EndEra:
                await _finalising;
                _effects.Clear();
                BeginEra();
                break;
            case HaltConsensus halt:
                Stop($"The consensus has halted: {halt.Reason}", new InvalidOperationException(halt.Reason));
                break;
        }
    }

    private void WarnOfJournal()
    {
        if (journal.KeptBytes > options.JournalBytesWarned && _machine is { } machine && _growing.IsDue(_self, out _))
        {
            log.LogWarning(
                "{Validator} is in iteration {Iteration}, nothing is final after {Final}, and until then the journal of votes grows: {Bytes} bytes",
                _self, machine.Iteration, machine.FinalIteration, journal.KeptBytes);
        }
    }

    private void WarnOfRefusal(AccountId from, ConsensusError error)
    {
        if (_refused.IsDue(from, out long leftOut))
            log.LogWarning("A message of {Validator} is refused: {Error} (and {Count} before it that were not reported)", from, error, leftOut);
    }

    private async Task CheckAsync(SimplexMachine machine, CheckBlock check)
    {
        candidates.Offer(check.Hash, check.Block);
        try
        {
            BlockCheck verdict = await _chain.CheckAsync(new BlockName(check.Hash.ToArray()));
            if (machine == _machine)
                Take(machine.BlockChecked(check.Hash, (BlockVerdict)verdict, Now()));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Stop($"A block could not be checked: {e.Message}", e);
        }
    }

    /// <summary>Runs beside the effects that follow, in the order of the blocks; the chain's grain keeps that.</summary>
    private async Task FinaliseAsync(FinaliseBlocks final)
    {
        try
        {
            await _chain.FinaliseAsync(candidates.Offer(final.Blocks, final.Certificate));
            SendReports();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Stop($"Final blocks could not be stored: {e.Message}", e);
        }
    }

    private async Task ServeAsync(AccountId to, ulong above)
    {
        try
        {
            if (await FinalBlockReader.ReadAsync(store, above) is { } blocks)
                network.Send(_self, [to], blocks);
        }
        catch (Exception e) when (e is BlockStoreException or OperationCanceledException or ObjectDisposedException)
        {
            if (_unserved.IsDue(to, out long leftOut))
                log.LogWarning(e, "Blocks above {Height} can't be given to {Validator}; {Count} times before, nothing was said", above, to, leftOut);
        }
    }

    private void Accuse(ConsensusEra era, Consensus.Simplex.ReportEquivocation report)
    {
        int validator = report.Evidence.Validator;
        AccountId accused = era.Accounts[validator];
        if (_contradicting.IsDue(accused, out long leftOut))
        {
            log.LogWarning(
                "{Validator} has contradicted itself in iteration {Iteration} (and in {Count} before it that were not reported)",
                accused, report.Evidence.Iteration, leftOut);
        }
        if (IsPunishable(accused)
            && _reports.TryAdd(accused, new Ledger.Modules.Staking.ReportEquivocation(report.Evidence.ToLedger(accused, era.Validators.Keys[validator]))))
            _ = ReportAsync(accused);
    }

    /// <summary>
    /// Who is jailed already may go on until the era ends, and who has nothing staked can lose nothing: reporting each time would only
    /// cost the reporters.
    /// </summary>
    private bool IsPunishable(AccountId accused) => head.Head.Validator(accused) is not (null or { Status: CandidateStatus.Jailed });

    /// <summary>A contradiction is shown to a node once. A report that did not get into a block is sent again when there is another one.</summary>
    private void SendReports()
    {
        foreach (AccountId accused in _reports.Keys.ToArray())
        {
            if (!IsPunishable(accused))
                _reports.Remove(accused);
            else if (!_accused.Contains(accused))
                _ = ReportAsync(accused);
        }
    }

    private async Task ReportAsync(AccountId accused)
    {
        _accused.Add(accused);
        try
        {
            TransactionOutcome outcome = await GrainFactory.GetGrain<IAccountGrain>(_self.ToString())
                .ExecuteAsync(new CustodyCall(Scale.Encode<Ledger.Modules.Call>(_reports[accused])));
            // In a block it has had its effect, or never will.
            if (outcome.Status != TransactionStatus.Rejected)
                _reports.Remove(accused);
            if (!outcome.Succeeded && _untaken.IsDue(accused, out long leftOut))
            {
                log.LogWarning(
                    "The report was not taken: {Code} {Message} (nor {Count} times before)", outcome.ErrorCode, outcome.ErrorMessage, leftOut);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.LogWarning(e, "The report could not be sent");
        }
        finally
        {
            _accused.Remove(accused);
        }
    }

    private void Stop(string reason, Exception cause)
    {
        if (_hasStopped)
            return;
        _hasStopped = true;
        _machine = null;
        _effects.Clear();
        fault.Stop(reason, cause);
    }
}
