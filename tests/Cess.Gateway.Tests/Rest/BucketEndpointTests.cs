using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Tests.Rest;

public sealed class BucketEndpointTests : RestTests
{
    [Fact]
    public async Task The_callers_buckets_are_listed_by_name()
    {
        foreach (string name in new[] { "zoo", "alpha", "middle" })
            Host.Chain.Execute(Host.Chain.Owner, new CreateBucket(name, new byte[] { 1 }));
        Host.Chain.Execute(Host.Chain.Other, new CreateBucket("others", new byte[] { 1 }));

        BucketList list = await Tester.SendAsync(Tester.Signed(HttpMethod.Get, "/v1/buckets"), WireJson.Default.BucketList);
        Assert.Equal(["alpha", "middle", "zoo"], list.Buckets.Select(bucket => bucket.Name));
    }

    [Fact]
    public async Task A_buckets_record_is_shown_to_everybody()
    {
        Host.Chain.Execute(Host.Chain.Owner, new CreateBucket("photos", new byte[] { 1, 2, 3 }));
        BucketMessage bucket = await Tester.GetAsync("/v1/buckets/photos", WireJson.Default.BucketMessage);
        Assert.Equal("photos", bucket.Name);
        Assert.Equal(Host.Chain.Owner.PublicKey.ToAccountId().ToString(), bucket.Owner);
        Assert.Equal([1, 2, 3], bucket.WrappedKey);
        Assert.Equal(Host.Time.GetUtcNow(), bucket.Created);
        await Tester.RefusedAsync(WireErrors.BucketNotFound, "/v1/buckets/nothing");
        await Tester.RefusedAsync(WireErrors.BucketNotFound, "/v1/buckets/%20bad%20");
    }

    [Fact]
    public async Task Objects_are_paged_in_order_of_their_tags()
    {
        Hash256[] tags = Store(7);
        List<Hash256> listed = [];
        Hash256? after = null;
        do
        {
            string query = after is { } tag ? $"limit=3&after={tag}" : "limit=3";
            ObjectPage page = await Tester.SendAsync(
                Tester.Signed(HttpMethod.Get, $"/v1/buckets/photos/objects?{query}"), WireJson.Default.ObjectPage);
            Assert.InRange(page.Objects.Count, 1, 3);
            listed.AddRange(page.Objects.Select(item => item.Tag));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(tags.Order(), listed);
    }

    [Fact]
    public async Task A_page_that_holds_the_last_object_says_so()
    {
        Store(3);
        ObjectPage page = await Tester.SendAsync(Tester.Signed(HttpMethod.Get, "/v1/buckets/photos/objects?limit=3"), WireJson.Default.ObjectPage);
        Assert.Equal(3, page.Objects.Count);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task An_objects_entry_has_what_its_owner_needs_to_open_it()
    {
        Hash256 tag = Store(1)[0];
        ObjectMessage entry = await Tester.SendAsync(Tester.Signed(HttpMethod.Get, $"/v1/buckets/photos/objects/{tag}"), WireJson.Default.ObjectMessage);
        Assert.Equal(tag, entry.Tag);
        Assert.Equal([1], entry.EncryptedName);
        Assert.Equal([2], entry.WrappedFileKey);
        Assert.Equal([3], entry.EncryptedMetadata);
        Assert.Equal(Host.Time.GetUtcNow(), entry.Time);
        Assert.Equal(Enumerable.Repeat((byte)9, 16), Assert.Single(entry.Parts!).Salt);
    }

    [Fact]
    public async Task Objects_are_shown_to_their_owner_only()
    {
        Hash256 tag = Store(1)[0];
        await Tester.RefusedAsync(WireErrors.Denied, Tester.Signed(HttpMethod.Get, "/v1/buckets/photos/objects", key: Host.Chain.Other));
        await Tester.RefusedAsync(WireErrors.Denied, Tester.Signed(HttpMethod.Get, $"/v1/buckets/photos/objects/{tag}", key: Host.Chain.Other));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        Store(1);
        await Tester.RefusedAsync(WireErrors.ObjectNotFound, Tester.Signed(HttpMethod.Get, $"/v1/buckets/photos/objects/{Hash256.Zero}"));
        await Tester.RefusedAsync(WireErrors.BucketNotFound, Tester.Signed(HttpMethod.Get, "/v1/buckets/nothing/objects"));
        await Tester.RefusedAsync(WireErrors.Malformed, Tester.Signed(HttpMethod.Get, "/v1/buckets/photos/objects/12"));
        await Tester.RefusedAsync(WireErrors.Malformed, Tester.Signed(HttpMethod.Get, "/v1/buckets/photos/objects?after=12"));
        await Tester.RefusedAsync(WireErrors.Malformed, Tester.Signed(HttpMethod.Get, "/v1/buckets/photos/objects?limit=1001"));
    }

    /// <summary>Files without segments are active at once.</summary>
    private Hash256[] Store(int count)
    {
        Host.Chain.Execute(Host.Chain.Owner, new CreateBucket("photos", new byte[] { 1 }));
        Hash256[] tags = [.. Enumerable.Range(0, count).Select(i => Hash256.Sha256([(byte)i]))];
        byte[] salt = [.. Enumerable.Repeat((byte)9, 16)];
        foreach (Hash256 tag in tags)
        {
            FileDeclaration file = new("photos", tag, new byte[] { 1 }, new byte[] { 2 }, new byte[] { 3 }, new FilePolicy(4, 8), [new(salt, 0, [])]);
            Assert.True(Host.Chain.Execute(Host.Chain.Owner, new DeclareFile(file, DeclareCondition.None)).Succeeded);
        }

        return tags;
    }
}
