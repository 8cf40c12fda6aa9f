using System.Security.Cryptography;
using Cess.Gateway.Objects;

namespace Cess.Network.Tests;

public sealed class MinerFaultTests
{
    [Fact]
    public async Task A_miner_that_refuses_is_replaced_by_another_while_there_is_one()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(miners: 14);
        network.Miners[3].RefusesPuts = true;
        network.Miners[9].RefusesPuts = true;
        byte[] content = RandomNumberGenerator.GetBytes(200_000);

        await network.PutAsync("key", content);

        Assert.Equal(content, await network.GetAsync("key"));
        Assert.Equal(12, network.Miners.Count(miner => miner.Count == 1));
    }

    [Fact]
    public async Task Too_few_miners_are_told_and_leave_no_fragment_behind()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(miners: 12);
        network.Miners[3].RefusesPuts = true;

        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => network.PutAsync("key", RandomNumberGenerator.GetBytes(200_000)));

        Assert.Equal(ObjectStoreError.ServiceUnavailable, error.Code);
        Assert.Equal(0, network.StoredFragments);
        Assert.Empty(await network.ListAsync());
    }

    [Fact]
    public async Task Full_miners_are_told_and_the_older_object_stays()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(miners: 12, quota: 100_000);
        byte[] content = RandomNumberGenerator.GetBytes(100_000);
        await network.PutAsync("key", content);

        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => network.PutAsync("key", RandomNumberGenerator.GetBytes(400_000)));

        Assert.Equal(ObjectStoreError.InsufficientStorage, error.Code);
        Assert.Equal(content, await network.GetAsync("key"));
        Assert.Equal(12, network.StoredFragments);
    }
}
