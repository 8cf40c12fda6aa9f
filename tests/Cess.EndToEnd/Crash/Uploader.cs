using Amazon.S3;
using Amazon.S3.Model;
using Cess.EndToEnd.Clients;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Crash;

/// <summary>Writes one kind of object again and again until the node dies under it.</summary>
internal abstract class Uploader(string name, ExpectedObjects expected, Random random)
{
    protected Random Random { get; } = random;

    /// <summary>Different keys that it writes; few, so that objects are replaced too.</summary>
    protected abstract int Keys { get; }

    /// <summary>Writes until the moment of the kill. A failure after it is what is to be expected; one before it is not.</summary>
    public async Task RunAsync(NodeInfo node, KillMoment moment)
    {
        using var s3 = DotNetSdk.Connect(node);
        try
        {
            while (!moment.HasCome)
            {
                var key = $"{name}/{Random.Next(Keys)}";
                var content = NextContent();
                expected.Begin(key, content);
                await WriteAsync(s3, key, content, moment);
                expected.Acknowledge(key);
                moment.Step();
            }
        }
        catch (Exception) when (moment.HasCome)
        {
            // The node is gone, and what this write has left is for the check to find out.
        }
    }

    /// <summary>What to write next; null to delete.</summary>
    protected abstract PseudoRandomContent? NextContent();

    protected abstract Task WriteAsync(AmazonS3Client s3, string key, PseudoRandomContent? content, KillMoment moment);

    protected PseudoRandomContent NewContent(int lengthMin, int lengthMax) =>
        new((ulong)Random.NextInt64(), Random.Next(lengthMin, lengthMax));
}

/// <summary>Whole objects between two sizes, and now and then a deletion.</summary>
internal sealed class WholeObjects(string name, int keys, int lengthMax, ExpectedObjects expected, Random random)
    : Uploader(name, expected, random)
{
    private const double Deletions = 0.15;

    protected override int Keys => keys;

    protected override PseudoRandomContent? NextContent() => Random.NextDouble() < Deletions ? null : NewContent(0, lengthMax);

    protected override Task WriteAsync(AmazonS3Client s3, string key, PseudoRandomContent? content, KillMoment moment) =>
        content is null
            ? s3.DeleteObjectAsync(CrashTests.Bucket, key)
            : s3.PutObjectAsync(new PutObjectRequest
            {
                BucketName = CrashTests.Bucket,
                Key = key,
                InputStream = new SteppingStream(content.OpenRead(), moment),
            });
}

/// <summary>Objects of several parts, all parts at once.</summary>
internal sealed class MultipartObjects(string name, ExpectedObjects expected, Random random) : Uploader(name, expected, random)
{
    private const int PartLength = 5 << 20;

    protected override int Keys => 2;

    protected override PseudoRandomContent NextContent() => NewContent(PartLength + 1, 3 * PartLength);

    protected override async Task WriteAsync(AmazonS3Client s3, string key, PseudoRandomContent? content, KillMoment moment)
    {
        var upload = (await s3.InitiateMultipartUploadAsync(CrashTests.Bucket, key)).UploadId;
        moment.Step();
        var parts = await Task.WhenAll(Enumerable.Range(0, (int)((content!.Length + PartLength - 1) / PartLength))
            .Select(index => s3.UploadPartAsync(PartOf(content, key, upload, index, moment))));
        moment.Step();
        await s3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = CrashTests.Bucket,
            Key = key,
            UploadId = upload,
            PartETags = [.. parts.Select((part, index) => new PartETag(index + 1, part.ETag))],
        });
    }

    private static UploadPartRequest PartOf(PseudoRandomContent content, string key, string upload, int index, KillMoment moment)
    {
        var offset = (long)index * PartLength;
        var bytes = content.Slice(offset, (int)Math.Min(PartLength, content.Length - offset));
        return new UploadPartRequest
        {
            BucketName = CrashTests.Bucket,
            Key = key,
            UploadId = upload,
            PartNumber = index + 1,
            InputStream = new SteppingStream(new MemoryStream(bytes), moment),
        };
    }
}
