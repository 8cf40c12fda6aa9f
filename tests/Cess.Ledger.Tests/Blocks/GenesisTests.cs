using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Blocks;

public sealed class GenesisTests
{
    private static readonly Genesis s_genesis = Samples.Genesis;

    [Fact]
    public void Block_0_follows_from_the_genesis()
    {
        LedgerState state = s_genesis.ToState();
        Assert.Equal(0ul, state.Height);
        Assert.Equal(s_genesis.ComputeHash(), state.Genesis);
        Assert.Equal(s_genesis.ComputeHash(), state.Header.Parent);
        Assert.Equal(s_genesis.TimeMs, state.Header.TimeMs);
        Assert.Equal(s_genesis.Parameters, state.Parameters);
        Assert.Equal(Balance.FromTokens(5), state.Account(Samples.Bob.Id).Free);
        Assert.Equal(Samples.Alice.Key.PublicKey, state.Account(Samples.Alice.Id).Key);
        Assert.Equal(state.BlockHash, Scale.Decode<Genesis>(Scale.Encode(s_genesis)).ToState().BlockHash);
    }

    [Fact]
    public void Any_difference_makes_another_chain()
    {
        Genesis[] others =
        [
            s_genesis with { ChainName = "other" },
            s_genesis with { TimeMs = 1 },
            s_genesis with { Parameters = s_genesis.Parameters with { DealDeadlineBlocks = 7 } },
            s_genesis with { Accounts = s_genesis.Accounts.RemoveAt(0) },
            s_genesis with { Validators = new ValidatorSet([Samples.Bob.Key.PublicKey]) },
        ];
        Assert.Equal(6, others.Append(s_genesis).Select(g => g.ComputeHash()).Distinct().Count());
    }

    [Fact]
    public void A_genesis_that_breaks_a_rule_starts_nothing()
    {
        Refused(s_genesis with { Validators = new ValidatorSet([]) });
        Refused(s_genesis with { Accounts = [.. s_genesis.Accounts.Reverse()] });
        Refused(s_genesis with { Accounts = [s_genesis.Accounts[0], s_genesis.Accounts[0]] });
        Refused(s_genesis with { Accounts = [s_genesis.Accounts[0] with { Key = new TestAccount(9).Key.PublicKey }] });
        Refused(s_genesis with
        {
            Accounts = [s_genesis.Accounts[0] with { Free = Balance.MaxValue }, s_genesis.Accounts[1]],
        });
        Refused(s_genesis with { Parameters = s_genesis.Parameters with { DealDeadlineBlocks = 0 } });
        Refused(s_genesis with { Parameters = s_genesis.Parameters with { FeePerByte = LedgerLimits.FeeMax + new Balance(1) } });

        Refused(s_genesis with { Parameters = s_genesis.Parameters with { FeePerWeight = LedgerLimits.FeePerWeightMax + new Balance(1) } });
        Refused(s_genesis with { Parameters = s_genesis.Parameters with { VotingBlocks = 0 } });
        Refused(s_genesis with { Parameters = s_genesis.Parameters with { VotingBlocks = LedgerLimits.EnactmentBlocksMax + 1 } });
        Refused(s_genesis with { Parameters = s_genesis.Parameters with { BlockWeight = LedgerLimits.BlockWeightMin - 1 } });
        Refused(s_genesis with { Accounts = [s_genesis.Accounts[0] with { Free = LedgerLimits.SupplyMax }, s_genesis.Accounts[1]] });
        StakingParameters staking = s_genesis.Parameters.Staking;
        foreach (StakingParameters wrong in new[]
        {
            staking with { EraBlocks = 0 },
            staking with { ErasPerYear = 0 },
            staking with { Seats = 0 },
            staking with { Seats = LedgerLimits.ValidatorsMax + 1 },
            staking with { CandidatesMin = 0 },
            staking with { UnbondingEras = 0 },
            staking with { UnbondingEras = LedgerLimits.UnbondingErasMax + 1 },
            staking with { JailEras = LedgerLimits.JailErasMax + 1 },
            staking with { EquivocationSlashPermille = 1_001 },
            staking with { AbsenceSlashPermille = 1_001 },
            staking with { AbsencePermille = 1_001 },
            staking with { YearlyPermille = 1_001 },
            staking with { TreasuryPermille = 1_001 },
            staking with { IssuanceYears = LedgerLimits.IssuanceYearsMax + 1 },
            staking with { FirstYearIssuance = LedgerLimits.SupplyMax + new Balance(1) },
        })
        {
            Refused(s_genesis with { Parameters = s_genesis.Parameters with { Staking = wrong } });
        }

        Refused(s_genesis with { Parameters = s_genesis.Parameters with { BlockWeight = LedgerLimits.BlockWeightMax + 1 } });

        static void Refused(Genesis genesis)
        {
            Assert.Throws<ArgumentException>(() => genesis.ToState());
            Assert.Throws<ScaleException>(() => Scale.Decode<Genesis>(Scale.Encode(genesis)));
        }
    }
}
