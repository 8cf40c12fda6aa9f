using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class FilesTests
{
    private readonly FilesFixture _files = new();

    private TestChain Chain => _files.Chain;

    [Fact]
    public void A_file_becomes_active_with_the_last_report_and_not_before()
    {
        FileId file = _files.Declare("cat.jpg");
        Assert.Equal((500ul, 0ul), _files.SpaceOf(0));
        Assert.Equal(1ul, _files.Bucket.OpenDeals);

        _files.Report(0, file);
        _files.Report(1, file);
        Assert.False(Chain.State.IsActive(file));
        Assert.Null(Chain.State.Object("photos", FilesFixture.Tag("cat.jpg")));
        Assert.Equal([new MinerId(2)], Chain.State.Deal(file)!.Outstanding());

        _files.Report(2, file);
        Assert.True(Chain.State.IsActive(file));
        Assert.Equal(
            new ObjectEntry(file, Chain.State.Height, Chain.State.Header.TimeMs),
            Chain.State.Object("photos", FilesFixture.Tag("cat.jpg")));
        Assert.Equal((0ul, 500ul), _files.SpaceOf(0));
        Assert.Equal((0ul, 0ul), _files.SpaceOf(3));
        BucketRecord bucket = _files.Bucket;
        Assert.Equal((1ul, 1_000ul, 0ul), (bucket.ObjectCount, bucket.Bytes, bucket.OpenDeals));
    }
}
