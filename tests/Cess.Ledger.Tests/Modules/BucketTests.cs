using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class BucketTests
{
    private readonly FilesFixture _files = new();

    private TestChain Chain => _files.Chain;

    [Theory]
    [InlineData("abc", true)]
    [InlineData("a-1.b", true)]
    [InlineData("123", true)]
    [InlineData("0bucket0", true)]
    [InlineData("ab", false)]
    [InlineData("", false)]
    [InlineData("Abc", false)]
    [InlineData("a_c", false)]
    [InlineData("a c", false)]
    [InlineData("-abc", false)]
    [InlineData("abc-", false)]
    [InlineData(".abc", false)]
    [InlineData("abc.", false)]
    [InlineData("a..b", false)]
    [InlineData("bücket", false)]
    [InlineData("192.168.5.4", false)]
    [InlineData("1.2.3", true)]
    [InlineData("1.2.3.4.5", true)]
    [InlineData("1.2.3.a", true)]
    public void A_name_keeps_the_rules_of_S3(string name, bool isValid) => Assert.Equal(isValid, BucketNames.IsValid(name));

    [Fact]
    public void A_name_has_63_characters_at_most()
    {
        Assert.True(BucketNames.IsValid(new string('a', 63)));
        Assert.False(BucketNames.IsValid(new string('a', 64)));
    }

    [Fact]
    public void A_bucket_knows_its_owner_its_key_and_when_it_was_made()
    {
        Receipt receipt = Chain.MustDo(_files.Other, new CreateBucket("movies", new byte[] { 7 }));
        BucketRecord bucket = Chain.State.Bucket("movies")!;
        Assert.Equal((_files.Other.Id, Chain.State.Header.TimeMs), (bucket.Owner, bucket.CreatedAtMs));
        Assert.Equal([7], bucket.WrappedKey.ToArray());
        Assert.Equal(new BucketCreated("movies", _files.Other.Id), Assert.Single(receipt.Events));
    }

    [Fact]
    public void A_name_belongs_to_the_first_who_takes_it()
    {
        Assert.Equal(FilesError.BucketNameTaken, Chain.Do(_files.Other, new CreateBucket("photos", new byte[1])).Error);
        Assert.Equal(FilesError.BucketNameTaken, Chain.Do(_files.Owner, new CreateBucket("photos", new byte[1])).Error);
        Assert.Equal(FilesError.BucketNameInvalid, Chain.Do(_files.Owner, new CreateBucket("Photos", new byte[1])).Error);
    }

    [Fact]
    public void A_bucket_is_deleted_by_its_owner_when_it_is_empty_of_objects_and_deals()
    {
        Assert.Equal(FilesError.BucketUnknown, Chain.Do(_files.Owner, new DeleteBucket("movies")).Error);
        Assert.Equal(FilesError.BucketOfOtherAccount, Chain.Do(_files.Other, new DeleteBucket("photos")).Error);

        FileId file = _files.Declare("cat.jpg");
        Assert.Equal(FilesError.BucketNotEmpty, Chain.Do(_files.Owner, new DeleteBucket("photos")).Error);
        _files.ReportAll(file);
        Assert.Equal(FilesError.BucketNotEmpty, Chain.Do(_files.Owner, new DeleteBucket("photos")).Error);

        Chain.MustDo(_files.Owner, new DeleteFiles([file]));
        Chain.MustDo(_files.Owner, new DeleteBucket("photos"));
        Assert.Null(Chain.State.Bucket("photos"));
        Assert.Empty(Chain.State.BucketsOf(_files.Owner.Id));
        Chain.MustDo(_files.Other, new CreateBucket("photos", new byte[1]));
        Assert.Equal(_files.Other.Id, Chain.State.Bucket("photos")!.Owner);
    }

    [Fact]
    public void The_buckets_of_an_account_and_the_objects_of_a_bucket_can_be_listed()
    {
        string[] names = [.. Enumerable.Range(0, 20).Select(i => $"bucket-{i:00}")];
        foreach (string name in names)
            Chain.Queue(_files.Other, new CreateBucket(name, new byte[1]));
        Chain.Seal();
        FileId[] stored = [_files.Store("a"), _files.Store("b"), _files.Store("c")];
        _files.Declare("d");

        Assert.Equal(names, Chain.State.BucketsOf(_files.Other.Id).Select(b => b.Name).Order());
        Assert.Equal(["photos"], Chain.State.BucketsOf(_files.Owner.Id).Select(b => b.Name));
        Assert.Equal(21, Chain.State.Buckets().Count());
        Assert.Equal(stored.Order(), Chain.State.Objects("photos").Select(o => o.Object.File).Order());
        Assert.Equal(
            new[] { "a", "b", "c" }.Select(FilesFixture.Tag).Order(),
            Chain.State.Objects("photos").Select(o => o.File.Declaration.NameTag).Order());
        Assert.Empty(Chain.State.Objects("bucket-00"));
    }
}
