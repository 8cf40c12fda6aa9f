using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Tests.Modules;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Model;

/// <summary>Turns a number into a call, mostly by somebody who may make it.</summary>
public sealed class ConservationChoices(int seed, StakingFixture staking)
{
    private ulong _state = (ulong)seed;

    public (TestAccount Sender, Call Call) Next()
    {
        int sender = Choose(7);
        return (staking[sender], Choice(sender, depth: 0));
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014).</summary>
    public int Choose(int count)
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)count);
    }

    private Call Choice(int sender, int depth)
    {
        AccountId other = staking[Choose(7)].Id;
        if (Choose(4) == 0 && staking.State.EraMembers().Accounts.Contains(staking[sender].Id))
            return Govern(other);
        return Choose(depth == 0 ? 25 : 18) switch
        {
            0 or 1 => new Transfer(other, Amount()),
            2 or 3 => new Bond(Amount()),
            4 => new Unbond(Amount()),
            5 => new Withdraw(),
            6 => new Validate((ushort)Choose(1_100), Hash256.Sha256([(byte)sender]), 50),
            7 => Choose(3) == 0 ? new Chill() : new Unjail(),
            8 or 9 or 10 => new Nominate(staking[1 + Choose(3)].Id, Amount()),
            11 or 12 => Leave(sender),
            13 => new WithdrawNomination(staking[1 + Choose(3)].Id),
            14 => sender is >= 1 and <= 3 && staking.State.Era.Index is > 0 and < 40 ? staking.RevealOf(sender) : new Reveal(default),
            15 => Choose(3) == 0 ? Report(1 + Choose(3)) : new Unjail(),
            16 => new RegisterMiner(other, "m", Amount()),
            17 => new AddStake(Amount()),
            18 => new SetDelegate(other, [CallScope.AllOf(ModuleId.Balances), CallScope.AllOf(ModuleId.Staking)], Balance.FromTokens(100), staking.State.Height + 30),
            19 => new RemoveDelegate(other),
            20 or 21 => new ActAs(Acted(sender) ?? other, Choose(2) == 0 ? new Transfer(staking[sender].Id, Amount()) : Choice(sender, 1)),
            22 => Rotate(sender),
            23 => Govern(other),
            _ => new Batch((BatchMode)Choose(2), [.. Enumerable.Range(0, 1 + Choose(4)).Select(_ => Choice(sender, 1))]),
        };
    }

    /// <summary>Most often an approval of what is open, for all validators have to agree before it is too late.</summary>
    private Call Govern(AccountId other)
    {
        ProposalRecord[] open = [.. staking.State.Proposals()];
        uint proposal = open.Length == 0 ? (uint)Choose(3) : open[Choose(open.Length)].Id;
        ulong at = staking.State.Height + (ulong)Choose(24);
        return Choose(10) switch
        {
            0 => new Retract(proposal),
            1 => new Vote(proposal, false),
            2 or 3 => new Propose(new SpendTreasury(other, Choose(4) == 0 ? Balance.FromTokens(1_000_000) : Amount()), at),
            4 => new Propose(new ChangeParameters(Changed()), at),
            _ => new Vote(proposal, true),
        };
    }

    /// <summary>Whatever of the parameters moves or makes tokens.</summary>
    private ChainParameters Changed()
    {
        ChainParameters now = staking.State.Parameters;
        return now with
        {
            TransactionFee = new Balance((UInt128)Choose(3) * 1_000),
            FeePerByte = new Balance((UInt128)Choose(3)),
            Staking = now.Staking with
            {
                FirstYearIssuance = Balance.FromTokens((ulong)Choose(9_000)),
                TreasuryPermille = (uint)Choose(1_001),
                YearlyPermille = (uint)Choose(1_001),
                EquivocationSlashPermille = (uint)Choose(1_001),
                AbsencePermille = (uint)Choose(1_001),
                UnbondingEras = 1 + (uint)Choose(3),
                EraBlocks = 4 + (uint)Choose(5),
            },
        };
    }

    private AccountId? Acted(int sender) => staking.Chain.Accounts
        .Select(a => (AccountId?)a.Id).FirstOrDefault(a => staking.State.Delegate(a!.Value, staking[sender].Id) is not null);

    private LeaveNomination Leave(int sender)
    {
        AccountId validator = staking[1 + Choose(3)].Id;
        UInt128 shares = staking.State.Nomination(staking[sender].Id, validator)?.Shares ?? 5;
        return new LeaveNomination(validator, Choose(2) == 0 ? shares : (shares / 3) + 1);
    }

    private ReportEquivocation Report(int validator)
    {
        ulong iteration = (staking.State.Era.Index << 40) + (ulong)Choose(50);
        return new ReportEquivocation(new EquivocationEvidence(
            staking[validator].Id,
            staking[validator].Key.PublicKey,
            iteration,
            StakingFixture.Vote(ConsensusVoteKind.Finalise, staking[validator], staking.State.Genesis, iteration, Hash256.Sha256([1])),
            StakingFixture.Vote(ConsensusVoteKind.Finalise, staking[validator], staking.State.Genesis, iteration, Hash256.Sha256([2]))));
    }

    /// <summary>There and back again, so that the fixture's signatures stay those of the account's key.</summary>
    private Batch Rotate(int sender)
    {
        TestAccount account = staking[sender];
        TestAccount fresh = new(100 + sender);
        return new Batch(BatchMode.AllOrNothing, [To(fresh), To(account)]);

        RotateKey To(TestAccount to) => new(
            to.Key.PublicKey, to.Key.Sign(RotateKey.ProofDigest(staking.State.Genesis, account.Id, to.Key.PublicKey)));
    }

    private Balance Amount() => Choose(8) switch
    {
        0 => Balance.Zero,
        1 => new Balance((UInt128)Choose(1_000)),
        2 => Balance.FromTokens((ulong)Choose(2_000)),
        _ => Balance.FromTokens((ulong)Choose(60)) + new Balance((UInt128)Choose(1_000_000_007)),
    };
}
