using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cess.Client.Objects;
using Cess.Coding;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Tests;

/// <summary>Objects of several parts, and of none that the node shows, from a node that says of them what it likes.</summary>
[SuppressMessage("Security", "CA5351", Justification = "An S3 ETag is the content's MD5.")]
public sealed class PartsTests : IDisposable
{
    private const string Bucket = "photos";
    private const string Name = "name";

    private readonly PrivateKey _owner = PrivateKey.Generate();
    private readonly byte[] _fileKey = RandomNumberGenerator.GetBytes(FileKey.Bytes);
    private readonly Part[] _parts;

    public PartsTests() => _parts = [NewPart(100_000), NewPart(100_000), NewPart(100)];

    public void Dispose() => _owner.Dispose();

    [Fact]
    public async Task Parts_are_read_in_their_order_as_a_whole_and_in_ranges()
    {
        byte[] whole = [.. _parts.SelectMany(part => part.Content)];
        using CessClient client = ClientOf(ETagOf(_parts), _parts);
        Assert.Equal(whole, await ReadAsync(client));
        using ObjectReader reader = await client.OpenAsync(Bucket, Name);
        using MemoryStream range = new();
        await reader.CopyToAsync(range, 99_990, 100_020);
        Assert.Equal(whole[99_990..200_010], range.ToArray());
    }

    [Fact]
    public async Task An_empty_part_at_the_end_and_an_empty_object_are_read()
    {
        Part[] parts = [_parts[0], NewPart(0)];
        using CessClient client = ClientOf(ETagOf(parts), parts);
        Assert.Equal(_parts[0].Content, await ReadAsync(client));

        using CessClient plain = ClientOf(Convert.ToHexStringLower(MD5.HashData([])), NewPart(0));
        Assert.Empty(await ReadAsync(plain));
        Part[] alone = [NewPart(0)];
        using CessClient multipart = ClientOf(ETagOf(alone), alone);
        Assert.Empty(await ReadAsync(multipart));
    }

    [Theory]
    [InlineData("cess/bucket-key/v1")]
    [InlineData("cess/bucket-key/v2")]
    public async Task A_bucket_key_that_the_node_made_is_refused(string info)
    {
        byte[] bucketKey = RandomNumberGenerator.GetBytes(BucketKeys.KeyBytes);
        byte[] wrapped = Hpke.Seal(
            _owner.PublicKey, Encoding.UTF8.GetBytes(info), Encoding.UTF8.GetBytes(Bucket), bucketKey, GcmKey.KeyBytes,
            RandomNumberGenerator.GetBytes(Hpke.SeedBytes));
        using CessClient client = ClientOf(bucketKey, wrapped, ETagOf(_parts), (ulong)_parts.Sum(part => part.Content.Length), _parts);

        CessException refusal = await Assert.ThrowsAsync<CessException>(() => ReadAsync(client));

        Assert.Equal(ClientErrors.BucketKeyClosed, refusal.Code);
    }

    [Fact]
    public Task Parts_that_changed_places_are_refused() => RefusesAsync(_parts[1], _parts[0], _parts[2]);

    [Fact]
    public Task A_part_in_the_place_of_another_is_refused() => RefusesAsync(_parts[0], _parts[0], _parts[2]);

    [Fact]
    public Task A_part_that_is_said_to_be_empty_is_refused() => RefusesAsync(_parts[0], _parts[1], _parts[2] with { Content = [] });

    [Fact]
    public async Task A_whole_object_that_is_said_to_be_empty_is_refused()
    {
        using CessClient client = ClientOf(Convert.ToHexStringLower(MD5.HashData(_parts[0].Content)), _parts[0] with { Content = [] });
        CessException failure = await Assert.ThrowsAsync<CessException>(() => ReadAsync(client));
        Assert.Equal(ClientErrors.NotAuthentic, failure.Code);
    }

