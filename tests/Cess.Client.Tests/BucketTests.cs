using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Tests;

public sealed class BucketTests : ClientTests
{
    [Fact]
    public async Task Buckets_are_made_listed_and_deleted()
    {
        await Client.CreateBucketAsync("another");
        Assert.Equal(["another", Bucket], (await Client.ListBucketsAsync()).Select(bucket => bucket.Name));
        await Client.DeleteBucketAsync("another");
        Assert.Equal([Bucket], (await Client.ListBucketsAsync()).Select(bucket => bucket.Name));
    }

    [Fact]
    public async Task The_chains_refusals_come_with_the_chains_codes()
    {
        await FailsAsync("Files.BucketNameTaken", () => Client.CreateBucketAsync(Bucket));
        await FailsAsync("Files.BucketNameInvalid", () => Client.CreateBucketAsync("Not A Name"));
        await FailsAsync("Files.BucketUnknown", () => Client.DeleteBucketAsync("nothing"));
        await Client.PutAsync(Bucket, "name", new MemoryStream([1]));
        await FailsAsync("Files.BucketNotEmpty", () => Client.DeleteBucketAsync(Bucket));
    }

    [Fact]
    public async Task A_bucket_that_is_made_anew_has_a_key_of_its_own()
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream([1]));
        await Client.DeleteAsync(Bucket, "name");
        await Client.DeleteBucketAsync(Bucket);
        await Client.CreateBucketAsync(Bucket);
        await Client.PutAsync(Bucket, "name", new MemoryStream([2]));
        using CessClient fresh = NewClient();
        Assert.Equal([2], await ReadAsync("name", fresh));
    }

    [Fact]
    public async Task Another_accounts_bucket_stays_closed()
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream([1]));
        using CessClient other = NewClient(key: Host.Chain.Other);
        await FailsAsync(ClientErrors.BucketKeyClosed, () => other.ListAsync(Bucket));
        await FailsAsync(ClientErrors.BucketKeyClosed, () => other.PutAsync(Bucket, "name", new MemoryStream([2])));
        await FailsAsync("Files.BucketOfOtherAccount", () => other.DeleteBucketAsync(Bucket));
    }

    [Fact]
    public async Task Names_are_listed_in_order_of_their_bytes()
    {
        string[] names = ["b", "a", "\uFFFD", "\U00010000", "a/b", "ä", "a0"];
        foreach (string name in names)
            await Client.PutAsync(Bucket, name, new MemoryStream([1]));
        ObjectListing listing = await Client.ListAsync(Bucket);
        Assert.Equal(["a", "a/b", "a0", "b", "ä", "\uFFFD", "\U00010000"], listing.Objects.Select(item => item.Name));
        Assert.Empty(listing.CommonPrefixes);
    }

    [Theory]
    [InlineData("", "", "a|a/1|a/2|a/b/3|c", "")]
    [InlineData("a/", "", "a/1|a/2|a/b/3", "")]
    [InlineData("", "/", "a|c", "a/")]
    [InlineData("a/", "/", "a/1|a/2", "a/b/")]
    [InlineData("x", "/", "", "")]
    public async Task Prefix_and_delimiter_list_like_folders(string prefix, string delimiter, string objects, string prefixes)
    {
        foreach (string name in new[] { "a", "a/1", "a/2", "a/b/3", "c" })
            await Client.PutAsync(Bucket, name, new MemoryStream([1]));
        ObjectListing listing = await Client.ListAsync(Bucket, new ListOptions(prefix, delimiter));
        Assert.Equal(objects, string.Join('|', listing.Objects.Select(item => item.Name)));
        Assert.Equal(prefixes, string.Join('|', listing.CommonPrefixes));
    }

    [Fact]
    public async Task Many_objects_are_deleted_in_one_transaction()
    {
        for (int i = 0; i < 5; i++)
            await Client.PutAsync(Bucket, $"n{i}", new MemoryStream([1]));
        ulong nonce = Host.Chain.Head.Account(Client.Account).Nonce;
        await Client.DeleteAsync((await Client.ListAsync(Bucket)).Objects);
        Assert.Empty((await Client.ListAsync(Bucket)).Objects);
        Assert.Equal(nonce + 1, Host.Chain.Head.Account(Client.Account).Nonce);
    }

    [Fact]
    public async Task Tokens_are_moved()
    {
        AccountId to = Host.Chain.Other.PublicKey.ToAccountId();
        await Client.TransferAsync(to, Balance.Parse("12.5"));
        Assert.Equal("1000012.5", (await Client.GetAccountAsync(to)).Free);
        await FailsAsync("Balances.FundsInsufficient", () => Client.TransferAsync(to, Balance.Parse("100000000")));
        await FailsAsync("Balances.AmountZero", () => Client.TransferAsync(to, Balance.Zero));
        await FailsAsync(WireErrors.AccountNotFound.Code, () => Client.GetAccountAsync(new AccountId(Hash256.Zero)));
    }

    [Fact]
    public async Task The_status_is_shown()
    {
        StatusMessage status = await Client.GetStatusAsync();
        Assert.Equal("test", status.Chain.Name);
        Assert.Equal(12, status.Miners.Total);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public void Options_outside_their_bounds_are_refused(int parallelism) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NewClient(Quick with { Parallelism = parallelism }));
}
