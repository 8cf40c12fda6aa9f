using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Cess.Simulation.Actors;
using Cess.Simulation.World;

namespace Cess.Simulation.Oracle;

/// <summary>Draws calls that fit the state of a history, and some that don't.</summary>
internal sealed class RandomCalls(RandomHistory history, Dice dice)
{
    private const int DepthMax = 2;
    private readonly RandomFileCalls _files = new(history, dice);

    private LedgerState State => history.State;

    public (AccountId Sender, Call Call) Next()
    {
        AccountId sender = SomeAccount();
        return (sender, Draw(sender, depth: 0));
    }

    private AccountId SomeAccount() => dice.Chance(0.1) ? history.Policy.ToAccountId() : dice.Pick(history.Actors).Id;

    private Call Draw(AccountId sender, int depth) => dice.Next(10) switch
    {
        0 => new Transfer(SomeAccount(), Amount()),
        1 when depth < DepthMax => DrawOfAccounts(sender, depth),
        2 when depth < DepthMax => new Batch((BatchMode)dice.Next(2), [.. Enumerable.Range(0, 1 + dice.Next(4)).Select(_ => WithoutBatch(sender, depth))]),
        < 6 => DrawOfStaking(sender),
        6 => DrawOfGovernance(sender),
        _ => _files.Draw(sender),
    };

    private Call WithoutBatch(AccountId sender, int depth)
    {
        Call call = Draw(sender, depth + 1);
        return call is Batch or ActAs { Call: Batch } or ActAs { Call: ActAs } ? new Transfer(SomeAccount(), Amount()) : call;
    }

    private Call DrawOfAccounts(AccountId sender, int depth)
    {
        switch (dice.Next(6))
        {
            case 0:
                return Rotate(sender);
            case 1:
                ImmutableArray<CallScope> scope = dice.Chance(0.1)
                    ? [new CallScope((ModuleId)dice.Next(8), (uint)dice.Next(4))]
                    : [CallScope.AllOf(ModuleId.Balances), new CallScope(ModuleId.Files, 0b1011111), CallScope.AllOf(ModuleId.Staking)];
                return new SetDelegate(SomeAccount(), scope, Amount(), State.Height + (ulong)dice.Next(40));
            case 2:
                return new RemoveDelegate(SomeAccount());
            default:
                AccountId account = history.Actors.Select(actor => actor.Id).FirstOrDefault(id => State.Delegate(id, sender) is not null && dice.Chance(0.7), SomeAccount());
                return new ActAs(account, Draw(account, depth + 1));
        }
    }

    private RotateKey Rotate(AccountId sender)
    {
        // Sometimes a key that another account has, too.
        ActorKey key = dice.Chance(0.2) ? dice.Pick(history.Actors) : history.NewKey($"key {dice.Next(30)}");
        Hash256 digest = Hashing.RotationProof(dice.Chance(0.1) ? Hash256.Zero : State.Genesis, sender, key.PublicKey);
        return new RotateKey(key.PublicKey, key.Sign(digest));
    }

    private Call DrawOfStaking(AccountId sender)
    {
        AccountId validator = SomeValidator();
        ValidatorRecord? own = State.Validator(sender);
        // Who owes a value shows it, most often.
        if (own is not null && dice.Chance(0.3) && Reveal(sender, own) is { } reveal)
            return reveal;
        if (dice.Chance(0.2) && State.NominationsOf(sender).Any())
            return dice.Chance(0.3) ? Leave(sender) : new WithdrawNomination(Nominated(sender));
        return dice.Next(16) switch
        {
            < 3 => new Bond(dice.Chance(0.5) ? new Balance(2_000_000) : Amount()),
            3 => new Unbond(dice.Chance(0.5) ? State.Stake(sender).Active : Amount()),
            4 => new Withdraw(),
            5 or 6 => DrawValidate(sender, own),
            7 => dice.Chance(0.3) ? new Chill() : new Withdraw(),
            8 => new Unjail(),
            9 or 10 or 11 => new Nominate(validator, Amount()),
            12 => Leave(sender),
            13 => new WithdrawNomination(Nominated(sender)),
            14 => new Reveal(Hash256.Sha256([1])),
            _ => dice.Chance(0.5) ? Report(SomeOffender()) : new Unjail(),
        };
    }

    private LeaveNomination Leave(AccountId sender)
    {
        AccountId validator = Nominated(sender);
        return new LeaveNomination(validator, (State.Nomination(sender, validator)?.Shares ?? 5) / (UInt128)(uint)dice.Between(1, 4));
    }

    private AccountId Nominated(AccountId sender) => State.NominationsOf(sender).FirstOrDefault()?.Validator ?? SomeValidator();

    private AccountId SomeValidator()
    {
        ImmutableArray<AccountId> candidates = State.Candidates();
        return candidates.IsEmpty || dice.Chance(0.1) ? SomeAccount() : dice.Pick(candidates);
    }

