using Cess.Grains;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Simulation.Checks;
using Cess.Simulation.Faults;
using Cess.Simulation.World;

namespace Cess.Simulation.Actors;

/// <summary>
/// Somebody who pays others, through whatever node answers, and believes what it is told: that a transaction is final, or that it never
/// will be.
/// </summary>
internal sealed class PayingClient(SimulatedWorld world, ActorKey key, Dice dice)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private const ulong AboutToExpire = 3;
    private readonly Dictionary<Hash256, TransactionOutcome> _final = [];
    private readonly List<ReadOnlyMemory<byte>> _unanswered = [];
    private ulong _nonce;

    /// <summary>True when nothing is under way and nothing more will be.</summary>
    public bool IsDone { get; private set; }

    public int Acknowledged => _final.Count;

    public async Task RunAsync()
    {
        while (world.IsTroubled && !world.HasFailed)
        {
            await world.WaitAsync(dice.Wait(s_pause));
            if (FindNode() is { } node)
                await PayAsync(node);
        }

        while (_unanswered.Count > 0 && !world.HasFailed)
        {
            await world.WaitAsync(TimeSpan.FromSeconds(2));
            if (FindNode() is { } node)
                await AskAgainAsync(node);
        }

        IsDone = true;
    }

    /// <summary>What it waits for.</summary>
    public string Describe() =>
        $"{key.Name} with nonces {string.Join(' ', _unanswered.Select(bytes => SignedTransaction.Decode(bytes).Unsigned).Select(unsigned => $"{unsigned.Nonce} until {unsigned.ValidUntil}"))}";

    public void CheckAcknowledged(IReadOnlyDictionary<Hash256, (ulong Height, LedgerError? Error)> included)
    {
        foreach ((Hash256 id, TransactionOutcome outcome) in _final)
        {
            if (!included.TryGetValue(id, out (ulong Height, LedgerError? Error) found) || found.Height != outcome.Height)
                throw new BrokenPromiseException("what was acknowledged is final", $"{id} was said to be in {outcome.Height}");
            if (found.Error is null != outcome.Succeeded)
                throw new BrokenPromiseException("what was acknowledged is true", $"{id} was said to be {outcome.Status}");
        }
    }

    /// <summary>Any that is up, and knows at least as much as this client has been told.</summary>
    private SimulatedNode? FindNode()
    {
        SimulatedNode[] up = [.. world.Honest.Where(node => node.IsUp)];
        return up.Length == 0 ? null : dice.Pick(up);
    }

    private async Task PayAsync(SimulatedNode node)
    {
        _nonce = Math.Max(_nonce, node.Head!.Account(key.Id).Nonce);
        if (_unanswered.Count > 0)
        {
            await AskAgainAsync(node);
            return;
        }

        if (dice.Chance(0.05))
            await ForgeAsync(node);
        int count = dice.Chance(0.3) ? dice.Between(2, 6) : 1;
        if (world.Swarm.Contains(FaultKind.Overload) && dice.Chance(0.2))
        {
            world.Count(FaultKind.Overload);
            count = dice.Between(SimulatedNode.PoolTransactionsPerAccount, 2 * SimulatedNode.PoolTransactionsPerAccount);
        }

        for (int i = 0; i < count; i++)
            _unanswered.Add(Sign(node, _nonce + (ulong)i));
        await SubmitAsync(node, [.. _unanswered]);
    }

    /// <summary>Signs for somebody else, which must be refused.</summary>
    private async Task ForgeAsync(SimulatedNode node)
    {
        LedgerState head = node.Head!;
        ActorKey victim = ActorKeys.Of($"client {dice.Next(SimulatedWorld.Clients)}");
        if (victim == key)
            return;
        var unsigned = new UnsignedTransaction(
            head.Genesis, victim.Id, head.Account(victim.Id).Nonce, head.Height + 50, Balance.Zero, new Transfer(key.Id, new Balance(1)));
        SignedTransaction forged = SignedTransaction.Assemble(unsigned, key.Sign(Scale.Sha256(unsigned)), revealedKey: null);
        world.Chain.Forged(forged.Id);
        await AskAsync(node, [forged.Bytes]);
        world.Sometimes(Rare.ForgeryRefused);
    }

    /// <summary>
    /// Who got no answer does not know whether it counts. The same bytes may be given again: they count once. What can be no more is
    /// known by its nonce, or by its end.
    /// </summary>
    private async Task AskAgainAsync(SimulatedNode node)
    {
        LedgerState head = node.Head!;
        ulong nonce = head.Account(key.Id).Nonce;
        _unanswered.RemoveAll(bytes => SignedTransaction.Decode(bytes).Unsigned is var unsigned
            && (unsigned.Nonce < nonce || unsigned.ValidUntil < head.Height));
        _nonce = Math.Max(_nonce, nonce);
        if (_unanswered.Count == 0)
            return;
        // What is about to expire would be the next gap.
        for (int i = 0; i < _unanswered.Count; i++)
        {
            if (SignedTransaction.Decode(_unanswered[i]).Unsigned is var unsigned && unsigned.ValidUntil <= head.Height + AboutToExpire)
                _unanswered[i] = Sign(node, unsigned.Nonce, unsigned.Tip.Units + (unsigned.Tip.Units / GrainLimits.ReplacementTipPart) + 1);
        }

        // What has expired leaves gaps that those behind them can't pass.
        HashSet<ulong> signed = [.. _unanswered.Select(bytes => SignedTransaction.Decode(bytes).Unsigned.Nonce)];
        for (ulong missing = nonce; missing < signed.Max(); missing++)
        {
            if (!signed.Contains(missing))
                _unanswered.Add(Sign(node, missing));
        }

        _unanswered.Sort((one, other) => SignedTransaction.Decode(one).Unsigned.Nonce.CompareTo(SignedTransaction.Decode(other).Unsigned.Nonce));

        world.Sometimes(Rare.SubmittedAgain);
        await SubmitAsync(node, [.. _unanswered]);
    }

    private async Task SubmitAsync(SimulatedNode node, ReadOnlyMemory<byte>[] transactions)
    {
        IReadOnlyList<TransactionOutcome> outcomes = await AskAsync(node, transactions);
        world.Trace.Add($"{key.Name} asked n{node.Index} for {transactions.Length}: {(outcomes.Count == 0 ? "no answer" : string.Join(' ', outcomes.Select((outcome, i) => $"{SignedTransaction.Decode(transactions[i]).Unsigned.Nonce} {outcome.ErrorCode ?? outcome.Status.ToString()}")))}");
        for (int i = 0; i < outcomes.Count; i++)
            Hear(transactions[i], outcomes[i]);
    }

    /// <summary>Empty if there is no answer.</summary>
    private async Task<IReadOnlyList<TransactionOutcome>> AskAsync(SimulatedNode node, ReadOnlyMemory<byte>[] transactions)
    {
        try
        {
            return await node.Grains.GetGrain<IIntakeGrain>(0)
                .SubmitAsync(new TransactionBatch(transactions))
                .WaitAsync(s_patience, world.Time);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or OrleansException)
        {
            world.Sometimes(Rare.SubmissionUnanswered);
            return [];
        }
    }

    private void Hear(ReadOnlyMemory<byte> bytes, TransactionOutcome outcome)
    {
        SignedTransaction transaction = SignedTransaction.Decode(bytes);
        switch (outcome.Status)
        {
            case TransactionStatus.Finalised or TransactionStatus.Failed:
                _final[transaction.Id] = outcome;
                _nonce = Math.Max(_nonce, transaction.Unsigned.Nonce + 1);
                _unanswered.Remove(bytes);
                break;
            case TransactionStatus.Rejected when outcome.ErrorCode == TransactionErrors.PoolFull:
                world.Sometimes(Rare.PoolFull);
                break;
            case TransactionStatus.Rejected when outcome.ErrorCode is not (TransactionErrors.NonceUsed or TransactionErrors.Unavailable):
                world.Sometimes(Rare.TransactionRefused);
                break;
        }
    }

    private ReadOnlyMemory<byte> Sign(SimulatedNode node, ulong nonce, UInt128? tip = null)
    {
        LedgerState head = node.Head!;
        Call call = dice.Chance(0.25)
            ? new Batch(dice.Pick([BatchMode.AllOrNothing, BatchMode.EachOnItsOwn]), [.. Enumerable.Range(0, dice.Between(1, 5)).Select(_ => DrawTransfer())])
            : DrawTransfer();
        var unsigned = new UnsignedTransaction(
            head.Genesis, key.Id, nonce, head.Height + (ulong)dice.Between(5, 60), new Balance(tip ?? (uint)dice.Next(50)), call);
        return SignedTransaction.Assemble(unsigned, key.Sign(Scale.Sha256(unsigned)), revealedKey: null).Bytes;
    }

    private Transfer DrawTransfer() => new(
        dice.Pick(world.AllAccounts), new Balance((uint)(dice.Chance(0.1) ? dice.Next(2) * 100_000_000 : dice.Between(1, 5_000))));
}
