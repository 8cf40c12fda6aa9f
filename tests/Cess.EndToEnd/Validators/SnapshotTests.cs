using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Validators;

/// <summary>Nodes that are far behind take the state of others, prove it, and take part like those that have executed all blocks.</summary>
public sealed class SnapshotTests
{
    private const string Anna = "anna";
    private const string Ben = "ben";
    private const string Cleo = "cleo";
    private const string Dan = "dan";
    private const ulong SnapshotBlocks = 10;

    private static readonly string[] s_more = ["--snapshot-blocks", $"{SnapshotBlocks}"];

    [Fact]
    public async Task A_node_joins_by_a_state_proves_the_same_as_the_others_and_becomes_a_validator()
    {
        string[] founders = [Anna, Ben, Cleo];
        await using var network = await ValidatorNetwork.StartAsync(
            founders, new { eraBlocks = 8, seats = 4, candidatesMin = 4, validatorBondMin = "1000" }, s_more);
        await AddBlocksAsync(network, 3 * SnapshotBlocks);

        await network.StartNodeAsync(Dan, isFounder: false);
        var first = await FirstBlockAsync(network, Dan);

        Assert.InRange(first, SnapshotBlocks, await network.HeightAsync(Anna));
        Assert.Contains("was taken from", network.Output(Dan), StringComparison.Ordinal);
        Assert.Equal((410, "blocks.gone"), await network.GetRefusalAsync(Dan, "/v1/blocks/1"));
        Assert.Equal((410, "blocks.gone"), await network.GetRefusalAsync(Dan, $"/v1/headers?from={first - 1}"));
        await AddBlocksAsync(network, 2);
        await network.SeesAsync(Dan, await network.HeightAsync(Anna));
        await network.AgreeFromAsync(first, [.. founders, Dan]);
        var account = network.KeyOf(Ben).PublicKey.ToAccountId();
        var proven = await ProveAsync(network, Dan, account);
        Assert.Equal((await ProveAsync(network, Anna, account)).Free, proven.Free);
        Assert.True(proven.Free > Balance.Zero);

        var dan = network.KeyOf(Dan).PublicKey.ToAccountId();
        await network.ExecuteAsync(Anna, Anna, new Transfer(dan, Balance.Parse("10000")));
        await network.SeesAsync(Dan, await network.HeightAsync(Anna));
        foreach (var name in (string[])[.. founders, Dan])
            await network.ExecuteAsync(Dan, name, new Bond(Balance.Parse("2000")), new Validate(0, Hash256.Sha256([1]), 1_000));
        await Eventually.SeeAsync("a block of the new validator", ValidatorNetwork.Patience, async () =>
        {
            await AddBlocksAsync(network, 1);
            return (await network.GetAsync(Ben, "/v1/blocks")).GetRawText().Contains(dan.ToString(), StringComparison.Ordinal) ? "there" : null;
        });

        // Another one joins through it alone, led through eras that it has not executed.
        await network.StartNodeAsync("eve", isFounder: false, through: Dan);
        Assert.True(await FirstBlockAsync(network, "eve") > first);
    }

    [Fact]
    public async Task A_validator_that_was_away_takes_a_state_and_votes_again()
    {
        string[] founders = [Anna, Ben, Cleo, Dan];
        await using var network = await ValidatorNetwork.StartAsync(founders, new { eraBlocks = 12 }, s_more);
        await AddBlocksAsync(network, 3);
        await network.KillAsync(Dan);
        await AddBlocksAsync(network, 3 * SnapshotBlocks);

        await network.StartNodeAsync(Dan);
        var first = await FirstBlockAsync(network, Dan);
        Assert.True(first > SnapshotBlocks, $"Dan's blocks begin at {first}.");

        await network.KillAsync(Ben);
        var height = await network.HeightAsync(Anna);
        await AddBlocksAsync(network, 2);
        await network.SeesAsync(Dan, height + 2);
        await network.AgreeFromAsync(first, Anna, Cleo, Dan);
    }