    private AccountId SomeOffender() =>
        history.Actors.Select(actor => actor.Id).FirstOrDefault(id => State.Validator(id) is not null && dice.Chance(0.4), SomeAccount());

    private Validate DrawValidate(AccountId sender, ValidatorRecord? own)
    {
        ushort commission = (ushort)dice.Next(1_010);
        ActorKey? actor = history.Actors.FirstOrDefault(actor => actor.Id == sender);
        if (actor is null || dice.Chance(0.1))
            return new Validate(commission, Hash256.Sha256([(byte)dice.Next(3)]), (uint)dice.Next(20));
        if (own is not null && dice.Chance(0.8))
            return new Validate(commission, own.Chain.Value, 1);
        return new Validate(commission, new SimulatedChains(actor).End, SimulatedChains.Length);
    }

    private Reveal? Reveal(AccountId sender, ValidatorRecord own)
    {
        ulong era = State.Era.Index;
        bool hasValue = own.ChainLast >= SimulatedChains.Length && era > own.ChainLast - SimulatedChains.Length && era <= own.ChainLast;
        ActorKey? actor = history.Actors.FirstOrDefault(actor => actor.Id == sender);
        return hasValue && actor is not null && new SimulatedChains(actor).Find(own.Chain, own.ChainLast, era) is { } value ? new Reveal(value) : null;
    }

    private ReportEquivocation Report(AccountId validator)
    {
        ValidatorRecord? record = State.Validator(validator);
        PublicKey seat = record is null ? history.Actors[0].PublicKey : dice.Chance(0.7) ? record.SeatKey : dice.Pick(history.Keys);
        ActorKey key = dice.Chance(0.9) ? history.KeyOf(seat) : dice.Pick(history.Actors);
        ulong era = State.Era.Index - Math.Min(State.Era.Index, (ulong)dice.Next(5)) + (dice.Chance(0.05) ? 1ul : 0);
        ulong iteration = (era << 40) + (ulong)dice.Next(3);
        SignedVote first = Vote(key, iteration);
        SignedVote second = Vote(key, iteration);
        for (int i = 0; i < 4 && first.Kind != second.Kind; i++)
            second = Vote(key, iteration);
        return new ReportEquivocation(new EquivocationEvidence(validator, seat, iteration, first, second));
    }

    private SignedVote Vote(ActorKey key, ulong iteration)
    {
        Hash256 block = Hash256.Sha256([(byte)dice.Next(3)]);
        Hash256 parent = Hash256.Sha256([(byte)dice.Next(2)]);
        Hash256 genesis = State.Genesis;
        return dice.Next(5) switch
        {
            0 => new SignedVote(ConsensusVoteKind.Notarise, block, key.Sign(Hashing.Notarise(genesis, block, iteration))),
            1 => new SignedVote(ConsensusVoteKind.Dummy, Hash256.Zero, key.Sign(Hashing.Dummy(genesis, iteration))),
            2 => new SignedVote(ConsensusVoteKind.Propose, block, key.Sign(Hashing.Proposal(genesis, parent, block, iteration, 1)), new ProposedParent(parent, 1)),
            _ => new SignedVote(ConsensusVoteKind.Finalise, block, key.Sign(Hashing.Finalise(genesis, block, iteration))),
        };
    }

    private Call DrawOfGovernance(AccountId sender)
    {
        ProposalRecord[] open = [.. State.Proposals()];
        uint proposal = open.Length == 0 ? (uint)dice.Next(3) : dice.Pick(open).Id;
        ulong at = State.Height + (ulong)dice.Between(3, 12);
        return dice.Next(8) switch
        {
            0 => new Retract(open.FirstOrDefault(each => each.Proposer == sender)?.Id ?? proposal),
            1 => new Vote(proposal, dice.Chance(0.5)),
            2 => new Propose(new SpendTreasury(SomeAccount(), Amount()), at),
            3 => new Propose(new ChangeParameters(ChangedParameters()), at),
            _ => new Vote(open.FirstOrDefault(each => !each.Approvals.Contains(sender))?.Id ?? proposal, Approves: true),
        };
    }

    private ChainParameters ChangedParameters() => State.Parameters with
    {
        TransactionFee = new Balance((uint)dice.Next(3_000)),
        DealDeadlineBlocks = (uint)dice.Between(1, 20),
        Staking = State.Parameters.Staking with
        {
            EraBlocks = (uint)dice.Between(3, 40),
            Seats = (uint)dice.Between(1, 5),
            UnbondingEras = (uint)dice.Between(1, 5),
            TreasuryPermille = (uint)dice.Next(1_001),
        },
    };

    private Balance Amount() => dice.Next(8) switch
    {
        0 => Balance.Zero,
        1 => new Balance(UInt128.One << 90),
        2 => new Balance((uint)dice.Next(200)),
        3 => new Balance((UInt128)(ulong)dice.Random.NextInt64(1_000_000_000_000)),
        _ => new Balance((uint)dice.Next(5_000_000)),
    };
}
