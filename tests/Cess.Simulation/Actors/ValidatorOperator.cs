using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules;
using Cess.Primitives;
using Cess.Simulation.Checks;
using Cess.Simulation.Faults;
using Cess.Simulation.World;

namespace Cess.Simulation.Actors;

/// <summary>
/// Who runs a node: makes its validator a candidate, brings it back after a jail, leaves and returns, and votes on what others propose.
/// </summary>
internal sealed class ValidatorOperator(SimulatedWorld world, SimulatedNode node, Dice dice)
{
    /// <summary>The fewest seats that an era ever has, if there are as many validators.</summary>
    public const int SeatsMin = 4;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);
    private static readonly Balance s_bond = new(1_000_000);
    private readonly SimulatedChains _chains = new(node.Validator);
    private readonly StakeMoves _stakes = new(node.Validator.Id, s_bond, dice);

    public async Task RunAsync()
    {
        while (world.IsTroubled && !world.HasFailed)
        {
            if (node is { IsUp: true, Head: { } head } && Decide(head) is { } call)
                await ExecuteAsync(call);
            await world.WaitAsync(dice.Wait(s_pause));
        }
    }

    private Call? Decide(LedgerState head)
    {
        AccountId self = node.Validator.Id;
        if (head.Stake(self).Active < s_bond)
            return new Bond(s_bond);
        if (dice.Chance(0.3) && _stakes.Decide(head) is { } move)
            return move;
        switch (head.Validator(self))
        {
            case null:
                return new Validate(100, _chains.End, SimulatedChains.Length);
            case { Status: CandidateStatus.Jailed } when dice.Chance(0.3):
                return new Unjail();
            case { Status: CandidateStatus.Candidate } when dice.Chance(0.05):
                world.Sometimes(Rare.ValidatorLeft);
                return new Chill();
            case { Status: CandidateStatus.Chilled } record when dice.Chance(0.5):
                world.Sometimes(Rare.ValidatorReturned);
                return new Validate(100, record.Chain.Value, SimulatedChains.Length);
        }

        return DecideVote(head);
    }

    private Call? DecideVote(LedgerState head)
    {
        if (!head.EraMembers().Accounts.Contains(node.Validator.Id))
            return null;
        if (head.Proposals().FirstOrDefault(open => !open.Approvals.Contains(node.Validator.Id)) is { } proposal && dice.Chance(0.8))
            return new Vote(proposal.Id, Approves: true);
        if (!world.Swarm.Contains(FaultKind.ParameterChange) || !dice.Chance(0.1) || head.Proposals().Any())
            return null;
        world.Count(FaultKind.ParameterChange);
        ChainParameters changed = head.Parameters with
        {
            TransactionFee = new Balance((uint)dice.Between(500, 2_000)),
            Staking = head.Parameters.Staking with { EraBlocks = (uint)dice.Between(10, 200), Seats = (uint)dice.Between(SeatsMin, 7) },
        };
        return new Propose(new ChangeParameters(changed), head.Height + head.Parameters.VotingBlocks + 5);
    }

    private async Task ExecuteAsync(Call call)
    {
        try
        {
            TransactionOutcome outcome = await node.Grains.GetGrain<IAccountGrain>(node.Validator.Id.ToString())
                .ExecuteAsync(new CustodyCall(Scale.Encode(call)))
                .WaitAsync(s_patience, world.Time);
            world.Trace.Add($"n{node.Index} {call.GetType().Name}: {outcome.ErrorCode ?? "done"}");
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or OrleansException)
        {
            world.Sometimes(Rare.OperatorUnanswered);
        }
    }
}