    [Fact]
    public async Task A_node_that_is_killed_while_it_takes_a_state_starts_again_from_its_folder()
    {
        string[] founders = [Anna, Ben, Cleo];
        await using var network = await ValidatorNetwork.StartAsync(founders, new { eraBlocks = 8 }, s_more);
        await AddBlocksAsync(network, 2 * SnapshotBlocks);
        (string What, Func<string, bool> Look)[] moments =
        [
            ("its lock", data => File.Exists(Path.Combine(data, "blocks", ".lock"))),
            ("its genesis", data => File.Exists(Path.Combine(data, "genesis.scale"))),
            ("what comes", data => File.Exists(Path.Combine(data, "snapshot.part"))),
            ("the proof", data => File.Exists(Path.Combine(data, "snapshot-proof.scale"))),
            ("the snapshot", data => HasBlockFile(data, "*.snapshot")),
            ("the block", data => HasBlockFile(data, "*.blocks")),
            ("grain state", data => File.Exists(Path.Combine(data, "state.db"))),
        ];

        // What comes goes again, and may do so between two looks: then it is killed at a later moment.
        for (int i = 0; i < moments.Length; i++)
            await network.StartAndKillAsync(Dan, moments[i].What, data => moments[i..].Any(moment => moment.Look(data)), isFounder: false);
        await network.StartNodeAsync(Dan, isFounder: false);

        await network.SeesAsync(Dan, await network.HeightAsync(Anna));
        await network.AgreeFromAsync(await FirstBlockAsync(network, Dan), [.. founders, Dan]);
        await ProveAsync(network, Dan, network.KeyOf(Ben).PublicKey.ToAccountId());
    }

    private static bool HasBlockFile(string data, string pattern) =>
        Path.Combine(data, "blocks") is var blocks && Directory.Exists(blocks) && Directory.EnumerateFiles(blocks, pattern).Any();

    /// <summary>Each transfer that is waited for is in a block of its own.</summary>
    private static async Task AddBlocksAsync(ValidatorNetwork network, ulong count)
    {
        var to = network.KeyOf(Cleo).PublicKey.ToAccountId();
        for (ulong i = 0; i < count; i++)
            await network.ExecuteAsync(Anna, Anna, new Transfer(to, Balance.OneToken));
    }

    /// <summary>The lowest block that a node has.</summary>
    private static async Task<ulong> FirstBlockAsync(ValidatorNetwork network, string name)
    {
        (ulong low, ulong high) = (1, await network.HeightAsync(name));
        while (low < high)
        {
            ulong middle = (low + high) / 2;
            if (await network.GetRefusalAsync(name, $"/v1/blocks/{middle}") is (410, _))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>An account as a node proves it to somebody who knows the genesis alone, and is led by this node through all eras.</summary>
    private static async Task<AccountRecord> ProveAsync(ValidatorNetwork network, string name, AccountId account)
    {
        using var keys = new PublicKeyCache(16);
        // The genesis is the founders', not this node's.
        var client = LightClient.StartingAt(Scale.Decode<Genesis>(await network.GetBytesAsync(Anna, "/v1/genesis")).ToState(), keys);
        var proof = Scale.Decode<RecordsProof>(await network.GetBytesAsync(name, $"/v1/proofs?key={LedgerKeys.Account(account)}"));
        while (client.Era.End < proof.Finality.Header.Height)
            Assert.Null(client.Advance(Scale.Decode<EraHandover>(await network.GetBytesAsync(name, $"/v1/eras/{client.Era.Index}/handover"))));
        Assert.Null(client.Verify(proof.Finality));
        var record = proof.Records[0]!.Value;
        Assert.True(LightClient.ProvesRecord(proof.Finality.Header, proof.Proof, LedgerKeys.Account(account), record.Span));
        return Scale.Decode<AccountRecord>(record.Span);
    }
}
