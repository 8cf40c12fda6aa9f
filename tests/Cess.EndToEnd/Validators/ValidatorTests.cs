using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Balances;
using Cess.Primitives;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Validators;

/// <summary>Validators of several operators, each a process, agree; with one of four down they go on, with two they wait.</summary>
public sealed class ValidatorTests
{
    private const string Anna = "anna";
    private const string Ben = "ben";
    private const string Cleo = "cleo";
    private const string Dan = "dan";

    private static readonly string[] s_all = [Anna, Ben, Cleo, Dan];

    [Fact]
    public async Task Four_processes_make_blocks_final_with_one_down_wait_with_two_down_and_never_differ()
    {
        await using var network = await ValidatorNetwork.StartAsync(s_all);
        await TransferAsync(network, Anna);
        await network.SeesAsync(Dan, 2);

        await network.KillAsync(Cleo);
        await TransferAsync(network, Ben);
        var withThree = await network.HeightAsync(Anna);
        await network.SeesAsync(Anna, withThree + 2);

        await network.StartNodeAsync(Cleo);
        await network.SeesAsync(Cleo, withThree + 2);
        await network.AgreeAsync(s_all);

        await network.KillAsync(Cleo);
        await network.KillAsync(Dan);
        await Assert.ThrowsAsync<TimeoutException>(() => TransferAsync(network, Anna).WaitAsync(TimeSpan.FromSeconds(8)));
        var stopped = await network.HeightAsync(Anna);

        await network.StartNodeAsync(Cleo);
        await network.StartNodeAsync(Dan);
        foreach (var name in s_all)
            await network.SeesAsync(name, stopped + 2);
        await network.AgreeAsync(s_all);
        await TransferAsync(network, Dan);
    }

    [Fact]
    public async Task A_transaction_is_final_for_all_whichever_node_it_was_given_to()
    {
        await using var network = await ValidatorNetwork.StartAsync(s_all);
        foreach (var name in s_all)
            await TransferAsync(network, name);
        await network.AgreeAsync(s_all);
    }

    [Fact]
    public async Task A_node_joins_by_an_address_alone_follows_and_hands_transactions_on()
    {
        await using var network = await ValidatorNetwork.StartAsync(s_all);
        await TransferAsync(network, Anna);
        await network.StartNodeAsync("eve", isFounder: false);
        await network.SeesAsync("eve", await network.HeightAsync(Anna));
        await TransferAsync(network, "eve");
        await network.AgreeAsync([.. s_all, "eve"]);
    }

    [Fact]
    public async Task A_node_that_joins_becomes_a_validator_when_it_is_elected_and_the_network_then_needs_it()
    {
        await using var network = await ValidatorNetwork.StartAsync(
            [Anna, Ben, Cleo], new { eraBlocks = 8, seats = 4, candidatesMin = 4, validatorBondMin = "1000" });
        await network.StartNodeAsync(Dan, isFounder: false);
        var dan = network.KeyOf(Dan).PublicKey.ToAccountId();
        await network.ExecuteAsync(Anna, Anna, new Transfer(dan, Balance.Parse("10000")));
        await network.SeesAsync(Dan, await network.HeightAsync(Anna));
        foreach (var name in s_all)
            await network.ExecuteAsync(Anna, name, new Bond(Balance.Parse("2000")), new Validate(0, Hash256.Sha256([1]), 1_000));

        await Eventually.SeeAsync("a block of the new validator", ValidatorNetwork.Patience, async () =>
        {
            await TransferAsync(network, Anna);
            return (await network.GetAsync(Ben, "/v1/blocks")).GetRawText().Contains(dan.ToString(), StringComparison.Ordinal) ? "there" : null;
        });

        await network.KillAsync(Ben);
        var height = await network.HeightAsync(Anna);
        await network.SeesAsync(Anna, height + 2);
        await network.AgreeAsync(Anna, Cleo, Dan);
    }

