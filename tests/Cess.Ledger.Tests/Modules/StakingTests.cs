using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class StakingTests : IDisposable
{
    private readonly StakingFixture _staking = new();

    public void Dispose() => _staking.Dispose();

    [Fact]
    public void Bonded_tokens_come_back_when_the_unbonding_eras_have_passed()
    {
        _staking.Chain.MustDo(_staking[1], new Bond(Tokens(30)));
        _staking.Chain.MustDo(_staking[1], new Bond(Tokens(20)));
        Assert.Equal((Tokens(950), Tokens(50)), Amounts(1));
        _staking.Fails(StakingError.AmountZero, 1, new Bond(Balance.Zero));
        _staking.Fails(BalancesError.FundsInsufficient, 1, new Bond(Tokens(951)));
        _staking.Fails(StakingError.AmountZero, 1, new Unbond(Balance.Zero));
        _staking.Fails(StakingError.BondInsufficient, 1, new Unbond(Tokens(51)));

        _staking.Chain.MustDo(_staking[1], new Unbond(Tokens(10)));
        _staking.Chain.MustDo(_staking[1], new Unbond(Tokens(5)));
        Assert.Equal([new UnbondingChunk(Tokens(15), 2)], _staking.State.Stake(_staking[1].Id).Unbonding.AsEnumerable());
        _staking.EndEra();
        _staking.Fails(StakingError.NothingToWithdraw, 1, new Withdraw());
        _staking.EndEra();
        _staking.Chain.MustDo(_staking[1], new Withdraw());
        Assert.Equal((Tokens(965), Tokens(35)), Amounts(1));
        _staking.Fails(StakingError.NothingToWithdraw, 1, new Withdraw());

        _staking.Chain.MustDo(_staking[1], new Unbond(Tokens(35)));
        _staking.EndEra();
        _staking.EndEra();
        _staking.Chain.MustDo(_staking[1], new Withdraw());
        Assert.Equal((Tokens(1_000), Balance.Zero), Amounts(1));
        Assert.False(_staking.State.Tree.TryGet(LedgerKeys.Stake(_staking[1].Id), out _));
    }

    [Fact]
    public void Only_so_many_withdrawals_are_pending()
    {
        using StakingFixture slow = new(p => p with { UnbondingEras = 100, EraBlocks = 2 });
        slow.Chain.MustDo(slow[1], new Bond(Tokens(100)));
        for (int i = 0; i < LedgerLimits.UnbondingChunksMax; i++)
        {
            slow.Chain.MustDo(slow[1], new Unbond(Balance.OneToken));
            slow.EndEra();
        }

        slow.Fails(StakingError.PendingTooMany, 1, new Unbond(Balance.OneToken));
    }

    [Fact]
    public void A_candidate_needs_a_bond_a_key_and_a_chain()
    {
        Hash256 end = Hash256.Sha256([1]);
        _staking.Fails(StakingError.BondTooSmall, 1, new Validate(0, end, 5));
        _staking.Chain.MustDo(_staking[1], new Bond(StakingFixture.BondMin));
        _staking.Fails(StakingError.CommissionInvalid, 1, new Validate(1_001, end, 5));
        _staking.Fails(StakingError.ChainLengthInvalid, 1, new Validate(0, end, 0));
        _staking.Fails(StakingError.ChainLengthInvalid, 1, new Validate(0, end, SelectionLimits.HashChainLengthMax + 1));
        _staking.Fails(StakingError.NotCandidate, 1, new Chill());
        _staking.Chain.MustDo(_staking[1], new Validate(1_000, end, 5));
        Assert.Equal([_staking[1].Id], _staking.State.Candidates().AsEnumerable());
        Assert.Equal((CandidateStatus.Candidate, (ushort)1_000, 5ul), (_staking.Validator(1).Status, _staking.Validator(1).CommissionPermille, _staking.Validator(1).ChainLast));

        _staking.Fails(StakingError.BondTooSmall, 1, new Unbond(new Balance(1)));
        _staking.Chain.MustDo(_staking[1], new Chill());
        Assert.Empty(_staking.State.Candidates());
        _staking.Chain.MustDo(_staking[1], new Unbond(StakingFixture.BondMin));
        _staking.Fails(StakingError.BondTooSmall, 1, new Validate(0, end, 5));
        _staking.Fails(StakingError.NotJailed, 1, new Unjail());
    }

    [Fact]
    public void The_genesis_validators_stay_until_there_are_enough_candidates()
    {
        _staking.MakeCandidate(1);
        _staking.MakeCandidate(2);
        ExecutedBlock end = _staking.EndEra();
        EraStarted started = Assert.Single(end.StartEvents.OfType<EraStarted>());
        Assert.Equal((1ul, 20ul, Balance.Zero), (started.Era, started.End, started.Issued));
        Assert.Equal([_staking[0].Key.PublicKey], _staking.State.Validators.Keys.AsEnumerable());
        Assert.Equal([_staking[0].Id], started.Validators.AsEnumerable());

        _staking.MakeCandidate(3);
        _staking.EndEra();
        Assert.Equal(
            new[] { 1, 2, 3 }.Select(i => _staking[i].Key.PublicKey).ToHashSet(), _staking.State.Validators.Keys.ToHashSet());
        Assert.Equal(_staking.State.Validators.Keys.Select(k => k.ToAccountId()), _staking.State.EraMembers().Accounts);

        // Two leave: too few are left, and the validators stay.
        _staking.Chain.MustDo(_staking[1], new Chill());
        _staking.Chain.MustDo(_staking[2], new Chill());
        _staking.EndEra();
        Assert.Equal(3, _staking.State.Validators.Keys.Length);
    }

    [Fact]
    public void The_seats_go_to_the_best_scores_drawn_with_what_was_revealed()
    {
        using StakingFixture staking = new(p => p with { EraBlocks = 20 });
        for (int account = 1; account <= 5; account++)
            staking.MakeCandidate(account, bond: 100 + (100 * (ulong)account));
        staking.EndEra();
        EraRandomness initial = EraRandomness.Initial(staking.State.Genesis);
        Assert.Equal(initial.SeedOf(1), staking.State.Era.Seed);
        Candidate[] candidates = [.. Enumerable.Range(1, 5).Select(i => new Candidate(staking[i].Id, 0, Tokens(100 + (100 * (ulong)i))))];
        Assert.Equal(Expected(initial.SeedOf(1)), staking.State.EraMembers().Accounts);

        int[] members = [.. staking.State.EraMembers().Accounts.Select(a => Array.FindIndex(staking.Chain.Accounts, x => x.Id == a))];
        EraRandomness mixed = initial;
        foreach (int member in members[..2])
        {
            Reveal reveal = staking.RevealOf(member);
            mixed = mixed.Mix(reveal.Value);
            staking.Chain.MustDo(staking[member], reveal);
            staking.Fails(StakingError.RevealWrong, member, reveal);
        }

        int outsider = Enumerable.Range(1, 5).First(i => !members.Contains(i));
        staking.Fails(StakingError.NotInEra, outsider, staking.RevealOf(outsider));
        staking.Fails(StakingError.RevealWrong, members[2], new Reveal(Hash256.Zero));
        staking.EndEra();
        Assert.Equal(mixed.SeedOf(2), staking.State.Era.Seed);
        Assert.Equal(Expected(mixed.SeedOf(2)), staking.State.EraMembers().Accounts);

        IEnumerable<AccountId> Expected(Hash256 seed) => EraSelection.Select(candidates, 3, seed).Select(s => s.Account);
    }

    [Fact]
    public void Silence_costs_credit_and_a_new_chain_does_not_hide_it()
    {
        _staking.ElectThree();
        _staking.Chain.MustDo(_staking[1], _staking.RevealOf(1));
        _staking.Chain.MustDo(_staking[1], new Validate(5, _staking.Validator(1).Chain.Value, 9));
        _staking.Chain.MustDo(_staking[2], new Validate(5, Hash256.Sha256([9]), 9));
        Assert.Equal([0u, 1u, 0u], new[] { 1, 2, 3 }.Select(i => _staking.Validator(i).Credit.Punishments));
        Assert.Equal((ulong)StakingFixture.ChainLength, _staking.Validator(1).ChainLast);
        Assert.Equal(1ul + 9, _staking.Validator(2).ChainLast);
        _staking.Chain.SealUntil(_staking.State.Era.End - 1);
        Assert.Equal(1ul, _staking.State.Era.Index);
        _staking.Chain.Seal();
        Assert.All(new[] { 1, 2, 3 }, i => Assert.Equal(0u, _staking.Validator(i).Credit.Punishments));
    }

    [Fact]
    public void A_candidate_whose_chain_has_ended_is_not_drawn()
    {
        _staking.Chain.MustDo(_staking[4], new Bond(Tokens(900)));
        _staking.Chain.MustDo(_staking[4], new Validate(0, Hash256.Sha256([1]), 1));
        _staking.MakeCandidate(1);
        _staking.MakeCandidate(2);
        _staking.MakeCandidate(3);
        _staking.EndEra();
        _staking.EndEra();
        Assert.DoesNotContain(_staking[4].Id, _staking.State.EraMembers().Accounts);
    }

    [Fact]
    public void Credit_is_the_share_of_all_work_less_the_square_of_punishments_and_ages()
    {
        CreditRecord one = new CreditRecord(30, 0, []).EndEra(100);
        Assert.Equal((0ul, 0u, 150ul), (one.Points, one.Punishments, one.Score));
        Assert.Equal([(ushort)300], one.History.AsEnumerable());
        Assert.Equal([(ushort)100, (ushort)300], (one with { Points = 50, Punishments = 2 }).EndEra(100).History.AsEnumerable());
        Assert.Equal([(ushort)0, (ushort)300], (one with { Points = 1, Punishments = 30 }).EndEra(100).History.AsEnumerable());
        CreditRecord full = CreditRecord.Empty;
        for (int i = 0; i < 7; i++)
            full = (full with { Points = 5 }).EndEra(5);
        Assert.Equal((5, 1_000ul), (full.History.Length, full.Score));
        for (int i = 0; i < 5; i++)
            full = full.EndEra(0);
        Assert.Empty(full.History);
    }

    [Fact]
    public void Two_accounts_of_one_key_get_one_seat()
    {
        _staking.MakeCandidate(1);
        _staking.MakeCandidate(2);
        _staking.MakeCandidate(3);
        TestAccount same = _staking[2];
        _staking.Chain.MustDo(_staking[3], new RotateKey(
            same.Key.PublicKey, same.Key.Sign(RotateKey.ProofDigest(_staking.State.Genesis, _staking[3].Id, same.Key.PublicKey))));
        _staking.EndEra();
        Assert.Single(_staking.State.Validators.Keys);
    }

    [Fact]
    public void Work_is_credited_to_validators_alone_and_never_wraps()
    {
        _staking.MakeCandidate(1);
        StakingState records = new(new StateOverlay(_staking.State.Tree));
        records.AddCredit(_staking[1].Id, 7);
        records.AddCredit(_staking[1].Id, 5);
        records.AddCredit(_staking[2].Id, 5);
        Assert.Equal(12ul, records.Validator(_staking[1].Id)!.Credit.Points);
        Assert.Null(records.Validator(_staking[2].Id));
        records.AddCredit(_staking[1].Id, ulong.MaxValue);
        Assert.Equal(ulong.MaxValue, records.Validator(_staking[1].Id)!.Credit.Points);
    }

    [Fact]
    public void A_validator_that_rotates_its_key_votes_with_the_new_one_from_the_next_era_on()
    {
        _staking.ElectThree();
        TestAccount fresh = new(90);
        int seat = _staking.State.EraMembers().Accounts.IndexOf(_staking[2].Id);
        _staking.Chain.MustDo(_staking[2], new RotateKey(
            fresh.Key.PublicKey, fresh.Key.Sign(RotateKey.ProofDigest(_staking.State.Genesis, _staking[2].Id, fresh.Key.PublicKey))));
        Assert.Equal(_staking[2].Key.PublicKey, _staking.State.Validators.Keys[seat]);
        _staking.EndEra();
        Assert.Equal(fresh.Key.PublicKey, _staking.State.Validators.Keys[_staking.State.EraMembers().Accounts.IndexOf(_staking[2].Id)]);
        Assert.Equal((fresh.Key.PublicKey, _staking[2].Key.PublicKey), (_staking.Validator(2).SeatKey, _staking.Validator(2).PreviousSeatKey));
    }

    private (Balance Free, Balance Reserved) Amounts(int account)
    {
        AccountRecord record = _staking.State.Account(_staking[account].Id);
        return (record.Free, record.Reserved);
    }

    private static Balance Tokens(ulong tokens) => Balance.FromTokens(tokens);
}
