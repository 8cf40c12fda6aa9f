#pragma warning disable CA5351 // S3 defines an object's ETag as its MD5.
#pragma warning disable CA2016 // The tokens of these doubles have nothing to cancel.
using System.Security.Cryptography;
using Cess.Client.Objects;
using Cess.Coding;
using Cess.Ledger.Modules.Files;
using Cess.Wire;

namespace Cess.Client.Tests;

public sealed class PutAndGetTests : ClientTests
{
    private const int Frame = FrameLayout.PlaintextBytes;
    private const int Segment = SegmentLayout.PlaintextBytesMax;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Frame - 1)]
    [InlineData(Frame)]
    [InlineData(Frame + 1)]
    [InlineData(Segment)]
    [InlineData(Segment + 1)]
    public async Task Content_of_any_length_comes_back(int length)
    {
        byte[] content = RandomBytes(length);
        PutResult result = await Client.PutAsync(Bucket, "name", new MemoryStream(content));
        Assert.Equal(length, result.Length);
        Assert.Equal(Convert.ToHexStringLower(MD5.HashData(content)), result.ETag);
        Assert.Equal(content, await ReadAsync("name"));
    }

    [Fact]
    public async Task Content_of_unknown_length_comes_back()
    {
        byte[] content = RandomBytes(3 * Frame + 5);
        await Client.PutAsync(Bucket, "name", new Pipe(content));
        Assert.Equal(content, await ReadAsync("name"));
    }

    [Fact]
    public async Task What_is_kept_with_an_object_comes_back()
    {
        PutOptions options = new()
        {
            Policy = "2+1",
            Headers = new Dictionary<string, string> { ["content-type"] = "text/plain" },
            Metadata = new Dictionary<string, string> { ["ort"] = "Köln" },
        };
        PutResult result = await Client.PutAsync(Bucket, "año/für.txt", new MemoryStream([1, 2, 3]), options);
        StoredObject stored = await Client.HeadAsync(Bucket, "año/für.txt");
        Assert.Equal("año/für.txt", stored.Name);
        Assert.Equal(3, stored.Length);
        Assert.Equal(result.FileId, stored.FileId);
        Assert.Equal(result.ETag, stored.Metadata.ETag);
        Assert.Equal("text/plain", stored.Metadata.Headers["content-type"]);
        Assert.Equal("Köln", stored.Metadata.User["ort"]);
        Assert.Equal(new FilePolicy(2, 1), Host.Chain.Head.File(new FileId(result.FileId))!.Declaration.Policy);
    }

    [Fact]
    public async Task Nothing_that_leaves_the_client_shows_content_name_or_metadata()
    {
        byte[] marker = "the-secret-marker"u8.ToArray();
        byte[] content = [.. Enumerable.Repeat(marker, 1_000).SelectMany(bytes => bytes)];
        PutOptions options = new() { Metadata = new Dictionary<string, string> { ["note"] = "the-secret-marker" } };
        PutResult result = await Client.PutAsync(Bucket, "the-secret-marker", new MemoryStream(content), options);

        Assert.All(Host.Segments.Fragments.Values, fragment => Assert.Equal(-1, fragment.AsSpan().IndexOf(marker)));
        byte[] record = Primitives.Scale.Encode(Host.Chain.Head.File(new FileId(result.FileId))!);
        Assert.Equal(-1, record.AsSpan().IndexOf(marker));
    }

    [Fact]
    public async Task An_object_replaces_the_one_of_its_name()
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream([1]));
        await Client.PutAsync(Bucket, "name", new MemoryStream([2]));
        Assert.Equal([2], await ReadAsync("name"));
        Assert.Single((await Client.ListAsync(Bucket)).Objects);
    }

    [Fact]
    public async Task Only_if_absent_keeps_what_is_there()
    {
        PutOptions options = new() { OnlyIfAbsent = true };
        await Client.PutAsync(Bucket, "name", new MemoryStream([1]), options);
        await FailsAsync("Files.ConditionFailed", () => Client.PutAsync(Bucket, "name", new MemoryStream([2]), options));
        Assert.Equal([1], await ReadAsync("name"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(Frame - 1, 2)]
    [InlineData(Frame, Frame)]
    [InlineData(Segment - 1, 2)]
    [InlineData(74L * Frame, 1)]
    [InlineData(5, Segment)]
    [InlineData(Segment + 9, 1)]
    public async Task A_range_comes_back(long offset, long length)
    {
        byte[] content = RandomBytes(Segment + 10);
        await Client.PutAsync(Bucket, "name", new MemoryStream(content));
        using ObjectReader reader = await Client.OpenAsync(Bucket, "name");
        using MemoryStream read = new();
        await reader.CopyToAsync(read, offset, length);
        Assert.Equal(content.AsSpan((int)offset, (int)length).ToArray(), read.ToArray());
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 11)]
    [InlineData(11, 0)]
    [InlineData(5, long.MaxValue)]
    public async Task A_range_outside_is_refused(long offset, long length)
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream(new byte[10]));
        using ObjectReader reader = await Client.OpenAsync(Bucket, "name");
        await Assert.ThrowsAnyAsync<ArgumentOutOfRangeException>(() => reader.CopyToAsync(Stream.Null, offset, length));
    }

    [Fact]
    public async Task Progress_ends_at_the_length()
    {
        byte[] content = RandomBytes(Segment + 1);
        Recorded up = new();
        await Client.PutAsync(Bucket, "name", new MemoryStream(content), progress: up);
        Assert.Equal(new TransferProgress(0, content.Length), up.Reports[0]);
        Assert.Equal(new TransferProgress(content.Length, content.Length), up.Reports[^1]);

        Recorded down = new();
        await Client.GetAsync(Bucket, "name", Stream.Null, down);
        Assert.Equal(down.Reports.Select(report => report.BytesDone).Order(), down.Reports.Select(report => report.BytesDone));
        Assert.Equal(new TransferProgress(content.Length, content.Length), down.Reports[^1]);
    }

    [Fact]
    public async Task An_object_that_is_not_there_is_not_found()
    {
        await FailsAsync(WireErrors.ObjectNotFound.Code, () => Client.HeadAsync(Bucket, "name"));
        await FailsAsync(WireErrors.ObjectNotFound.Code, () => Client.DeleteAsync(Bucket, "name"));
        await FailsAsync(WireErrors.BucketNotFound.Code, () => Client.HeadAsync("nothing", "name"));
    }

    [Fact]
    public async Task A_deleted_object_is_gone()
    {
        await Client.PutAsync(Bucket, "name", new MemoryStream([1]));
        await Client.DeleteAsync(Bucket, "name");
        await FailsAsync(WireErrors.ObjectNotFound.Code, () => Client.HeadAsync(Bucket, "name"));
    }

    [Fact]
    public async Task A_name_or_metadata_that_cannot_be_kept_is_refused_before_anything_is_sent()
    {
        Host.Faults.Seen.Clear();
        await FailsAsync(ClientErrors.InvalidName, () => Client.PutAsync(Bucket, "", Stream.Null));
        await FailsAsync(ClientErrors.InvalidName, () => Client.PutAsync(Bucket, new string('x', 1_025), Stream.Null));
        await FailsAsync(ClientErrors.InvalidName, () => Client.PutAsync(
            Bucket, "name", Stream.Null, new PutOptions { Metadata = new Dictionary<string, string> { ["Upper"] = "" } }));
        await FailsAsync(ClientErrors.InvalidPolicy, () => Client.PutAsync(Bucket, "name", Stream.Null, new PutOptions { Policy = "4" }));
        Assert.DoesNotContain(Host.Faults.Seen, request => request.StartsWith("POST", StringComparison.Ordinal) || request.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_policy_that_memory_cannot_hold_is_refused()
    {
        using CessClient small = NewClient(Quick with { SegmentMemoryBytes = 1 << 20 });
        await FailsAsync(ClientErrors.InvalidPolicy, () => small.PutAsync(Bucket, "name", new MemoryStream(new byte[1 << 20])));
    }

    [Fact]
    public async Task Content_beyond_what_one_declaration_holds_is_refused_before_anything_is_read() =>
        await FailsAsync(ClientErrors.TooLarge, () => Client.PutAsync(Bucket, "name", new Endless(200L << 30)));

    [Fact]
    public async Task Memory_for_segments_stays_within_its_bound()
    {
        // Room for one segment in 2+1 at a time, and five to store.
        long bound = 64L << 20;
        using CessClient narrow = NewClient(Quick with { SegmentMemoryBytes = bound, Parallelism = 4 });
        byte[] content = RandomBytes(4 * Segment + 1);
        await narrow.PutAsync(Bucket, "name", new MemoryStream(content), new PutOptions { Policy = "2+1" });
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await ReadAsync("name")));
    }

    [Fact]
    public async Task Many_objects_can_be_stored_at_once_by_one_client()
    {
        await Parallel.ForAsync(0, 12, async (i, _) => await Client.PutAsync(Bucket, $"n{i:D2}", new MemoryStream([(byte)i])));
        ObjectListing listing = await Client.ListAsync(Bucket);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"n{i:D2}"), listing.Objects.Select(item => item.Name));
    }

    [Fact]
    public async Task Content_that_grows_while_it_is_read_is_refused()
    {
        using MemoryStream content = new();
        content.Write(new byte[10]);
        content.Position = 0;
        using Upload upload = await Client.OpenUploadAsync(Bucket, "name", new Growing(content));
        await FailsAsync(ClientErrors.ContentChanged, () => upload.RunAsync());
    }

    /// <summary>Says that it is long; was never meant to be read.</summary>
    private sealed class Endless(long length) : MemoryStream
    {
        public override long Length => length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("It was read.");
    }

    /// <summary>Says that it is half as long as it is.</summary>
    private sealed class Growing(MemoryStream content) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => content.Length / 2;

        public override long Position
        {
            get => content.Position;
            set => content.Position = value;
        }

        public override void Flush() => content.Flush();

        public override int Read(byte[] buffer, int offset, int count) => content.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => content.Seek(offset, origin);

        public override void SetLength(long value) => content.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count) => content.Write(buffer, offset, count);
    }
}
