using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Cess.Gateway.Rest;
using Cess.Gateway.S3;
using Cess.Gateway.S3.Operations;
using Cess.Gateway.S3.Payloads;
using Cess.Gateway.S3.Signing;
using Cess.Gateway.S3.Xml;
using Cess.Wire;
using Microsoft.AspNetCore.Http;
using RestByteRange = Cess.Gateway.Rest.Files.ByteRange;

namespace Cess.Fuzz;

/// <summary>What the doors read of requests before they know who sent them, and bodies that they take apart.</summary>
internal static class GatewayTargets
{
    private const string Timestamp = "20260101T000000Z";
    private const string Scope = "20260101/us-east-1/s3/aws4_request";
    private const int ObjectLength = 1_000;

    private static readonly byte[] s_key = SHA256.HashData("key"u8);
    private static readonly byte[] s_seed = SHA256.HashData("seed"u8);

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("sigv4", [.. Claims.Select(Encoding.UTF8.GetBytes)], Claim, IsRefusal),
        new("aws-chunked", [.. Bodies()], Chunked, IsRefusal),
        new("s3-target", [.. Targets.Select(Encoding.UTF8.GetBytes)], Target, IsRefusal),
        new("s3-range", [.. Ranges.Select(Encoding.UTF8.GetBytes)], S3Range, IsRefusal),
        new("s3-token", [Encoding.UTF8.GetBytes(ContinuationToken.Write("photos/a")), []], Token, IsRefusal),
        new("s3-xml", [.. Documents.Select(Encoding.UTF8.GetBytes)], Xml, IsRefusal),
        new("rest-range", [.. Ranges.Take(3).Select(Encoding.UTF8.GetBytes)], RestRange, IsRefusal),
        new("rest-query", [.. Queries.Select(Encoding.UTF8.GetBytes)], RestQueries, IsRefusal),
        new("signature-input", [.. Inputs.Select(Encoding.UTF8.GetBytes)], Input, _ => false),
        new("byte-field", [Encoding.UTF8.GetBytes(ByteField.Format("sha-256", s_seed)), "a=:AQ==:, sha-256=:AgM=:"u8.ToArray()], Field, _ => false),
    ];

    /// <summary>Authorization, x-amz-date, Date, and query string, one a line.</summary>
    private static IEnumerable<string> Claims =>
    [
        $"AWS4-HMAC-SHA256 Credential=AKID/{Scope}, SignedHeaders=host;x-amz-date, Signature={new string('a', 64)}\n{Timestamp}\n\n",
        $"AWS4-HMAC-SHA256 Credential=AKID/{Scope},SignedHeaders=date;host,Signature={new string('b', 64)}\n\nThu, 01 Jan 2026 00:00:00 GMT\nlist-type=2&prefix=a%2Fb",
        $"\n\n\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date={Timestamp}&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature={new string('c', 64)}",
    ];

    private static IEnumerable<string> Targets =>
        ["/", "/photos", "/photos/a%20b/c?list-type=2&prefix=%C3%A4+b&x", "http://127.0.0.1:9000/photos/a", "/photos/..//%2e?uploads", "/p%68otos/%25"];

    private static IEnumerable<string> Ranges => ["bytes=0-99", "bytes=500-", "bytes=-5", "bytes=0-0", "BYTES= 1-2 "];

    private static IEnumerable<string> Documents =>
    [
        """<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a&amp;b</Key><VersionId>null</VersionId></Object><Quiet>true</Quiet></Delete>""",
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"e\"</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part><!-- c --></CompleteMultipartUpload>",
        "<CreateBucketConfiguration><LocationConstraint><![CDATA[eu-west-1]]></LocationConstraint></CreateBucketConfiguration>",
    ];

    private static IEnumerable<string> Queries => ["?limit=20&from=7&key=" + new string('a', 64), "?wait=final&check=1&limit=5", "?from=%31&limit=1"];

    private static IEnumerable<string> Inputs =>
    [
        """cess=("@method" "@authority" "@path" "@query" "cess-public-key" "content-digest");created=1767225600;expires=1767225840;nonce="zS2k";keyid="cess1";alg="ecdsa-p256-sha256" """.Trim(),
        """a=();created=1""",
    ];

    private static bool IsRefusal(Exception e) => e is S3Exception or RestException;

    private static bool Claim(byte[] bytes)
    {
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n', 4);
        HeaderDictionary headers = new() { ["Authorization"] = lines[0], ["x-amz-date"] = lines.ElementAtOrDefault(1), ["Date"] = lines.ElementAtOrDefault(2) };
        S3Query query = S3Query.Parse(lines.ElementAtOrDefault(3) ?? "");
        SignatureClaim claim = SignatureClaim.Read(headers, query);
        Require(claim.Timestamp.StartsWith(claim.Date, StringComparison.Ordinal), "the scope's day is not the time's");
        Require(claim.Scope.EndsWith("/s3/aws4_request", StringComparison.Ordinal), "the scope is of another service");
        Require(claim.Lifetime is not { } lifetime || (lifetime >= TimeSpan.Zero && lifetime <= S3Limits.PresignedLifetimeMax), "it is valid for too long");
        claim.Signs("host");
        return true;
    }

    /// <summary>Whole, and byte by byte: what is read must not depend on how it arrives.</summary>
    private static bool Chunked(byte[] bytes)
    {
        if (bytes.Length < 3)
            return false;
        (bool isSigned, bool mayHaveTrailer) = ((bytes[0] & 1) != 0, (bytes[0] & 2) != 0);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(1));
        byte[]? whole = Decode(bytes.AsMemory(3), bytes.Length, length, isSigned, mayHaveTrailer);
        byte[]? pieces = Decode(bytes.AsMemory(3), 1, length, isSigned, mayHaveTrailer);
        Require((whole is null) == (pieces is null), "it depends on the pieces in which it arrives");
        if (whole is null)
            return false;
        Require(whole.Length == length, "the content is not as long as announced");
        Require(whole.AsSpan().SequenceEqual(pieces), "the content depends on the pieces in which it arrives");
        return true;
    }

    private static byte[]? Decode(ReadOnlyMemory<byte> body, int piece, int length, bool isSigned, bool mayHaveTrailer)
    {
        using ChunkSigner? signer = isSigned ? new ChunkSigner(s_key, s_seed, Timestamp, Scope) : null;
        using AwsChunkedStream stream = new(PipeReader.Create(new Arriving(body, piece)), length, signer, mayHaveTrailer);
        using MemoryStream content = new();
        byte[] buffer = new byte[256];
        try
        {
            // All bytes are there, so no read waits.
            for (int count; (count = stream.ReadAsync(buffer).AsTask().GetAwaiter().GetResult()) > 0;)
                content.Write(buffer, 0, count);
            return content.ToArray();
        }
        catch (S3Exception)
        {
            return null;
        }
    }

    private static IEnumerable<byte[]> Bodies()
    {
        yield return Body(0, 3, "3\r\nabc\r\n0\r\n\r\n");
        yield return Body(2, 3, "3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n");
        yield return Body(2, 0, "0\r\n");
        StringBuilder signed = new();
        byte[] previous = s_seed;
        foreach (string chunk in (string[])["abcdef", ""])
        {
            previous = Sign("AWS4-HMAC-SHA256-PAYLOAD", previous, Convert.ToHexStringLower(SHA256.HashData([])) + "\n", Encoding.ASCII.GetBytes(chunk));
            signed.Append(System.Globalization.CultureInfo.InvariantCulture, $"{chunk.Length:x};chunk-signature={Convert.ToHexStringLower(previous)}\r\n{chunk}{(chunk.Length > 0 ? "\r\n" : "")}");
        }

        yield return Body(1, 6, signed + "\r\n");
        previous = Sign("AWS4-HMAC-SHA256-TRAILER", previous, "", "x-amz-checksum-crc32c:sOO8/Q==\n"u8);
        yield return Body(3, 6, $"{signed}x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:{Convert.ToHexStringLower(previous)}\r\n\r\n");
    }

    private static byte[] Body(byte mode, ushort length, string body) => [mode, (byte)length, (byte)(length >> 8), .. Encoding.ASCII.GetBytes(body)];

    private static byte[] Sign(string algorithm, byte[] previous, string between, ReadOnlySpan<byte> data) => HMACSHA256.HashData(
        s_key,
        Encoding.ASCII.GetBytes($"{algorithm}\n{Timestamp}\n{Scope}\n{Convert.ToHexStringLower(previous)}\n{between}{Convert.ToHexStringLower(SHA256.HashData(data))}"));

    private static bool Target(byte[] bytes)
    {
        S3Target target = S3Target.Parse(Encoding.UTF8.GetString(bytes), "127.0.0.1", ["s3.example"]);
        if (target.Bucket is { } bucket)
            S3Target.CheckBucket(bucket);
        if (target.Key is { } key)
            Require(S3Target.DecodeKey(PercentEncoding.Encode(key, keepSlash: true)) == key, "its key does not survive encoding");
        foreach (S3Query.Parameter parameter in target.Query.Parameters)
            Require(PercentEncoding.Decode(PercentEncoding.Encode(parameter.Value)) == parameter.Value, "a parameter does not survive encoding");
        using PooledBuffer canonical = new();
        PercentEncoding.AppendCanonicalPath(canonical, target.RawPath);
        return true;
    }

    private static bool S3Range(byte[] bytes)
    {
        string header = Encoding.UTF8.GetString(bytes);
        try
        {
            Within(ByteRange.ReadCopySource(header, ObjectLength));
        }
        catch (S3Exception)
        {
            // The other header of the same form may still be right.
        }

        if (ByteRange.Read(header, ObjectLength) is not { } range)
            return false;
        Within(range);
        return true;

        static void Within(ByteRange range) => Require(
            range.Offset >= 0 && range.Length > 0 && range.Length <= ObjectLength - range.Offset, "the range lies outside of the object");
    }

    private static bool Token(byte[] bytes)
    {
        string after = ContinuationToken.Read(Encoding.UTF8.GetString(bytes));
        Require(after.Length == 0 || ContinuationToken.Read(ContinuationToken.Write(after)) == after, "the place does not survive");
        return true;
    }

    /// <summary>Walks a document as the operations do: children of the root, their children, and texts.</summary>
    private static bool Xml(byte[] bytes)
    {
        string root = bytes.AsSpan().IndexOf("<Delete"u8) >= 0 ? "Delete"
            : bytes.AsSpan().IndexOf("<Comp"u8) >= 0 ? "CompleteMultipartUpload" : "CreateBucketConfiguration";
        return BoundedXml.Parse(bytes, root, xml =>
        {
            xml.Children(child =>
            {
                if (child == "Part")
                    NamedPart.Read(xml);
                else if (child == "Object")
                    xml.Children(_ => xml.Text());
                else
                    Require(xml.Text().Length <= S3Limits.XmlTextLengthMax, "a text is too long");
            });
            return true;
        });
    }

    private static bool RestRange(byte[] bytes)
    {
        DefaultHttpContext http = new();
        http.Request.Headers.Range = Encoding.UTF8.GetString(bytes);
        RestByteRange range = RestByteRange.Of(http.Request, ObjectLength);
        Require(range.Offset >= 0 && range.Length > 0 && range.Length <= ObjectLength - range.Offset, "the range lies outside of the content");
        return true;
    }

    private static bool RestQueries(byte[] bytes)
    {
        DefaultHttpContext http = new();
        string text = Encoding.UTF8.GetString(bytes);
        if (!text.StartsWith('?'))
            return false;
        http.Request.QueryString = new QueryString(text);
        Require(RestQuery.Limit(http.Request, 20, 100) is >= 1 and <= 100, "a limit is out of bounds");
        Require(RestQuery.Height(http.Request, "from") is null or <= long.MaxValue, "a height is out of bounds");
        RestQuery.Hash(http.Request, "key");
        RestQuery.Switch(http.Request, "check");
        RestQuery.IsSecond(http.Request, "wait", "accepted", "final");
        return true;
    }

    private static bool Input(byte[] bytes)
    {
        if (!SignatureInput.TryParse(Encoding.UTF8.GetString(bytes), out SignatureInput input, out string error))
        {
            Require(error.Length > 0, "a refusal has no reason");
            return false;
        }

        string header = input.ToHeader();
        Require(SignatureInput.TryParse(header, out SignatureInput again, out _) && again.ToHeader() == header, "it is written in another way than it is read");
        input.BuildBase(name => name[0] == '@' ? "/" : null, out _);
        return true;
    }

    private static bool Field(byte[] bytes) => ByteField.Find(Encoding.UTF8.GetString(bytes), "sha-256") is not null;

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
            throw new FuzzException(otherwise);
    }

    /// <summary>A body that arrives in pieces.</summary>
    private sealed class Arriving(ReadOnlyMemory<byte> body, int piece) : MemoryStream
    {
        private int _read;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = Math.Min(Math.Min(piece, buffer.Length), body.Length - _read);
            body.Slice(_read, count).CopyTo(buffer);
            _read += count;
            return ValueTask.FromResult(count);
        }
    }
}
