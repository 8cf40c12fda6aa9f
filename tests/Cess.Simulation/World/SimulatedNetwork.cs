using Cess.Consensus.Messages;
using Cess.Primitives;
using Cess.Simulation.Faults;

namespace Cess.Simulation.World;

/// <summary>The links between nodes, each way for itself. Bytes arrive late, twice, in another order, or not at all.</summary>
internal sealed class SimulatedNetwork(SimulatedWorld world, int nodes)
{
    private static readonly TimeSpan s_near = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_far = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(5);
    private readonly bool[,] _cut = new bool[nodes, nodes];
    private readonly List<Action>?[,] _clogged = new List<Action>?[nodes, nodes];

    public double Loss { get; set; }

    public double Delay { get; set; }

    public double Duplicate { get; set; }

    public long Sent { get; private set; }

    public void Cut(int from, int to, bool isCut) => _cut[from, to] = isCut;

    public void Clog(int from, int to) => _clogged[from, to] ??= [];

    public void Unclog(int from, int to)
    {
        List<Action>? held = _clogged[from, to];
        _clogged[from, to] = null;
        held?.ForEach(deliver => deliver());
    }

    public void Heal()
    {
        (Loss, Delay, Duplicate) = (0, 0, 0);
        Array.Clear(_cut);
        for (int from = 0; from < nodes; from++)
        {
            for (int to = 0; to < nodes; to++)
                Unclog(from, to);
        }
    }

    public bool CanReach(int from, int to) => !_cut[from, to];

    public void Send(SimulatedNode from, AccountId to, ConsensusMessage message)
    {
        foreach (SimulatedNode target in world.Nodes)
        {
            if (target != from && target.Validator.Id == to)
                SendTo(from, target, message);
        }
    }

    public void Spread(SimulatedNode from, IReadOnlyList<ReadOnlyMemory<byte>> transactions)
    {
        foreach (ReadOnlyMemory<byte> transaction in transactions)
            world.Secrets.Look(transaction.Span, "a transaction");
        foreach (SimulatedNode target in world.Nodes)
        {
            if (target != from)
                Deliver(from.Index, target.Index, TimeSpan.Zero, () => target.ReceiveTransactions(transactions));
        }
    }

    /// <summary>Any bytes, as a node that keeps to no rule sends them.</summary>
    public void SendRaw(SimulatedNode from, SimulatedNode to, byte[] bytes, TimeSpan late = default)
    {
        world.Secrets.Look(bytes, "a message");
        Deliver(from.Index, to.Index, late, () => to.Receive(from.Validator.Id, bytes));
    }

    private void SendTo(SimulatedNode from, SimulatedNode to, ConsensusMessage message)
    {
        if (from.Attacker is { } attacker)
            attacker.Send(to, message);
        else
            SendRaw(from, to, Scale.Encode(message));
    }

    /// <summary>Delivers once, twice or never.</summary>
    public void Deliver(int from, int to, TimeSpan late, Action deliver)
    {
        Sent++;
        Dice dice = world.NetworkDice;
        if (_cut[from, to])
            return;
        if (dice.Chance(Loss))
        {
            world.Count(FaultKind.MessageLoss);
            return;
        }

        int copies = 1;
        if (dice.Chance(Duplicate))
        {
            world.Count(FaultKind.MessageDuplicate);
            copies = 2;
        }

        for (int i = 0; i < copies; i++)
        {
            TimeSpan wait = late + dice.Between(s_near, s_far);
            if (dice.Chance(Delay))
            {
                world.Count(FaultKind.MessageDelay);
                wait += dice.Between(s_far, s_late);
            }

            world.After(wait, () =>
            {
                if (_clogged[from, to] is { } held)
                    held.Add(deliver);
                else if (!_cut[from, to])
                    deliver();
            });
        }
    }
}
