using System.Collections.Immutable;
using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Simplex;

/// <summary>
/// Simplex (Chan and Pass, "Simplex Consensus: A Simple and Fast Consensus Protocol", TCC 2023) for one validator in one era:
/// inputs and the time in, effects out. It has no clock, no randomness, no threads and no I/O; calls must not overlap. See
/// docs/consensus.md.
/// </summary>
/// <remarks>
/// Time is any clock in milliseconds that does not go back; it matters for progress, never for agreement. Wrong messages are
/// refused by an effect; exceptions mean that the host breaks its contract.
/// </remarks>
public sealed partial class SimplexMachine
{
    private readonly ConsensusEra _era;
    private readonly SimplexSettings _settings;
    private readonly SimplexRules _rules;
    private readonly Rounds _rounds;
    private readonly BlockTree _tree;
    private readonly PeerBudgets _peers;
    private readonly List<ConsensusEffect> _effects = [];
    private readonly List<ConsensusRecord> _records = [];
    private Abstention? _abstention;
    private ulong _iteration;
    private Certificate? _certificate;
    private ulong _reportedIteration;
    private (ulong Iteration, ulong ParentIteration, Hash256 Parent, ulong Height)? _asked;
    private long _now;
    private long _enteredAt;
    private long _retryAt;
    private long? _timer;
    private bool _hasTimedOut;
    private bool _hasStarted;

    /// <summary>A machine for a validator that starts, or starts again.</summary>
    /// <param name="era">What the validators agree on.</param>
    /// <param name="settings">What this one brings.</param>
    /// <param name="final">The last block that is durable: the era's start or later.</param>
    /// <param name="records">
    /// All records that were persisted and not forgotten, of this era; none for a validator that never took part. A validator
    /// that has lost its records is given <see cref="SimplexSettings.Abstention"/>, and none that are left.
    /// </param>
    public SimplexMachine(ConsensusEra era, SimplexSettings settings, FinalPoint final, IEnumerable<ConsensusRecord> records)
        : this(era, settings, final, records, SimplexRules.Protocol)
    {
    }

    internal SimplexMachine(
        ConsensusEra era, SimplexSettings settings, FinalPoint final, IEnumerable<ConsensusRecord> records, SimplexRules rules)
    {
        if (era.Count != era.Leaders.Validators || era.Count != era.Accounts.Length)
        {
            throw new ArgumentException(
                $"{era.Count} validators, but {era.Accounts.Length} accounts, and leaders among {era.Leaders.Validators}.",
                nameof(era));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.DeltaMs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(settings.DeltaMs, ConsensusLimits.DeltaMsMax);
        if (settings.Self is { } self)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)self, (uint)era.Count);