    [Fact]
    public async Task Every_validator_reveals_once_in_each_era_without_a_hand_and_goes_on_after_a_restart()
    {
        const ulong eraBlocks = 8;
        await using var network = await ValidatorNetwork.StartAsync(
            s_all, new { eraBlocks, seats = 4, candidatesMin = 4, validatorBondMin = "1000" });
        foreach (var name in s_all)
            await network.ExecuteAsync(Anna, name, new Bond(Balance.Parse("2000")), network.ValidateWith(name));

        // Blocks come with payments of somebody else: a validator whose own account pays meanwhile may lose its nonce, and an era of eight
        // blocks is over before it tries again.
        using var payer = PrivateKey.Generate();
        await network.ExecuteAsync(Anna, Anna, new Transfer(payer.PublicKey.ToAccountId(), Balance.Parse("1000")));
        using var client = network.Connect(Anna, payer);
        var ben = network.KeyOf(Ben).PublicKey.ToAccountId();
        async Task MoveToAsync(ulong height)
        {
            while (await network.HeightAsync(Anna) < height)
                await client.TransferAsync(ben, Balance.OneToken);
        }

        var first = (await network.HeightAsync(Anna) / eraBlocks) + 1;
        await MoveToAsync((first + 2) * eraBlocks);
        await network.KillAsync(Dan);
        await network.StartNodeAsync(Dan);
        await network.SeesAsync(Dan, await network.HeightAsync(Anna));
        var second = (await network.HeightAsync(Anna) / eraBlocks) + 1;
        await MoveToAsync((second + 2) * eraBlocks);

        var reveals = await network.RevealsAsync(Anna, eraBlocks);
        foreach (var era in (ulong[])[first, first + 1, second, second + 1])
            Assert.All(s_all, name => Assert.Equal(1, reveals.GetValueOrDefault((network.KeyOf(name).PublicKey.ToAccountId(), era))));
        Assert.DoesNotContain(reveals, reveal => reveal.Value > 1);
        await network.AgreeAsync(s_all);
    }

    [Fact]
    public async Task A_validator_that_has_lost_its_journal_abstains_votes_again_and_is_not_slashed()
    {
        await using var network = await ValidatorNetwork.StartAsync(s_all, new { validatorBondMin = "1000" });
        await network.ExecuteAsync(Anna, Dan, new Bond(Balance.Parse("200000")), network.ValidateWith(Dan));
        await network.SeesAsync(Dan, await network.HeightAsync(Anna) + 1);
        await network.KillAsync(Dan);
        Directory.Delete(Path.Combine(network.DataOf(Dan), "consensus"), recursive: true);

        await network.StartNodeAsync(Dan);
        var dan = network.KeyOf(Dan).PublicKey.ToAccountId().ToString();
        Assert.Equal([dan], await network.AbstainingAsync(Dan));
        Assert.Contains("does not know what it has signed", network.Output(Dan), StringComparison.Ordinal);
        await Eventually.SeeAsync("the end of the abstention", ValidatorNetwork.Patience, async () =>
        {
            await TransferAsync(network, Anna);
            return (await network.AbstainingAsync(Dan)).Length == 0 ? "over" : null;
        });

        // Without one of the others, nothing becomes final but with its votes.
        await network.KillAsync(Ben);
        var height = await network.HeightAsync(Anna);
        await TransferAsync(network, Cleo);
        await network.SeesAsync(Anna, height + 2);
        await network.AgreeAsync(Anna, Cleo, Dan);
        Assert.Equal(Balance.Parse("200000"), await network.ReservedAsync(Anna, Dan));

        // Its journal is whole again: a restart does not make it abstain.
        await network.KillAsync(Dan);
        await network.StartNodeAsync(Dan);
        Assert.Empty(await network.AbstainingAsync(Dan));
        await network.SeesAsync(Anna, await network.HeightAsync(Anna) + 2);
        Assert.Equal(Balance.Parse("200000"), await network.ReservedAsync(Anna, Dan));
    }

    [Fact]
    public async Task A_validator_that_contradicts_itself_is_slashed_on_the_evidence_and_the_others_go_on()
    {
        await using var network = await ValidatorNetwork.StartAsync(s_all, new { validatorBondMin = "1000" });
        await network.ExecuteAsync(Anna, Dan, new Bond(Balance.Parse("200000")), new Validate(0, Hash256.Sha256([1]), 1_000));
        Assert.Equal(Balance.Parse("200000"), await network.ReservedAsync(Anna, Dan));

        await network.KillAsync(Dan);
        await using (await network.StartLiarAsync(Dan, s_all))
        {
            await Eventually.SeeAsync("the slash", ValidatorNetwork.Patience, async () =>
                await network.ReservedAsync(Ben, Dan) <= Balance.Parse("180000") ? "slashed" : null);
        }

        await TransferAsync(network, Ben);
        await network.AgreeAsync(Anna, Ben, Cleo);
    }

    /// <summary>Sends a token through a node, from its own validator's account where it has one with tokens.</summary>
    private static Task TransferAsync(ValidatorNetwork network, string through)
    {
        var sender = Array.IndexOf(s_all, through) < 0 ? Anna : through;
        var to = network.KeyOf(sender == Ben ? Cleo : Ben).PublicKey.ToAccountId();
        return network.ExecuteAsync(through, sender, new Transfer(to, Balance.OneToken));
    }
}
