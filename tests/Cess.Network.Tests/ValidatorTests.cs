using System.Security.Cryptography;
using Cess.Gateway.Objects;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Network.Tests;

/// <summary>Several validators in one process.</summary>
public sealed class ValidatorTests
{
    [Fact]
    public async Task Four_validators_make_what_is_stored_final_with_certificates_of_three()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(validators: 4);
        byte[] content = RandomNumberGenerator.GetBytes(100_000);
        await network.PutAsync("key", content);
        Assert.Equal(content, await network.GetAsync("key"));

        using var keys = new PublicKeyCache();
        LedgerState head = network.Head;
        HashSet<AccountId> proposers = [];
        int certified = 0;
        for (ulong height = 1; height <= head.Height; height++)
        {
            BlockRecord record = Scale.Decode<BlockRecord>((await network.Blocks.ReadAsync(height)).Span);
            proposers.Add(record.Block.Header.Proposer);
            if (record.Certificate is not { } certificate)
                continue;
            certified++;
            Assert.Null(certificate.Verify(head.Genesis, record.Block.Header.ComputeHash(), head.Validators, keys));
            Assert.Equal(3, certificate.Votes.Length);
        }
        Assert.True(certified > 0, "A block is final by a certificate.");
        Assert.True(proposers.Count > 1, "Leaders take turns.");
    }

    [Fact]
    public async Task A_network_of_four_validators_goes_on_from_its_blocks()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(validators: 4);
        await network.PutAsync("key", [1, 2, 3]);
        LedgerState head = network.Head;
        using var keys = new PublicKeyCache();

        (LedgerState loaded, ulong iteration) = await Grains.Chain.ChainLoader.LoadAsync(
            network.Blocks, network.Genesis, keys, Ledger.State.SequentialFor.Instance, CancellationToken.None);

        Assert.True(loaded.Height >= head.Height);
        Assert.True(iteration >= loaded.Height, "An iteration makes at most one block.");
    }

    [Fact]
    public async Task A_contradiction_is_reported_until_it_is_punished_though_the_reporter_can_not_pay_at_first()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(miners: 1, policy: "1+0", validators: 4);
        (AccountId liar, AccountId witness) = (network.Head.EraMembers().Accounts[0], network.Head.EraMembers().Accounts[1]);
        await network.ExecuteAsync(liar, new Validate(0, Hash256.Sha256([1]), 50));
        await SpendAllAsync(network, witness);

        ulong told = network.Head.Height;
        network.Contradict(liar, witness);
        for (int i = 0; network.Head.Height < told + 3; i++)
            await network.PutAsync($"meanwhile {i}", [1]);
        Assert.NotEqual(CandidateStatus.Jailed, network.Head.Validator(liar)!.Status);

        await network.ExecuteAsync(network.Owner.Account, new Transfer(witness, Balance.Parse("10")));
        await TestNetwork.UntilAsync(() => network.Head.Validator(liar)!.Status == CandidateStatus.Jailed, "the punishment");
    }

    [Fact]
    public async Task An_order_for_a_block_whose_parent_has_gone_does_not_hold_the_chain_up()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(validators: 4);
        IChainGrain chain = network.Grains.GetGrain<IChainGrain>(StreamNames.ChainKey);
        Task<PutResult> put = network.PutAsync("key", [1, 2, 3]);
        await chain.OrderAsync(new BlockOrder(network.Owner.Account.ToString(), 1, new byte[Hash256.Size], Patience: null, IsAlone: false));

        await put.WaitAsync(TimeSpan.FromSeconds(30));

        ChainStatus status = await chain.GetStatusAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(status.Height > 0);
    }

    /// <summary>Leaves an account with less than the fee of a transfer, than which no transaction's is smaller.</summary>
    private static async Task SpendAllAsync(TestNetwork network, AccountId account)
    {
        Balance before = network.Head.Account(account).Free;
        Balance some = Balance.Parse("1000");
        await network.ExecuteAsync(account, new Transfer(network.Owner.Account, some));
        Balance fee = before - network.Head.Account(account).Free - some;
        await network.ExecuteAsync(account, new Transfer(network.Owner.Account, network.Head.Account(account).Free - fee));
        Assert.True(network.Head.Account(account).Free < fee);
    }
}