    [Fact]
    public async Task A_size_beyond_what_can_be_is_refused_with_a_code()
    {
        using CessClient client = ClientOf(ETagOf(_parts), ulong.MaxValue, _parts);
        CessException failure = await Assert.ThrowsAsync<CessException>(() => client.HeadAsync(Bucket, Name));
        Assert.Equal(ClientErrors.NotAuthentic, failure.Code);
    }

    private async Task RefusesAsync(params Part[] shown)
    {
        using CessClient client = ClientOf(ETagOf(_parts), shown);
        CessException failure = await Assert.ThrowsAsync<CessException>(() => ReadAsync(client));
        Assert.Equal(ClientErrors.NotAuthentic, failure.Code);
    }

    private static async Task<byte[]> ReadAsync(CessClient client)
    {
        using MemoryStream content = new();
        await client.GetAsync(Bucket, Name, content);
        return content.ToArray();
    }

    private static string ETagOf(Part[] parts) =>
        $"{Convert.ToHexStringLower(MD5.HashData([.. parts.SelectMany(part => MD5.HashData(part.Content))]))}-{parts.Length}";

    private Part NewPart(int length)
    {
        byte[] content = RandomNumberGenerator.GetBytes(length);
        byte[] ciphertext = new byte[FrameLayout.CiphertextLength(length)];
        using FrameEncryptor encryptor = new(_fileKey, SystemRandom.Instance);
        encryptor.EncryptFrames(content, isLast: true, ciphertext);
        return new Part(content, encryptor.Salt.ToArray(), ciphertext);
    }

    private CessClient ClientOf(string etag, params Part[] shown) => ClientOf(etag, (ulong)shown.Sum(part => part.Content.Length), shown);

    private CessClient ClientOf(string etag, ulong size, Part[] shown)
    {
        byte[] bucketKey = RandomNumberGenerator.GetBytes(BucketKeys.KeyBytes);
        return ClientOf(bucketKey, BucketKeyWrap.Seal(_owner, Bucket, bucketKey, SystemRandom.Instance), etag, size, shown);
    }

    private CessClient ClientOf(byte[] bucketKey, byte[] wrapped, string etag, ulong size, Part[] shown)
    {
        using BucketKeys keys = new(bucketKey, SystemRandom.Instance);
        ObjectEnvelope envelope = ObjectEnvelope.Seal(keys, Name, _fileKey, new ObjectMetadata(etag, [], []));
        BucketMessage bucket = new(Bucket, _owner.PublicKey.ToAccountId().ToString(), wrapped, DateTimeOffset.UnixEpoch, 1, size);
        ObjectMessage message = new(
            envelope.NameTag, Hash256.Zero, envelope.EncryptedName.ToArray(), envelope.EncryptedMetadata.ToArray(), envelope.WrappedFileKey.ToArray(), size,
            DateTimeOffset.UnixEpoch, [.. shown.Select(part => new ObjectPart(part.Salt, (ulong)part.Content.Length))]);
        return new CessClient(new Uri("http://node.test"), _owner, new CessClientOptions { Attempts = 1 }, new Node(bucket, message, shown));
    }

    private sealed record Part(byte[] Content, byte[] Salt, byte[] Ciphertext);

    /// <summary>Answers for one bucket with one object.</summary>
    private sealed class Node(BucketMessage bucket, ObjectMessage message, Part[] shown) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string[] path = request.RequestUri!.AbsolutePath.Split('/');
            HttpContent content = path[2] switch
            {
                "files" => Slice(shown[int.Parse(path[5], System.Globalization.CultureInfo.InvariantCulture)].Ciphertext, request),
                _ when path.Length == 4 => Json(bucket, WireJson.Default.BucketMessage),
                _ => Json(message, WireJson.Default.ObjectMessage),
            };
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
        }

        private static ByteArrayContent Json<T>(T value, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(value, type));

        private static ByteArrayContent Slice(byte[] ciphertext, HttpRequestMessage request)
        {
            var range = request.Headers.Range!.Ranges.Single();
            return new ByteArrayContent(ciphertext[(int)range.From!..((int)range.To! + 1)]);
        }
    }
}
