using System.Collections.Immutable;
using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Simplex;

/// <summary>
/// One kind of vote of one iteration, one from each validator. Signatures are checked when they decide something: when there may
/// be a quorum, or a contradiction. None is checked twice.
/// </summary>
internal sealed class VoteBox(ConsensusEra era, VoteKind kind, ulong iteration, VerifySignature verify)
{
    private readonly Slot[] _slots = new Slot[era.Count];
    private (Hash256 Block, Hash256 Digest)? _lastDigest;

    /// <summary>What became of a vote that was put in.</summary>
    internal enum Outcome
    {
        /// <summary>It counts, as far as is known.</summary>
        Added,

        /// <summary>The validator's same vote is in.</summary>
        Known,

        /// <summary>The validator has signed both this and another.</summary>
        Contradiction,

        /// <summary>Its signature, or that of the vote that it replaces, does not verify.</summary>
        Invalid,
    }

    /// <summary>Puts in a vote that its validator has sent.</summary>
    /// <param name="vote">The vote; the validator exists.</param>
    /// <param name="other">The vote that it contradicts, if it does.</param>
    public Outcome Add(Vote vote, out Vote other)
    {
        ref Slot slot = ref _slots[vote.Validator];
        other = default;
        if (slot.State == SlotState.Empty)
        {
            slot = new Slot(SlotState.Unchecked, vote.Block, vote.Signature);
            return Outcome.Added;
        }

        if (slot.Block == vote.Block && (slot.State == SlotState.Checked || slot.Signature == vote.Signature))
            return Outcome.Known;
        if (!Confirm(vote.Validator))
        {
            slot = new Slot(SlotState.Unchecked, vote.Block, vote.Signature);
            return Outcome.Invalid;
        }

        if (slot.Block == vote.Block)
            return Outcome.Known;
        if (!Check(vote.Validator, vote.Block, vote.Signature))
            return Outcome.Invalid;
        other = VoteOf(vote.Validator, slot);
        return Outcome.Contradiction;
    }

    /// <summary>
    /// Whether a vote that others pass on is right. What it says is then taken for checked; <paramref name="other"/> is what it
    /// contradicts.
    /// </summary>
    public bool Admit(ushort validator, Hash256 block, ref Signature signature, out Vote? other)
    {
        ref Slot slot = ref _slots[validator];
        other = null;
        if (slot.State == SlotState.Checked && slot.Block == block)
        {
            signature = slot.Signature;
            return true;
        }

        if (!Check(validator, block, signature))
            return false;
        if (slot.State != SlotState.Empty && slot.Block != block && Confirm(validator))
            other = VoteOf(validator, slot);
        else
            slot = new Slot(SlotState.Checked, block, signature);
        return true;
    }

    /// <summary>Puts in this validator's own vote.</summary>
    public void AddOwn(Vote vote) => _slots[vote.Validator] = new Slot(SlotState.Checked, vote.Block, vote.Signature);

    /// <summary>The validator's vote, once its signature was found right; null if there is none.</summary>
    public Vote? Confirmed(int validator) =>
        _slots[validator].State != SlotState.Empty && Confirm(validator) ? VoteOf(validator, _slots[validator]) : null;

    /// <summary>A quorum's votes for the block, if there are as many; those found to be wrong are taken out and named.</summary>
    public ImmutableArray<CertificateVote>? FindQuorum(Hash256 block, int quorum, List<int> wrong)
    {
        int votes = 0;
        int verified = 0;
        foreach (Slot slot in _slots)
        {
            if (slot.State == SlotState.Empty || slot.Block != block)
                continue;
            votes++;
            if (slot.State == SlotState.Checked)
                verified++;
        }

        for (int i = 0; i < _slots.Length && votes >= quorum && verified < quorum; i++)
        {
            if (_slots[i].State != SlotState.Unchecked || _slots[i].Block != block)
                continue;
            if (Confirm(i))
            {
                verified++;
            }
            else
            {
                votes--;
                wrong.Add(i);
            }
        }

        return verified >= quorum ? Collect(block, quorum) : null;
    }

    private ImmutableArray<CertificateVote> Collect(Hash256 block, int quorum)
    {
        ImmutableArray<CertificateVote>.Builder votes = ImmutableArray.CreateBuilder<CertificateVote>(quorum);
        for (int i = 0; votes.Count < quorum; i++)
        {
            if (_slots[i].State == SlotState.Checked && _slots[i].Block == block)
                votes.Add(new CertificateVote((ushort)i, _slots[i].Signature));
        }

        return votes.MoveToImmutable();
    }

    private bool Confirm(int validator)
    {
        ref Slot slot = ref _slots[validator];
        if (slot.State == SlotState.Unchecked)
        {
            slot = Check(validator, slot.Block, slot.Signature)
                ? slot with { State = SlotState.Checked }
                : default;
        }

        return slot.State == SlotState.Checked;
    }

    private bool Check(int validator, Hash256 block, Signature signature)
    {
        if (_lastDigest is not { } last || last.Block != block)
            _lastDigest = last = (block, Vote.Digest(kind, era.Genesis, iteration, block));
        return verify(era.Validators.Keys[validator], last.Digest, signature);
    }

    private Vote VoteOf(int validator, Slot slot) => new((ushort)validator, kind, iteration, slot.Block, slot.Signature);

    private enum SlotState : byte
    {
        Empty,
        Unchecked,
        Checked,
    }

    private readonly record struct Slot(SlotState State, Hash256 Block, Signature Signature);
}
