using System.Globalization;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Network;

/// <summary>What the other tests stand on.</summary>
public sealed class HarnessTests
{
    /// <summary>The example "GET Object" of Amazon's page on Signature Version 4 in the Authorization header.</summary>
    [Fact]
    public void The_signer_agrees_with_the_published_example()
    {
        const string nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        var signer = new S3Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        var headers = new Dictionary<string, string>
        {
            ["host"] = "examplebucket.s3.amazonaws.com",
            ["range"] = "bytes=0-9",
            ["x-amz-content-sha256"] = nothing,
            ["x-amz-date"] = "20130524T000000Z",
        };
        var authorization = signer.Authorization(
            "GET", "/test.txt", "", headers, nothing, DateTimeOffset.Parse("2013-05-24T00:00:00Z", CultureInfo.InvariantCulture));
        Assert.EndsWith(
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", authorization, StringComparison.Ordinal);
    }

    [Fact]
    public void Content_is_the_same_whatever_piece_of_it_is_read()
    {
        var content = new PseudoRandomContent(Seed: 42, Length: 1_003);
        var whole = content.ToArray();
        for (var offset = 0; offset < 40; offset++)
        {
            for (var length = 0; length < 40; length++)
            {
                Assert.Equal(whole[offset..(offset + length)], content.Slice(offset, length));
            }
        }

        Assert.Equal(whole[990..], content.Slice(990, 13));
    }

    [Fact]
    public void A_difference_is_found_wherever_it_is()
    {
        var content = new PseudoRandomContent(Seed: 42, Length: 3 << 20);
        var whole = content.ToArray();
        Assert.Null(content.DifferenceTo(new MemoryStream(whole)));
        Assert.NotNull(content.DifferenceTo(new MemoryStream(whole[..^1])));
        Assert.NotNull(content.DifferenceTo(new MemoryStream([.. whole, 0])));

        whole[2_000_000] ^= 1;
        Assert.Equal($"differs at byte 2000000 of {whole.Length}", content.DifferenceTo(new MemoryStream(whole)));
    }
}