        _era = era;
        _settings = settings;
        _abstention = settings.Abstention;
        _rules = rules;
        _peers = new PeerBudgets(era.Count, settings.DeltaMs);
        _tree = new BlockTree(final.Height, final.Block);
        ConsensusRecord[] restored = [.. records.Where(record => era.Has(record.Iteration))];
        _certificate = restored.OfType<KnownCertificate>().MaxBy(record => record.Iteration)?.Certificate;
        ulong known = Math.Max(era.Base, final.Iteration);
        if (_certificate?.Iteration < known)
            _certificate = null;
        _reportedIteration = known;
        _rounds = new Rounds(era, settings.Verify, _certificate?.Iteration ?? known, _certificate?.BlockHash ?? final.Block);
        _iteration = _rounds.FinalIteration + 1;
        foreach (ConsensusRecord record in restored)
            Restore(record);
    }

    /// <summary>The iteration that the validator is in.</summary>
    public ulong Iteration => _iteration;

    /// <summary>Who leads it.</summary>
    public int Leader => _era.LeaderOf(_iteration);

    /// <summary>Iteration of the newest certificate.</summary>
    public ulong FinalIteration => _rounds.FinalIteration;

    /// <summary>Height of the last block that was given to the host as final.</summary>
    public ulong FinalHeight => _tree.Height;

    /// <summary>True once the era's last block is final: it answers others, and does nothing more of its own.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True after <see cref="HaltConsensus"/>.</summary>
    public bool HasHalted { get; private set; }

    /// <summary>True while it signs nothing because it does not know what it has signed before, and so remembers nothing either.</summary>
    public bool IsAbstaining => _abstention is not null;

    private bool MaySign => _settings.Self.HasValue && (IsAlone || _abstention is null);

    private bool IsAlone => _era.Count == 1 && _settings.Self.HasValue;

    /// <summary>To be called once, first.</summary>
    public IReadOnlyList<ConsensusEffect> Start(long nowMs)
    {
        if (_hasStarted)
            throw new InvalidOperationException("The machine has started.");
        _hasStarted = true;
        _now = nowMs;
        StartClock();
        HasEnded = _tree.Height >= _era.LastHeight;
        if (!IsAlone)
            Broadcast(Status());
        return Finish();
    }

    /// <summary>Time has passed: to be called at the time of <see cref="SetTimer"/>, or at any other.</summary>
    public IReadOnlyList<ConsensusEffect> Tick(long nowMs)
    {
        if (!Begin(nowMs))
            return [];
        if (!IsAlone && !HasEnded)
            OnTime();
        return Finish();
    }

    /// <summary>A message has come.</summary>
    /// <param name="from">Index of the validator that sent it, which the host has authenticated.</param>
    /// <param name="message">The message, of this era or of none.</param>
    /// <param name="nowMs">The time.</param>
    public IReadOnlyList<ConsensusEffect> Receive(int from, ConsensusMessage message, long nowMs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)from, (uint)_era.Count);
        if (!Begin(nowMs))
            return [];
        if (from != _settings.Self && _peers.IsHeard(from))
            Dispatch(from, message);
        return Finish();
    }

    /// <summary>Answers <see cref="ProposeBlock"/> with a block.</summary>
    /// <param name="iteration">As asked.</param>
    /// <param name="block">
    /// A valid block on the parent that was asked for, by this validator's account. The host has the state after it.
    /// </param>
    /// <param name="nowMs">The time.</param>
    /// <returns>Nothing, if the iteration is over: then the block is of no use.</returns>
    /// <exception cref="ArgumentException">The block does not follow the parent, or names another proposer.</exception>
    public IReadOnlyList<ConsensusEffect> BlockBuilt(ulong iteration, Block block, long nowMs)
    {
        if (!Begin(nowMs))
            return [];
        if (_asked is { } asked && asked.Iteration == iteration && iteration == _iteration)
        {
            if (block.Header.Parent != asked.Parent || block.Header.Height != asked.Height)
                throw new ArgumentException($"Block {block.Header.Height} does not follow the parent asked for.", nameof(block));
            if (block.Header.Proposer != _era.Accounts[_settings.Self!.Value])
                throw new ArgumentException($"The block names {block.Header.Proposer} as its proposer.", nameof(block));
            _asked = null;
            Propose(asked.ParentIteration, asked.Parent, block);
        }

        return Finish();
    }

    /// <summary>
    /// Answers <see cref="ProposeBlock"/> without a block: the leader repeats the parent. A validator that is alone stays asked.
    /// </summary>
    /// <param name="iteration">As asked.</param>
    /// <param name="nowMs">The time.</param>
    public IReadOnlyList<ConsensusEffect> NothingToPropose(ulong iteration, long nowMs)
    {
        if (!Begin(nowMs))
            return [];
        if (!IsAlone && _asked is { } asked && asked.Iteration == iteration && iteration == _iteration)
        {
            _asked = null;
            Propose(asked.ParentIteration, asked.Parent, block: null);
        }

        return Finish();
    }

    /// <summary>Answers <see cref="CheckBlock"/>.</summary>
    /// <param name="hash">As asked.</param>
    /// <param name="verdict">What the host found out.</param>
    /// <param name="nowMs">The time.</param>
    public IReadOnlyList<ConsensusEffect> BlockChecked(Hash256 hash, BlockVerdict verdict, long nowMs)
    {
        if (!Begin(nowMs))
            return [];
        if (_tree.Find(hash) is { State: BlockState.Asked } candidate)
            OnChecked(hash, candidate, verdict);
        return Finish();
    }

    /// <summary>False if the machine takes no inputs any more.</summary>
    private bool Begin(long nowMs)
    {
        if (!_hasStarted)
            throw new InvalidOperationException("The machine has not started.");
        _now = Math.Max(_now, nowMs);
        return !HasHalted;
    }

    /// <summary>Does what has become possible, then hands over the effects: what must be durable first.</summary>
    private ConsensusEffect[] Finish()
    {
        if (!HasHalted)
        {
            Advance();
            SetNextTimer();
        }

        if (HasHalted)
            _effects.RemoveAll(effect => effect is not HaltConsensus);
        else if (_records.Count > 0)
            _effects.Insert(0, new PersistRecords([.. _records]));
        ConsensusEffect[] effects = [.. _effects];
        _effects.Clear();
        _records.Clear();
        return effects;
    }

    private void Advance()
    {
        ulong before;
        do
        {
            before = _iteration;
            Apply();
            if (HasEnded || HasHalted)
                return;
            VoteForProposal();
            AskForProposal();
        }
        while (_iteration != before);
        Apply();
    }

    private void SetNextTimer()
    {
        long? next = IsAlone || HasEnded ? null : _hasTimedOut ? _retryAt : Math.Min(TimeoutAt, _retryAt);
        if (next == _timer)
            return;
        _timer = next;
        _effects.Add(new SetTimer(next));
    }

    private void Dispatch(int from, ConsensusMessage message)
    {
        switch (message)
        {
            case ProposalMessage proposal:
                OnProposal(from, proposal);
                break;
            case VoteMessage vote:
                OnVote(from, vote.Vote);
                break;
            case NotarisationMessage notarisation:
                OnNotarisation(from, notarisation.Notarisation);
                break;
            case FinalisationMessage finalisation:
                OnFinalisation(from, finalisation.Certificate);
                break;
            case FinalBlocks blocks:
                OnFinalBlocks(from, blocks);
                break;
            default:
                Answer(from, message);
                break;
        }
    }

    private void Restore(ConsensusRecord record)
    {
        foreach (Block block in (record as AcceptedProposal)?.Blocks ?? [])
        {
            if (block.Header.Height > _tree.Height)
                _tree.Add(block.Header.ComputeHash(), block).PersistedIn = record.Iteration;
        }

        if (record.Iteration <= _rounds.FinalIteration)
            return;

        Round round = _rounds[record.Iteration];
        switch (record)
        {
            case AcceptedProposal accepted:
                round.Proposals.Add(accepted.Proposal);
                round.IsPersisted = true;
                round.HasProposed = _era.LeaderOf(record.Iteration) == _settings.Self;
                break;
            case CastVote cast:
                round.Remember(cast.Vote);
                break;
            case KnownNotarisation known:
                round.Learn(known.Notarisation);
                _iteration = Math.Max(_iteration, record.Iteration + 1);
                break;
        }
    }

    private void Send(int to, ConsensusMessage message) => _effects.Add(new SendMessage(to, message));

    private void Broadcast(ConsensusMessage message) => _effects.Add(new BroadcastMessage(message));

    private void Persist(ConsensusRecord record)
    {
        // Whatever is persisted says that all is there that was ever signed.
        if (_abstention is null && _rules.MustPersist(record))
            _records.Add(record);
    }

    private void Refuse(int from, ConsensusError error)
    {
        _peers.Blame(from);
        _effects.Add(new RefuseMessage(from, error));
    }

    private void Accuse(Round round, EquivocationEvidence evidence)
    {
        if (round.Accuse(evidence.Validator))
            _effects.Add(new ReportEquivocation(evidence));
    }

    private void Halt(string reason)
    {
        if (HasHalted)
            return;
        HasHalted = true;
        _effects.Add(new HaltConsensus(reason));
    }
}
