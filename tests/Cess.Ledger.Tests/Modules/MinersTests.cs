using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class MinersTests
{
    private const ulong Tebibyte = 1ul << 40;

    private readonly TestChain _chain = new(new ChainParameters { StakePerTebibyte = Balance.FromTokens(10) });

    private TestAccount Miner => _chain.Accounts[1];

    [Fact]
    public void Miners_are_numbered_in_the_order_of_registration()
    {
        for (uint i = 0; i < 3; i++)
        {
            TestAccount account = _chain.Accounts[1 + i];
            Receipt receipt = _chain.MustDo(account, new RegisterMiner(_chain.Accounts[0].Id, $"http://{i}", Balance.FromTokens(i)));
            Assert.Equal(new MinerRegistered(new MinerId(i), account.Id), Assert.Single(receipt.Events));
            Assert.Equal(
                new MinerRecord(
                    new MinerId(i), account.Id, _chain.Accounts[0].Id, $"http://{i}", Balance.FromTokens(i),
                    0, 0, 0, MinerStatus.Positive, _chain.State.Height),
                _chain.State.Miner(new MinerId(i)));
            Assert.Equal(new MinerId(i), _chain.State.MinerOf(account.Id)!.Id);
        }

        Assert.Equal([0u, 1u, 2u], _chain.State.Miners().Select(m => m.Id.Value).Order());
        Assert.Null(_chain.State.Miner(new MinerId(3)));
        Assert.Null(_chain.State.MinerOf(_chain.Accounts[0].Id));
    }

    [Fact]
    public void A_stake_is_set_aside_and_stays_the_accounts()
    {
        _chain.MustDo(Miner, new RegisterMiner(Miner.Id, "m", Balance.FromTokens(30)));
        _chain.MustDo(Miner, new AddStake(Balance.FromTokens(5)));
        AccountRecord account = _chain.State.Account(Miner.Id);
        Assert.Equal((Balance.FromTokens(965), Balance.FromTokens(35)), (account.Free, account.Reserved));
        Assert.Equal(Balance.FromTokens(35), _chain.State.MinerOf(Miner.Id)!.Stake);
        Assert.Equal(BalancesError.FundsInsufficient, _chain.Do(Miner, new AddStake(Balance.FromTokens(966))).Error);
        Assert.Equal(MinersError.AmountZero, _chain.Do(Miner, new AddStake(Balance.Zero)).Error);
    }

    [Fact]
    public void An_account_has_one_miner_with_an_endpoint_and_a_stake_that_it_can_pay()
    {
        Assert.Equal(
            BalancesError.FundsInsufficient,
            _chain.Do(Miner, new RegisterMiner(Miner.Id, "m", Balance.FromTokens(1_001))).Error);
        Assert.Equal(MinersError.EndpointEmpty, _chain.Do(Miner, new RegisterMiner(Miner.Id, "", Balance.Zero)).Error);
        _chain.MustDo(Miner, new RegisterMiner(Miner.Id, "m", Balance.Zero));
        Assert.Equal(
            MinersError.AlreadyRegistered, _chain.Do(Miner, new RegisterMiner(Miner.Id, "n", Balance.Zero)).Error);
    }

    [Fact]
    public void Declared_space_is_covered_by_the_stake_for_every_started_tebibyte()
    {
        _chain.MustDo(Miner, new RegisterMiner(Miner.Id, "m", Balance.FromTokens(20)));
        _chain.MustDo(Miner, new DeclareSpace(2 * Tebibyte));
        Assert.Equal(MinersError.StakeInsufficient, _chain.Do(Miner, new DeclareSpace((2 * Tebibyte) + 1)).Error);
        Assert.Equal(MinersError.StakeInsufficient, _chain.Do(Miner, new DeclareSpace(ulong.MaxValue)).Error);
        _chain.MustDo(Miner, new AddStake(Balance.FromTokens(10)));
        _chain.MustDo(Miner, new DeclareSpace((2 * Tebibyte) + 1));
        _chain.MustDo(Miner, new DeclareSpace(0));
    }

    [Fact]
    public void Without_a_stake_per_tebibyte_any_space_can_be_declared()
    {
        TestChain chain = new();
        chain.MustDo(chain.Accounts[1], new RegisterMiner(default, "m", Balance.Zero));
        chain.MustDo(chain.Accounts[1], new DeclareSpace(ulong.MaxValue));
        Assert.Equal(ulong.MaxValue, chain.State.Miner(new MinerId(0))!.FreeBytes);
    }

    [Fact]
    public void Declared_space_is_never_below_what_is_reserved_and_used()
    {
        FilesFixture files = new();
        files.Store("cat.jpg");
        files.Declare("dog.jpg");
        Assert.Equal((500ul, 500ul), files.SpaceOf(0));
        Assert.Equal(MinersError.SpaceInUse, files.Chain.Do(files.Miners[0], new DeclareSpace(999)).Error);
        files.Chain.MustDo(files.Miners[0], new DeclareSpace(1_000));
        Assert.Equal(0ul, files.Chain.State.Miner(new MinerId(0))!.FreeBytes);
    }

    [Fact]
    public void A_miner_changes_its_endpoint_and_its_beneficiary()
    {
        _chain.MustDo(Miner, new RegisterMiner(Miner.Id, "m", Balance.Zero));
        _chain.MustDo(Miner, new UpdateEndpoint("https://elsewhere"));
        _chain.MustDo(Miner, new UpdateBeneficiary(_chain.Accounts[2].Id));
        MinerRecord miner = _chain.State.MinerOf(Miner.Id)!;
        Assert.Equal(("https://elsewhere", _chain.Accounts[2].Id), (miner.Endpoint, miner.Beneficiary));
        Assert.Equal(MinersError.EndpointEmpty, _chain.Do(Miner, new UpdateEndpoint("")).Error);
    }

    [Fact]
    public void Whoever_is_no_miner_has_none_to_change()
    {
        Assert.Equal(MinersError.NotRegistered, _chain.Do(Miner, new DeclareSpace(1)).Error);
        Assert.Equal(MinersError.NotRegistered, _chain.Do(Miner, new UpdateEndpoint("m")).Error);
        Assert.Equal(MinersError.NotRegistered, _chain.Do(Miner, new UpdateBeneficiary(Miner.Id)).Error);
        Assert.Equal(MinersError.NotRegistered, _chain.Do(Miner, new AddStake(Balance.OneToken)).Error);
    }

    [Fact]
    public void A_miner_leaves_by_exiting_and_never_comes_back()
    {
        (MinerStatus, MinerStatus)[] legal = [.. from a in Enum.GetValues<MinerStatus>()
                                                 from b in Enum.GetValues<MinerStatus>()
                                                 where a.CanBecome(b)
                                                 select (a, b)];
        Assert.Equal(
            [
                (MinerStatus.Positive, MinerStatus.Frozen),
                (MinerStatus.Positive, MinerStatus.Exiting),
                (MinerStatus.Frozen, MinerStatus.Positive),
                (MinerStatus.Frozen, MinerStatus.Exiting),
                (MinerStatus.Exiting, MinerStatus.Exited),
            ],
            legal);
    }
}
