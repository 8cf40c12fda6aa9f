using System.IO.Pipelines;
using System.Text;
using Cess.Gateway.S3;
using Cess.Gateway.S3.Payloads;
using Cess.Gateway.S3.Signing;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Gateway.Tests.S3;

public sealed class AwsChunkedStreamTests
{
    private const string Seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    private const string TrailerSeed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";

    private static readonly SigV4TestSigner Signer = new(S3Host.AccessKeyId, S3Host.SecretKey, new TestClock(S3Host.ExampleTime));

    /// <summary>
    /// "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks", with its signatures.
    /// </summary>
    [Fact]
    public async Task The_documented_body_decodes_chunk_signature_by_chunk_signature()
    {
        byte[] body = DocumentedBody(
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            "\r\n");
        Assert.Equal(66_824, body.Length);
        (byte[] content, _) = await DecodeAsync(body, 66_560, Seed, mayHaveTrailer: false);
        Assert.Equal(Enumerable.Repeat((byte)'a', 66_560), content);
    }

    /// <summary>"… Including Trailing Headers", with its signatures.</summary>
    [Fact]
    public async Task The_documented_body_with_a_trailer_decodes()
    {
        byte[] body = DocumentedBody(
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
            "x-amz-checksum-crc32c:sOO8/Q==\r\n"
            + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n");
        (byte[] content, var trailers) = await DecodeAsync(body, 66_560, TrailerSeed, mayHaveTrailer: true);
        Assert.Equal(66_560, content.Length);
        Assert.Equal([("x-amz-checksum-crc32c", "sOO8/Q==")], trailers);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("\n\r\n")]
    public async Task An_unsigned_trailer_is_read_with_any_line_end_that_clients_write(string lineEnd)
    {
        byte[] body = Encoding.ASCII.GetBytes("3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==" + lineEnd + "\r\n");
        (byte[] content, var trailers) = await DecodeAsync(body, 3, seed: null, mayHaveTrailer: true);
        Assert.Equal("abc"u8.ToArray(), content);
        Assert.Equal([("x-amz-checksum-crc32", "NSRBwg==")], trailers);
    }

    [Fact]
    public void Any_content_in_any_chunks_through_any_pieces_and_reads_comes_out_as_it_was() =>
        Prop.ForAll(Bodies, body =>
        {
            (byte[] content, _) = DecodeAsync(
                body.Encoded, body.Content.Length, body.Signed ? TrailerSeed : null, mayHaveTrailer: true, body.Pieces, body.ReadSize)
                .GetAwaiter().GetResult();
            return content.AsSpan().SequenceEqual(body.Content);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_signed_body_with_any_byte_changed_is_refused_with_a_code() =>
        Prop.ForAll(Bodies, Gen.Choose(0, int.MaxValue).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (body, place, flip) =>
        {
            if (!body.Signed)
                return true;
            byte[] forged = [.. body.Encoded];
            int index = place % forged.Length;
            forged[index] ^= (byte)flip;
            return EndsAsOriginalOrRefused(body, forged);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_body_cut_off_anywhere_is_refused_with_a_code() =>
        Prop.ForAll(Bodies, Gen.Choose(0, int.MaxValue).ToArbitrary(), (body, place) =>
            EndsAsOriginalOrRefused(body, body.Encoded[..(place % body.Encoded.Length)])).QuickCheckThrowOnFailure();

    [Fact]
    public void Garbage_is_refused_with_a_code() => Prop.ForAll<byte[], bool>((garbage, signed) =>
    {
        try
        {
            DecodeAsync(garbage, 10, signed ? Seed : null, mayHaveTrailer: true).GetAwaiter().GetResult();
            return false;
        }
        catch (S3Exception)
        {
            return true;
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_reader_that_stops_at_the_announced_length_has_seen_a_forged_trailer()
    {
        byte[] body = Signer.Chunked(new byte[100], TrailerSeed, [100], ("x-amz-checksum-crc32", "AAAAAA=="));
        body[^5] ^= 1;
        await using AwsChunkedStream stream = Open(body, 100, TrailerSeed, mayHaveTrailer: true);
        byte[] buffer = new byte[100];
        await AssertRefusedAsync("SignatureDoesNotMatch", async () => await stream.ReadExactlyAsync(buffer));
    }

    [Theory]
    [InlineData("5\r\nabcde\r\n3\r\nxyz\r\n0\r\n\r\n", 8, "InvalidChunkSizeError")]
    [InlineData("5\r\nabcde\r\n0\r\n\r\n", 8, "IncompleteBody")]
    [InlineData("9\r\nabcdefghi\r\n0\r\n\r\n", 8, "IncompleteBody")]
    [InlineData("5\r\nabcdefgh\r\n0\r\n\r\n", 5, "InvalidRequest")]
    [InlineData("zz\r\nabc", 5, "InvalidRequest")]
    [InlineData("-5\r\nabcde\r\n0\r\n\r\n", 5, "InvalidRequest")]
    [InlineData("ffffffffffffffff\r\nabc", 5, "InvalidRequest")]
    [InlineData("10000000000000000\r\nabc", 5, "InvalidRequest")]
    [InlineData("7fffffffffffffff\r\nabc", 5, "IncompleteBody")]
    [InlineData("5;chunk-signature=00\r\nabcde\r\n0\r\n\r\n", 5, "InvalidRequest")]
    [InlineData("0\r\nno colon here\r\n\r\n", 0, "MalformedTrailerError")]
    [InlineData("0\r\n:no name\r\n\r\n", 0, "MalformedTrailerError")]
    [InlineData("0\r\nx-amz-trailer-signature:00\r\n\r\n", 0, "MalformedTrailerError")]
    [InlineData("0\r\na:1\r\nb:2\r\nc:3\r\nd:4\r\ne:5\r\nf:6\r\n\r\n", 0, "MalformedTrailerError")]
    public Task What_is_wrong_with_an_unsigned_body_has_a_name(string body, int length, string code) => AssertRefusedAsync(
        code, () => DecodeAsync(Encoding.ASCII.GetBytes(body), length, seed: null, mayHaveTrailer: true));

    [Fact]
    public Task A_chunk_line_without_an_end_is_not_read_on_for() => AssertRefusedAsync(
        "InvalidRequest", () =>
            DecodeAsync(Encoding.ASCII.GetBytes(new string('0', 1_000)), 5, seed: null, mayHaveTrailer: true));

    [Fact]
    public Task A_trailer_without_an_end_is_not_read_on_for() => AssertRefusedAsync(
        "MalformedTrailerError",
        () => DecodeAsync(Encoding.ASCII.GetBytes("0\r\n" + new string('a', 100_000)), 0, seed: null, mayHaveTrailer: true));

    [Fact]
    public Task A_body_that_may_have_no_trailer_is_refused_with_one() => AssertRefusedAsync(
        "MalformedTrailerError",
        () => DecodeAsync(Signer.Chunked([1], Seed, [1], ("x-amz-checksum-crc32", "AAAAAA==")), 1, Seed, mayHaveTrailer: false));

    private static Arbitrary<Body> Bodies => (
        from signed in Gen.Elements(true, false)
        from chunks in Gen.Choose(0, 3)
        from last in Gen.Choose(0, 5_000)
        from seed in Gen.Choose(0, int.MaxValue)
        from pieces in Gen.NonEmptyListOf(Gen.Choose(1, 9_000))
        from readSize in Gen.Choose(1, 20_000)
        select Make(signed, chunks, last, seed, [.. pieces], readSize)).ToArbitrary();

    private static Body Make(bool signed, int chunks, int last, int seed, int[] pieces, int readSize)
    {
        Random random = new(seed);
        List<int> sizes = [.. Enumerable.Range(0, chunks).Select(_ => random.Next(S3Limits.ChunkBytesMin, 3 * S3Limits.ChunkBytesMin))];
        if (last > 0)
            sizes.Add(last);
        byte[] content = new byte[sizes.Sum()];
        random.NextBytes(content);
        byte[] encoded = signed
            ? Signer.Chunked(content, TrailerSeed, sizes, ("x-amz-checksum-crc32", "AAAAAA=="))
            : Unsigned(content, sizes);
        return new Body(signed, content, encoded, pieces, readSize);
    }

    private static byte[] Unsigned(byte[] content, List<int> sizes)
    {
        using MemoryStream body = new();
        int offset = 0;
        foreach (int size in sizes)
        {
            body.Write(Encoding.ASCII.GetBytes($"{size:X}\r\n"));
            body.Write(content, offset, size);
            body.Write("\r\n"u8);
            offset += size;
        }

        body.Write("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"u8);
        return body.ToArray();
    }

    /// <summary>A change in white space or in the case of hex digits means the same; any other must be refused.</summary>
    private static bool EndsAsOriginalOrRefused(Body body, byte[] forged)
    {
        try
        {
            (byte[] content, var trailers) = DecodeAsync(
                forged, body.Content.Length, body.Signed ? TrailerSeed : null, mayHaveTrailer: true, body.Pieces, body.ReadSize)
                .GetAwaiter().GetResult();
            return content.AsSpan().SequenceEqual(body.Content)
                && (trailers.Count == 0 ? !body.Signed : !body.Signed || trailers[0] == ("x-amz-checksum-crc32", "AAAAAA=="));
        }
        catch (S3Exception)
        {
            return true;
        }
    }

    private static byte[] DocumentedBody(string first, string second, string last, string rest) =>
    [
        .. Encoding.ASCII.GetBytes($"10000;chunk-signature={first}\r\n"), .. Enumerable.Repeat((byte)'a', 65_536),
        .. Encoding.ASCII.GetBytes($"\r\n400;chunk-signature={second}\r\n"), .. Enumerable.Repeat((byte)'a', 1_024),
        .. Encoding.ASCII.GetBytes($"\r\n0;chunk-signature={last}\r\n{rest}"),
    ];

    private static AwsChunkedStream Open(
        byte[] body, long length, string? seed, bool mayHaveTrailer, int[]? pieces = null) => new(
        PipeReader.Create(new PiecemealStream(body, pieces ?? [int.MaxValue])),
        length,
        seed is null ? null : new ChunkSigner(Signer.Key, Convert.FromHexString(seed), Signer.Timestamp, Signer.Scope),
        mayHaveTrailer);

    private static async Task<(byte[] Content, IReadOnlyList<(string Name, string Value)> Trailers)> DecodeAsync(
        byte[] body, long length, string? seed, bool mayHaveTrailer, int[]? pieces = null, int readSize = 81_920)
    {
        await using AwsChunkedStream stream = Open(body, length, seed, mayHaveTrailer, pieces);
        using MemoryStream content = new();
        await stream.CopyToAsync(content, readSize);
        return (content.ToArray(), stream.Trailers);
    }

    private static async Task AssertRefusedAsync(string code, Func<Task> decode)
    {
        S3Exception refusal = await Assert.ThrowsAsync<S3Exception>(decode);
        Assert.Equal(code, refusal.Error.Code);
    }

    private sealed record Body(bool Signed, byte[] Content, byte[] Encoded, int[] Pieces, int ReadSize);

    /// <summary>Hands bytes out in pieces of given sizes, in turn.</summary>
    private sealed class PiecemealStream(byte[] bytes, int[] pieces) : MemoryStream(bytes)
    {
        private int _turn;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span[..Math.Min(buffer.Length, pieces[_turn++ % pieces.Length])]));
    }
}
