using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Primitives;

namespace Cess.EndToEnd.Validators;

/// <summary>Validators of several operators change the chain's parameters, each through its own node, with the SDK.</summary>
public sealed class GovernanceTests
{
    private const string Anna = "anna";
    private const string Ben = "ben";
    private const string Cleo = "cleo";
    private const string Dan = "dan";

    /// <summary>Room for the votes before a proposal is decided.</summary>
    private const ulong VotingBlocks = 12;

    private static readonly string[] s_all = [Anna, Ben, Cleo, Dan];

    [Fact]
    public async Task Three_of_four_validators_change_a_parameter_at_all_nodes_and_two_cannot()
    {
        await using var network = await ValidatorNetwork.StartAsync(s_all, new { votingBlocks = VotingBlocks });
        var before = await ParametersAsync(network, Anna);

        var (minority, first) = await ProposeAsync(network, before with { TransactionFee = Balance.OneToken });
        await VoteAsync(network, Ben, minority);
        await PassAsync(network, first);
        foreach (var name in s_all)
            Assert.Equal(before, await ParametersAsync(network, name));

        var wanted = before with { TransactionFee = Balance.Parse("0.25") };
        var (majority, second) = await ProposeAsync(network, wanted);
        await VoteAsync(network, Ben, majority);
        await VoteAsync(network, Cleo, majority);
        Assert.Equal(before, await ParametersAsync(network, Anna));
        await PassAsync(network, second);
        foreach (var name in s_all)
            Assert.Equal(wanted, await ParametersAsync(network, name));

        // It is what a transaction costs from now on, whichever node it is given to.
        var free = await FreeAsync(network, Dan);
        await network.ExecuteAsync(Cleo, Dan, new Transfer(network.KeyOf(Ben).PublicKey.ToAccountId(), Balance.OneToken));
        Assert.True(free - await FreeAsync(network, Dan) > Balance.Parse("1.25"), "The new fee was not taken.");
        await network.AgreeAsync(s_all);
    }

    /// <summary>Anna proposes: the proposal's number, and the height at which it is decided.</summary>
    private static async Task<(uint Id, ulong EnactAt)> ProposeAsync(ValidatorNetwork network, ChainParameters parameters)
    {
        using var key = network.KeyOf(Anna);
        using var client = network.Connect(Anna, key);
        var enactAt = await network.HeightAsync(Anna) + VotingBlocks + 4;
        var outcome = await client.Chain.ExecuteAsync(new Propose(new ChangeParameters(parameters), enactAt));
        var receipt = await client.Chain.GetReceiptAsync(Hash256.Parse(outcome.Id));
        return (receipt.Events.OfType<Proposed>().Single().Proposal, enactAt);
    }

    private static async Task VoteAsync(ValidatorNetwork network, string name, uint proposal)
    {
        using var key = network.KeyOf(name);
        using var client = network.Connect(name, key);
        await client.Chain.ExecuteAsync(new Vote(proposal, Approves: true));
    }

    /// <summary>Makes blocks until a proposal is decided, everywhere.</summary>
    private static async Task PassAsync(ValidatorNetwork network, ulong enactAt)
    {
        while (await network.HeightAsync(Anna) <= enactAt)
            await network.ExecuteAsync(Anna, Anna, new Transfer(network.KeyOf(Ben).PublicKey.ToAccountId(), Balance.OneToken));
        foreach (var name in s_all)
            await network.SeesAsync(name, enactAt + 1);
    }

    private static async Task<ChainParameters> ParametersAsync(ValidatorNetwork network, string name)
    {
        using var key = network.KeyOf(name);
        using var client = network.Connect(name, key);
        return Scale.Decode<ChainParameters>((await client.Chain.ProveAsync([LedgerKeys.Parameters])).Records[0]!.Value.Span);
    }

    private static async Task<Balance> FreeAsync(ValidatorNetwork network, string name) => Balance.Parse(
        (await network.GetAsync(Cleo, $"/v1/accounts/{network.KeyOf(name).PublicKey.ToAccountId()}")).GetProperty("free").GetString());
}
