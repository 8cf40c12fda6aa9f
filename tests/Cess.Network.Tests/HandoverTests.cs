using Cess.Grains;
using Cess.Grains.LightClients;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Network.Tests;

/// <summary>What leads light clients from era to era, where eras are short.</summary>
public sealed class HandoverTests
{
    private const uint EraBlocks = 3;

    [Fact]
    public async Task The_handover_of_each_era_that_ends_is_kept_and_a_light_client_follows_them()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(miners: 3, policy: "2+1", eraBlocks: EraBlocks);
        await EndErasAsync(network, 3);
        using PublicKeyCache keys = new(16);
        LightClient client = LightClient.StartingAt(network.Genesis.ToState(), keys);
        for (long era = 0; era < 3; era++)
        {
            StoredHandover? stored = await network.Grains.GetGrain<IHandoverGrain>(era).GetAsync();
            Assert.Null(client.Advance(Scale.Decode<EraHandover>(stored!.Bytes.Span)));
        }

        Assert.Null(await network.Grains.GetGrain<IHandoverGrain>(1_000).GetAsync());
    }

    [Fact]
    public async Task What_is_no_longer_in_memory_is_made_again_from_the_stored_blocks()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(miners: 3, policy: "2+1", eraBlocks: EraBlocks);
        await EndErasAsync(network, 3);
        List<LedgerState> ends = [];
        await foreach (LedgerState end in network.Get<EraReplay>().EndsAsync(1, network.Blocks.Head!.Value))
            ends.Add(end);
        Assert.Equal(Enumerable.Range(2, ends.Count).Select(i => (ulong)i), ends.Select(end => end.Era.Index));
        for (int i = 0; i < 2; i++)
        {
            StoredHandover? stored = await network.Grains.GetGrain<IHandoverGrain>(i + 1).GetAsync();
            EraHandover kept = Scale.Decode<EraHandover>(stored!.Bytes.Span);
            Assert.Equal(stored.Bytes.ToArray(), Scale.Encode(EraHandover.Of(ends[i], kept.Certificate)));
        }
    }

    [Fact]
    public async Task A_validator_whose_key_is_rotated_votes_on_and_from_the_next_era_with_the_new_one()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(miners: 3, policy: "2+1", eraBlocks: EraBlocks);
        AccountId validator = Assert.Single(network.Head.EraMembers().Accounts);
        PublicKey before = Assert.Single(network.Head.Validators.Keys);

        await network.RotateKeyAsync(validator);
        await EndErasAsync(network, network.Head.Era.Index + 2);

        PublicKey now = Assert.Single(network.Head.Validators.Keys);
        Assert.NotEqual(before, now);
        Assert.Equal(network.Head.Account(validator).Key, now);
    }

    private static async Task EndErasAsync(TestNetwork network, ulong eras)
    {
        for (int i = 0; network.Head.Era.Index < eras; i++)
            await network.PutAsync($"object {i}", [1]);
        IHandoverKeeperGrain keeper = network.Grains.GetGrain<IHandoverKeeperGrain>(StreamNames.ChainKey);
        while (await keeper.GetNextAsync() < eras)
            await network.PutAsync("another", [2]);
    }
}
