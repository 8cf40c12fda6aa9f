using System.Text.Json;
using Cess.LightClient.Tests.Network;
using Cess.TestNetwork;

namespace Cess.LightClient.Tests;

/// <summary>The client against a real node.</summary>
public sealed class NodeTests(RunningNode node) : IClassFixture<RunningNode>
{
    [Fact]
    public async Task A_file_is_followed_from_the_genesis_over_eras_to_its_record_its_owner_and_its_event()
    {
        string file = await StoreAsync("followed");
        IndependentLightClient client = await node.FollowAsync();
        Assert.True(client.Era.Index > 0, "No era has ended, so no handover was followed.");

        (ChainHeader declaredIn, _, ChainReceipt receipt) = await ProveTransactionAsync(file);
        Assert.Null(receipt.Error);
        ChainEvent opened = Assert.Single(receipt.Events, happened => (happened.Module, happened.Number) == (3, 2));
        Assert.Equal((Bytes32.Parse(file), "followed"), ((Bytes32)opened.Fields[0]!, (string)opened.Fields[2]!));
        Bytes32 owner = (Bytes32)opened.Fields[1]!;

        Bytes32 id = Bytes32.Parse(file);
        Bytes32 nobody = Bytes32.Sha256("nobody"u8.ToArray());
        (ChainHeader header, IReadOnlyList<byte[]?> records) = await ProveRecordsAsync(
            StateKeys.File(id), StateKeys.Deal(id), StateKeys.File(nobody), StateKeys.Account(owner), StateKeys.Account(nobody));
        Assert.True(header.Height > declaredIn.Height);
        ScaleInput record = new(records[0]!);
        Assert.Equal((owner, declaredIn.Height), (record.Hash(), record.Uint()));
        Assert.Null(records[1]);
        Assert.Null(records[2]);
        Assert.Null(records[4]);

        ScaleInput account = new(records[3]!);
        System.Numerics.BigInteger free = account.Amount();
        Assert.True(free > System.Numerics.BigInteger.Pow(10, 18) * 999_000_000, $"The owner has {free}.");
        JsonElement said = await node.GetJsonAsync($"/v1/accounts/{node.Info.Account}");
        Assert.Equal(0, account.Amount());
        Assert.True(account.Uint() <= said.GetProperty("nonce").GetUInt64());
    }

    [Fact]
    public async Task Every_final_header_is_certified_or_leads_to_one_that_is()
    {
        await StoreAsync("headers");
        IndependentLightClient client = IndependentLightClient.Start(await node.GetAsync("/v1/genesis"), node.GenesisHash);
        ScaleInput input = new(await node.GetAsync("/v1/headers?from=1&limit=100"));
        Bytes32? parent = null;
        foreach ((ChainHeader header, ChainCertificate? certificate) in input.Vector(100, next => (ChainHeader.Read(next), next.Option() ? ChainCertificate.Read(next) : null)))
        {
            Assert.True(parent is null || parent == header.Parent);
            parent = header.Hash;
            if (header.Height > client.Era.End)
            {
                string path = $"/v1/eras/{client.Era.Index}/handover";
                client.Advance(await Eventually.SeeAsync(path, TestLimits.Ready, () => node.TryGetAsync(path)));
            }

            if (certificate is not null)
                client.CheckFinal(header, certificate);
        }

        input.End();
        Assert.True(client.Era.Index > 0);
    }

    [Fact]
    public async Task Not_one_bit_of_an_answer_can_be_changed()
    {
        Bytes32[] keys = [StateKeys.Validators, StateKeys.Bucket("there-is-none")];
        byte[] answer = await node.GetAsync($"/v1/proofs?key={keys[0]}&key={keys[1]}");
        IndependentLightClient client = await node.FollowAsync();
        // Eras are short: the head may be of the next one by the time that the client has followed.
        await Eventually.SucceedAsync("an answer of the client's era", TestLimits.Ready, async () =>
        {
            answer = await node.GetAsync($"/v1/proofs?key={keys[0]}&key={keys[1]}");
            client = await node.FollowAsync();
            client.CheckRecords(answer, keys);
        });
        for (int bit = 0; bit < answer.Length * 8; bit++)
        {
            byte[] altered = [.. answer];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<RefusedException>(() => client.CheckRecords(altered, keys));
        }
    }

    [Fact]
    public async Task A_node_that_has_lost_its_handovers_makes_the_same_again_from_its_blocks()
    {
        await StoreAsync("lost");
        IndependentLightClient before = await node.FollowAsync();
        byte[] handover = await node.GetAsync("/v1/eras/0/handover");
        await node.RestartWithoutGrainStateAsync();
        IndependentLightClient after = await node.FollowAsync();
        Assert.True(after.Era.Index >= before.Era.Index);
        Assert.Equal(handover, await node.GetAsync("/v1/eras/0/handover"));
    }

    [Fact]
    public async Task A_node_of_another_chain_is_not_followed() =>
        await Assert.ThrowsAsync<RefusedException>(() => node.FollowAsync(Bytes32.Sha256("another"u8.ToArray())));

    /// <summary>Stores an object through the S3 door, again until eras have ended, and finds the transaction that declared it, as everybody can see it.</summary>
    private async Task<string> StoreAsync(string bucket)
    {
        using S3HttpClient s3 = new(node.Info);
        await s3.MakeBucketAsync(bucket);
        ulong head;
        do
        {
            await s3.PutAsync(bucket, "an object", new byte[100_000]);
            head = await node.HeightAsync();
        }
        while (head <= 2 * RunningNode.EraBlocks);
        for (ulong height = head; height > 0; height--)
        {
            JsonElement block = await node.GetJsonAsync($"/v1/blocks/{height}");
            foreach (JsonElement transaction in block.GetProperty("transactions").EnumerateArray())
            {
                if (transaction.GetProperty("call").GetString() == "Files.DeclareFile")
                    return transaction.GetProperty("id").GetString()!;
            }
        }

        throw new InvalidOperationException("No block declares a file.");
    }

    private async Task<(ChainHeader Header, IReadOnlyList<byte[]?> Records)> ProveRecordsAsync(params Bytes32[] keys)
    {
        (ChainHeader, IReadOnlyList<byte[]?>)? proven = null;
        await Eventually.SucceedAsync("records of the client's era", TestLimits.Ready, async () =>
        {
            byte[] answer = await node.GetAsync($"/v1/proofs?{string.Join('&', keys.Select(key => $"key={key}"))}");
            proven = (await node.FollowAsync()).CheckRecords(answer, keys);
        });
        return proven!.Value;
    }

    /// <summary>The block may be of an era before: the client is led just so far.</summary>
    private async Task<(ChainHeader Header, ReadOnlyMemory<byte> Transaction, ChainReceipt Receipt)> ProveTransactionAsync(string id)
    {
        byte[] answer = await node.GetAsync($"/v1/transactions/{id}/proof");
        ulong height = new ScaleInput(answer).Vector(1_024, ChainHeader.Read)[0].Height;
        IndependentLightClient client = IndependentLightClient.Start(await node.GetAsync("/v1/genesis"), node.GenesisHash);
        while (client.Era.End < height)
        {
            string path = $"/v1/eras/{client.Era.Index}/handover";
            client.Advance(await Eventually.SeeAsync(path, TestLimits.Ready, () => node.TryGetAsync(path)));
        }

        return client.CheckTransaction(answer, Bytes32.Parse(id));
    }
}
