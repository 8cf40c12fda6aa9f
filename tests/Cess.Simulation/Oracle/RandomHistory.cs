using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Simulation.World;

namespace Cess.Simulation.Oracle;

/// <summary>A chain of blocks with calls of every kind, drawn from a seed: most of them by somebody who may make them.</summary>
internal sealed class RandomHistory
{
    private const int ActorCount = 10;
    private const int TransactionsMax = 12;
    private const int DeclaredMax = 40;
    private readonly Dice _dice;
    private readonly RandomCalls _calls;
    private readonly Dictionary<PublicKey, ActorKey> _keys = [];

    public RandomHistory(ulong seed)
    {
        _dice = new Dice(seed, "history");
        Actors = [.. Enumerable.Range(0, ActorCount).Select(i => ActorKeys.Of($"actor {i}"))];
        Policy = MultisigPolicy.Of(2, Actors.Take(3).Select(actor => actor.PublicKey));
        foreach (ActorKey actor in Actors)
            _keys.Add(actor.PublicKey, actor);
        Genesis = MakeGenesis();
        State = Genesis.ToState();
        _calls = new RandomCalls(this, _dice);
    }

    public IReadOnlyList<ActorKey> Actors { get; }

    /// <summary>The policy of an account of several keys, which is one of those that act.</summary>
    public MultisigPolicy Policy { get; }

    public Genesis Genesis { get; }

    public LedgerState State { get; private set; }

    /// <summary>Files that were declared, whatever has become of them, the newest first.</summary>
    public LinkedList<FileId> Declared { get; } = [];

    /// <summary>Makes the next block with the product.</summary>
    public (ExecutedBlock Block, IReadOnlyList<SignedTransaction> Proposed) Next()
    {
        List<SignedTransaction> proposed = [];
        Dictionary<AccountId, ulong> nonces = [];
        int count = _dice.Next(TransactionsMax);
        while (proposed.Count < count)
        {
            (AccountId sender, Call call) = _calls.Next();
            ulong nonce = nonces.GetValueOrDefault(sender, State.Account(sender).Nonce);
            nonces[sender] = nonce + 1;
            proposed.Add(Sign(sender, nonce, call));
        }

        if (proposed.Count > 0 && _dice.Chance(0.05))
            proposed.Add(_dice.Pick(proposed));
        ImmutableArray<AccountId> members = State.EraMembers().Accounts;
        // Some propose seldom, so that eras have absent ones.
        AccountId proposer = _dice.Chance(0.7) ? members[_dice.Next((members.Length / 2) + 1)] : _dice.Chance(0.5) ? members[^1] : Actors[^1].Id;
        ulong time = State.Header.TimeMs + (ulong)_dice.Next(3_000) - (_dice.Chance(0.1) ? 1_000ul : 0);
        ExecutedBlock block = BlockExecutor.Execute(State, new BlockContext(time, proposer), proposed);
        State = block.State;
        foreach (DealOpened opened in block.Receipts.SelectMany(receipt => receipt.Events).OfType<DealOpened>())
            Declared.AddFirst(opened.File);
        while (Declared.Count > DeclaredMax)
            Declared.RemoveLast();
        return (block, proposed);
    }

    public ActorKey NewKey(string name)
    {
        ActorKey key = ActorKeys.Of(name);
        _keys[key.PublicKey] = key;
        return key;
    }

    /// <summary>Every key that somebody has or had.</summary>
    public IReadOnlyList<PublicKey> Keys => [.. _keys.Keys];

    /// <summary>Who has a key, by whatever account it is used.</summary>
    public ActorKey KeyOf(PublicKey key) => _keys[key];

    private SignedTransaction Sign(AccountId sender, ulong nonce, Call call)
    {
        if (_dice.Chance(0.02))
            nonce += (ulong)_dice.Next(3) - 1;
        ulong validUntil = State.Height + (ulong)(_dice.Chance(0.02) ? 0 : _dice.Between(1, 20));
        Hash256 genesis = _dice.Chance(0.01) ? Hash256.Zero : State.Genesis;
        UInt128 tip = _dice.Chance(0.01) ? UInt128.One << 100 : _dice.Chance(0.5) ? 0u : (UInt128)(uint)_dice.Next(1_000);
        var unsigned = new UnsignedTransaction(genesis, sender, nonce, validUntil, new Balance(tip), call);
        Signature signature = Actors[0].Sign(Hash256.Zero);
        if (sender == Policy.ToAccountId() && (State.Account(sender).Key is null || _dice.Chance(0.1)))
            return SignedTransaction.Assemble(unsigned, new Multisig(Policy, [new MemberSignature(0, signature), new MemberSignature(2, signature)]));
        PublicKey? known = State.Account(sender).Key;
        bool isOwn = known?.ToAccountId() == sender;
        PublicKey? first = Actors.FirstOrDefault(actor => actor.Id == sender)?.PublicKey;
        PublicKey? stated = isOwn ? _dice.Chance(0.8) ? null : known : known ?? first;
        if (_dice.Chance(0.02))
            stated = _dice.Chance(0.5) ? null : _dice.Pick(Actors).PublicKey;
        return SignedTransaction.Assemble(unsigned, signature, stated);
    }

    private Genesis MakeGenesis()
    {
        int validators = _dice.Pick([1, 3, 4]);
        uint era = (uint)_dice.Pick([4, 7, validators * 10]);
        IEnumerable<GenesisAccount> accounts = Actors.Take(ActorCount - 1)
            .Select((actor, i) => new GenesisAccount(actor.Id, new Balance(1_000_000_000_000), i % 2 == 0 ? actor.PublicKey : null));
        return new Genesis(
            "oracle",
            1_000_000,
            new ChainParameters
            {
                TransactionFee = new Balance(1_000),
                FeePerByte = new Balance(2),
                FeePerWeight = new Balance((uint)_dice.Next(3)),
                BlockWeight = (ulong)_dice.Pick([100_000, 3_000_000, 100_000_000]),
                Treasury = _dice.Chance(0.3) ? Actors[1].Id : new AccountId(Hash256.Sha256("treasury"u8)),
                StakePerTebibyte = new Balance(1_000_000),
                DealDeadlineBlocks = 12,
                VotingBlocks = 3,
                Staking = new StakingParameters
                {
                    EraBlocks = era,
                    Seats = 4,
                    CandidatesMin = 2,
                    ValidatorBondMin = new Balance(1_000_000),
                    NominationMin = new Balance(100),
                    UnbondingEras = (uint)_dice.Between(1, 3),
                    JailEras = (uint)_dice.Next(3),
                    EquivocationSlashPermille = (uint)_dice.Pick([100, 333, 1_000]),
                    AbsenceSlashPermille = 7,
                    AbsencePermille = 700,
                    FirstYearIssuance = new Balance(_dice.Chance(0.1) ? UInt128.One << 103 : 1_000_000_007),
                    YearlyPermille = 841,
                    IssuanceYears = 30,
                    ErasPerYear = 3,
                    TreasuryPermille = 201,
                },
            },
            Genesis.Sorted(accounts.Append(new GenesisAccount(Policy.ToAccountId(), new Balance(1_000_000_000_000), null))),
            new ValidatorSet([.. Actors.Take(validators).Select(actor => actor.PublicKey)]));
    }
}
