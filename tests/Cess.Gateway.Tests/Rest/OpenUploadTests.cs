using Cess.Coding;
using Cess.Gateway.Rest.Uploads;
using Cess.Primitives;

namespace Cess.Gateway.Tests.Rest;

public sealed class OpenUploadTests
{
    [Fact]
    public void What_is_left_over_of_a_segment_that_was_stored_twice_is_still_known_by_its_first_fragment()
    {
        var upload = new OpenUpload("id", new AccountId(Hash256.Sha256("owner"u8)), StoragePolicy.Parse("1+1"), DateTimeOffset.UnixEpoch);
        Hash256 first = Hash256.Sha256("first"u8);
        Hash256 second = Hash256.Sha256("second"u8);
        Hash256 digest = Hash256.Sha256("content"u8);
        upload.Keep(default, digest, new StoredSegment(1, [new StoredFragment(first, 1), new StoredFragment(second, 2)]));

        // The same content again, at the same time: its second fragment went to another miner.
        (_, StoredSegment? surplus) =
            upload.Keep(default, digest, new StoredSegment(1, [new StoredFragment(first, 1), new StoredFragment(second, 3)]));

        Assert.Equal([new StoredFragment(second, 3)], surplus!.Fragments);
        Assert.Equal(first, surplus.First);
    }
}
