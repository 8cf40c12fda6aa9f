using System.Collections.Immutable;
using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Simplex;

/// <summary>
/// What the host has to do: one of a closed set. Effects are carried out in the order in which the machine gave them, those of
/// one call after those of the call before. <see cref="PersistRecords"/> holds up everything behind it until the records are
/// durable; meanwhile the machine may be given further inputs.
/// </summary>
public abstract record ConsensusEffect
{
    private protected ConsensusEffect()
    {
    }
}

/// <summary>Make these durable, all of them, before anything that comes after is done.</summary>
/// <param name="Records">The records, to be given to the machine again after a restart.</param>
public sealed record PersistRecords(ImmutableArray<ConsensusRecord> Records) : ConsensusEffect;

/// <summary>Records of iterations before this one may be dropped, once everything before this effect is durable.</summary>
/// <param name="Before">The first iteration whose records are still needed.</param>
public sealed record ForgetRecords(ulong Before) : ConsensusEffect;

/// <summary>Send a message to one validator. It may be lost.</summary>
/// <param name="To">Its index in the era's validators.</param>
/// <param name="Message">The message.</param>
public sealed record SendMessage(int To, ConsensusMessage Message) : ConsensusEffect;

/// <summary>Send a message to all other validators. It may be lost on each way.</summary>
/// <param name="Message">The message.</param>
public sealed record BroadcastMessage(ConsensusMessage Message) : ConsensusEffect;

/// <summary>Call <c>Tick</c> at this time, and forget the time that was set before.</summary>
/// <param name="AtMs">In the clock of the inputs' times; null for never.</param>
public sealed record SetTimer(long? AtMs) : ConsensusEffect;

/// <summary>
/// It is this validator's turn: make a block on top of a final or valid one, and answer with <c>BlockBuilt</c>, or with
/// <c>NothingToPropose</c>. Among several validators, soon: their time-outs are running. Replaces what was asked before.
/// </summary>
/// <param name="Iteration">To be given back with the answer.</param>
/// <param name="Parent">Hash of the block to build on.</param>
/// <param name="Height">Height of the block to build.</param>
public sealed record ProposeBlock(ulong Iteration, Hash256 Parent, ulong Height) : ConsensusEffect;

/// <summary>
/// Check signatures and rules of a block whose parent is final or was found executable, keep the state after it, and answer with
/// <c>BlockChecked</c>. That its transactions are those of its header has been checked.
/// </summary>
/// <param name="Hash">The block's hash.</param>
/// <param name="Block">The block.</param>
public sealed record CheckBlock(Hash256 Hash, Block Block) : ConsensusEffect;

/// <summary>
/// These blocks are final: execute those that have not been, append them, publish them. A block that can't be executed means that
/// more than a third of the validators, or the software, is faulty: stop.
/// </summary>
/// <param name="Blocks">
/// One after the other; the first follows the last final one. None if a newer certificate confirms that one.
/// </param>
/// <param name="Certificate">Of the last block; null if that comes with later blocks.</param>
public sealed record FinaliseBlocks(ImmutableArray<Block> Blocks, Certificate? Certificate) : ConsensusEffect;

/// <summary>A peer lacks final blocks: send it a <see cref="FinalBlocks"/>.</summary>
/// <param name="To">Its index in the era's validators.</param>
/// <param name="Above">Height of the last block that it has.</param>
public sealed record ServeFinalBlocks(int To, ulong Above) : ConsensusEffect;

/// <summary>A validator has contradicted itself: report it to the ledger.</summary>
/// <param name="Evidence">What proves it.</param>
public sealed record ReportEquivocation(EquivocationEvidence Evidence) : ConsensusEffect;

/// <summary>
/// A peer sent what no honest one sends, or (<see cref="ConsensusError.TooManyRequests"/>) more than it gets answered. Nothing
/// needs to be done; a host may log it, or stop listening for a while.
/// </summary>
/// <param name="From">Its index in the era's validators.</param>
/// <param name="Error">What is wrong.</param>
public sealed record RefuseMessage(int From, ConsensusError Error) : ConsensusEffect;

/// <summary>The era's last block is final. Start the next era's machine on top of it and leave this one.</summary>
/// <param name="Height">The block's height.</param>
/// <param name="Block">Its hash.</param>
public sealed record EndEra(ulong Height, Hash256 Block) : ConsensusEffect;

/// <summary>
/// A quorum has decided what can't be: a block that breaks the rules, or two blocks. More than a third of the validators, or the
/// software, is faulty. The machine takes no more inputs; stop the node and have people look.
/// </summary>
/// <param name="Reason">What was seen.</param>
public sealed record HaltConsensus(string Reason) : ConsensusEffect;
