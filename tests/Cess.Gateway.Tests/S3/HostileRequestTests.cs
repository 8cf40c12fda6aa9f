using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Cess.Gateway.S3;

namespace Cess.Gateway.Tests.S3;

/// <summary>Requests that are wrong, or meant to do harm: each gets a coded answer, and leaves nothing behind.</summary>
public sealed class HostileRequestTests : IAsyncLifetime
{
    private const string Bucket = "examplebucket";

    private S3Host _host = null!;

    public async Task InitializeAsync() => _host = await (await S3Host.StartAsync()).WithBucketAsync(Bucket);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Who_does_not_say_who_he_is_gets_nothing()
    {
        await AssertErrorAsync(await _host.Http.GetAsync(new Uri("/" + Bucket, UriKind.Relative)), 403, "AccessDenied");
    }

    [Fact]
    public void No_door_takes_connections_without_bound() =>
        Assert.Equal(S3Limits.ConnectionsMax, new Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions().UseS3Limits().Limits.MaxConcurrentConnections);

    [Fact]
    public async Task An_unknown_access_key_is_named_so()
    {
        SigV4TestSigner stranger = new("AKIANOBODYNOBODYNOBO", S3Host.SecretKey, _host.Clock);
        await AssertErrorAsync(
            await _host.Http.SendAsync(stranger.Sign(_host.Address, HttpMethod.Get, "/")), 403, "InvalidAccessKeyId");
    }

    [Fact]
    public async Task A_wrong_secret_is_a_wrong_signature_and_the_answer_shows_what_was_signed_but_no_secret()
    {
        SigV4TestSigner wrong = new(S3Host.AccessKeyId, "not the secret", _host.Clock);
        HttpResponseMessage response = await _host.Http.SendAsync(wrong.Sign(_host.Address, HttpMethod.Get, "/"));
        string body = await AssertErrorAsync(response, 403, "SignatureDoesNotMatch");
        Assert.Contains("<StringToSign>AWS4-HMAC-SHA256", body, StringComparison.Ordinal);
        Assert.Contains("<CanonicalRequest>GET", body, StringComparison.Ordinal);
        Assert.DoesNotContain(S3Host.SecretKey, body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-901)]
    [InlineData(901)]
    public async Task A_clock_that_is_off_by_more_than_15_minutes_is_refused(int seconds)
    {
        HttpRequestMessage request = _host.Signer.Sign(_host.Address, HttpMethod.Get, "/");
        _host.Clock.Advance(TimeSpan.FromSeconds(seconds));
        string body = await AssertErrorAsync(await _host.Http.SendAsync(request), 403, "RequestTimeTooSkewed");
        Assert.Contains("<MaxAllowedSkewMilliseconds>900000<", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-900)]
    [InlineData(900)]
    public async Task A_clock_that_is_off_by_15_minutes_is_not(int seconds)
    {
        HttpRequestMessage request = _host.Signer.Sign(_host.Address, HttpMethod.Get, "/");
        _host.Clock.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(HttpStatusCode.OK, (await _host.Http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz", 400, "InvalidArgument")]
    [InlineData("AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=", 400, "InvalidRequest")]
    [InlineData("AWS4-ECDSA-P256-SHA256 Credential=a/20130524/s3/aws4_request, SignedHeaders=host, Signature=0", 400, "InvalidRequest")]
    [InlineData("AWS4-HMAC-SHA256", 400, "InvalidRequest")]
    [InlineData("AWS4-HMAC-SHA256 ", 400, "InvalidRequest")]
    [InlineData("AWS4-HMAC-SHA256 nonsense", 400, "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE, SignedHeaders=host, Signature=0", 400, "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host", 400, "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130525/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0", 400, "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0", 400, "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0", 400, "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws5, SignedHeaders=host, Signature=0", 400, "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0", 403, "AccessDenied")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=x-amz-date;x-amz-content-sha256, Signature=0", 403, "AccessDenied")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date;x-amz-content-sha256, Signature=zz", 403, "SignatureDoesNotMatch")]
    public async Task What_is_wrong_with_an_authorization_header_has_a_name(string authorization, int status, string code)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, _host.Address);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.Add("x-amz-date", "20130524T000000Z");
        request.Headers.Add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        await AssertErrorAsync(await _host.Http.SendAsync(request), status, code);
    }

    [Theory]
    [InlineData("x-amz-acl", "private")]
    [InlineData("x-amz-meta-added", "behind the signer's back")]
    [InlineData("x-amz-copy-source", "/other/key")]
    [InlineData("x-cess-policy", "1+0")]
    public async Task A_header_that_steers_the_request_but_is_not_signed_is_refused(string name, string value)
    {
        HttpRequestMessage request = _host.Signer.Sign(_host.Address, HttpMethod.Put, $"/{Bucket}/k", [1]);
        request.Headers.Add(name, value);
        string body = await AssertErrorAsync(await _host.Http.SendAsync(request), 403, "AccessDenied");
        Assert.Contains($"<HeadersNotSigned>{name}<", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", 501, "NotImplemented")]
    [InlineData("x-amz-content-sha256", "whatever", 400, "InvalidArgument")]
    [InlineData("x-amz-content-sha256", "zzb0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 400, "InvalidArgument")]
    [InlineData("x-amz-security-token", "token", 400, "InvalidToken")]
    [InlineData("x-amz-server-side-encryption", "aws:kms", 501, "NotImplemented")]
    [InlineData("x-amz-server-side-encryption", "rot13", 400, "InvalidEncryptionAlgorithmError")]
    [InlineData("x-amz-server-side-encryption-customer-algorithm", "AES256", 501, "NotImplemented")]
    [InlineData("x-amz-acl", "public-read", 400, "AccessControlListNotSupported")]
    [InlineData("x-amz-grant-read", "id=1", 400, "AccessControlListNotSupported")]
    [InlineData("x-amz-storage-class", "GLACIER", 400, "InvalidStorageClass")]
    [InlineData("x-amz-tagging", "a=b", 501, "NotImplemented")]
    [InlineData("x-amz-object-lock-mode", "GOVERNANCE", 501, "NotImplemented")]
    [InlineData("x-amz-website-redirect-location", "/x", 501, "NotImplemented")]
    [InlineData("x-amz-expected-bucket-owner", "somebody", 403, "AccessDenied")]
    [InlineData("If-None-Match", "\"etag\"", 501, "NotImplemented")]
    [InlineData("If-Match", "*", 501, "NotImplemented")]
    [InlineData("Content-MD5", "AAAA", 400, "InvalidDigest")]
    [InlineData("Content-MD5", "not base64", 400, "InvalidDigest")]
    [InlineData("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==", 400, "BadDigest")]
    [InlineData("x-amz-checksum-crc32", "AAAAAA==", 400, "BadDigest")]
    [InlineData("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=", 400, "BadDigest")]
    [InlineData("x-amz-checksum-sha1", "AAAA", 400, "InvalidRequest")]
    [InlineData("x-amz-sdk-checksum-algorithm", "CRC32", 400, "InvalidRequest")]
    [InlineData("x-amz-sdk-checksum-algorithm", "MD4", 400, "InvalidRequest")]
    public async Task A_put_that_asks_for_what_is_not_done_or_is_not_true_stores_nothing(
        string name, string value, int status, string code)
    {
        await AssertErrorAsync(await _host.SendAsync(HttpMethod.Put, $"/{Bucket}/k", [1, 2, 3], (name, value)), status, code);
        Assert.Equal(0, _host.Store.ObjectCount);
    }

    [Fact]
    public async Task Two_checksums_are_one_too_many()
    {
        await AssertErrorAsync(
            await _host.SendAsync(
                HttpMethod.Put, $"/{Bucket}/k", [], ("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-crc32c", "AAAAAA==")),
            400, "InvalidRequest");
    }

    [Fact]
    public async Task Content_that_is_not_what_was_signed_is_not_stored()
    {
        HttpResponseMessage response = await _host.SendAsync(
            HttpMethod.Put, $"/{Bucket}/k", new byte[100_000], ("x-amz-content-sha256", SigV4TestSigner.Sha256([1])));
        string body = await AssertErrorAsync(response, 400, "XAmzContentSHA256Mismatch");
        Assert.Contains($"<ClientComputedContentSHA256>{SigV4TestSigner.Sha256([1])}<", body, StringComparison.Ordinal);
        Assert.Equal(0, _host.Store.ObjectCount);
    }

    [Fact]
    public async Task An_empty_body_that_was_signed_as_another_is_not_stored()
    {
        HttpResponseMessage response = await _host.SendAsync(
            HttpMethod.Put, $"/{Bucket}/k", [], ("x-amz-content-sha256", SigV4TestSigner.Sha256([1])));
        await AssertErrorAsync(response, 400, "XAmzContentSHA256Mismatch");
        Assert.Equal(0, _host.Store.ObjectCount);
    }

    [Theory]
    [InlineData("Content-Length: 505", "3e8\r\n", 500)]
    [InlineData("Content-Length: 1005", "3e8\r\n", 1_000)]
    [InlineData("Transfer-Encoding: chunked", "5\r\n3e8\r\n\r\n0\r\n\r\n", 0)]
    public async Task A_streamed_body_that_ends_before_its_content_is_not_stored(string framing, string body, int padding)
    {
        string head = Head(
            "PUT", $"/{Bucket}/k", [("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("x-amz-decoded-content-length", "1000")],
            framing + "\r\nConnection: close");
        string answer = await RawConnection.ExchangeAsync(
            _host.Address, head, Encoding.ASCII.GetBytes(body + new string('a', padding)));
        Assert.Contains("<Code>IncompleteBody</Code>", answer, StringComparison.Ordinal);
        Assert.Equal(0, _host.Store.ObjectCount);
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_of_its_body_leaves_nothing()
    {
        string head = Head("PUT", $"/{Bucket}/k", [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")], "Content-Length: 1000");
        await RawConnection.HangUpAsync(_host.Address, head, new byte[500]);
        Assert.NotNull(await _host.Store.FirstPut.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, _host.Store.ObjectCount);
    }

    [Fact]
    public async Task A_chunk_with_a_forged_signature_stores_nothing()
    {
        byte[] content = new byte[20_000];
        (string Name, string Value)[] headers =
        [
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), ("x-amz-decoded-content-length", "20000"),
        ];
        string authorization = _host.Signer.Authorization(_host.Address.Authority, "PUT", $"/{Bucket}/k", null, ref headers);
        byte[] body = _host.Signer.Chunked(content, authorization[^64..], [10_000, 10_000]);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(headers, authorization, body)).StatusCode);

        body[15_000] ^= 1;
        await _host.Store.DeleteAsync(new(S3Host.AccountOf(S3Host.AccessKeyId)), Bucket, "k", CancellationToken.None);
        await AssertErrorAsync(await PutAsync(headers, authorization, body), 403, "SignatureDoesNotMatch");
        Assert.Equal(0, _host.Store.ObjectCount);
    }

    [Theory]
    [InlineData("x-amz-checksum-crc32:NSRBwg==", "x-amz-checksum-crc32", 200, "")]
    [InlineData("x-amz-checksum-crc32:AAAAAA==", "x-amz-checksum-crc32", 400, "BadDigest")]
    [InlineData("x-amz-checksum-crc32:AAAA", "x-amz-checksum-crc32", 400, "InvalidRequest")]
    [InlineData("x-amz-checksum-crc32c:AAAAAA==", "x-amz-checksum-crc32", 400, "MalformedTrailerError")]
    [InlineData("", "x-amz-checksum-crc32", 400, "MalformedTrailerError")]
    [InlineData("x-amz-checksum-crc32:NSRBwg==", "", 400, "MalformedTrailerError")]
    [InlineData("x-amz-meta-late:1", "x-amz-meta-late", 400, "InvalidRequest")]
    public async Task A_trailer_is_the_checksum_that_was_announced_or_the_put_fails(
        string trailer, string announced, int status, string code)
    {
        List<(string, string)> headers =
        [
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("x-amz-decoded-content-length", "3"),
        ];
        if (announced.Length > 0)
            headers.Add(("x-amz-trailer", announced));
        byte[] body = Encoding.ASCII.GetBytes($"3\r\nabc\r\n0\r\n{trailer}\r\n\r\n");
        HttpResponseMessage response = await _host.SendAsync(HttpMethod.Put, $"/{Bucket}/k", body, [.. headers]);
        if (status == 200)
            Assert.Equal("NSRBwg==", response.Headers.GetValues("x-amz-checksum-crc32").Single());
        else
            await AssertErrorAsync(response, status, code);
        Assert.Equal(status == 200 ? 1 : 0, _host.Store.ObjectCount);
    }

    [Theory]
    [InlineData("PUT", "/examplebucket/k", "Transfer-Encoding: chunked", "UNSIGNED-PAYLOAD", "501", "NotImplemented")]
    [InlineData("PUT", "/examplebucket/k", "Accept: */*", "UNSIGNED-PAYLOAD", "411", "MissingContentLength")]
    [InlineData("PUT", "/examplebucket/k", "Content-Length: 6000000000", "UNSIGNED-PAYLOAD", "400", "EntityTooLarge")]
    [InlineData("PUT", "/examplebucket/k", "Content-Length: 10", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "411", "MissingContentLength")]
    [InlineData("PUT", "/examplebucket?versioning", "Content-Length: 0", "UNSIGNED-PAYLOAD", "501", "NotImplemented")]
    [InlineData("PUT", "/examplebucket/k?tagging", "Content-Length: 0", "UNSIGNED-PAYLOAD", "501", "NotImplemented")]
    [InlineData("POST", "/examplebucket/k?restore", "Content-Length: 0", "UNSIGNED-PAYLOAD", "501", "NotImplemented")]
    [InlineData("POST", "/examplebucket/k?select&select-type=2", "Content-Length: 0", "UNSIGNED-PAYLOAD", "501", "NotImplemented")]
    [InlineData("POST", "/examplebucket", "Content-Length: 0", "UNSIGNED-PAYLOAD", "501", "NotImplemented")]
    [InlineData("PATCH", "/examplebucket/k", "Content-Length: 0", "UNSIGNED-PAYLOAD", "405", "MethodNotAllowed")]
    [InlineData("OPTIONS", "/examplebucket/k", "Content-Length: 0", "UNSIGNED-PAYLOAD", "403", "AccessForbidden")]
    [InlineData("PUT", "/examplebucket/k?partNumber=1", "Content-Length: 0", "UNSIGNED-PAYLOAD", "400", "InvalidArgument")]
    [InlineData("PUT", "/examplebucket/k?uploadId=x&partNumber=0", "Content-Length: 0", "UNSIGNED-PAYLOAD", "400", "InvalidArgument")]
    [InlineData("PUT", "/examplebucket/k?uploadId=x&partNumber=10001", "Content-Length: 0", "UNSIGNED-PAYLOAD", "400", "InvalidArgument")]
    [InlineData("PUT", "/examplebucket/k?uploadId=x&partNumber=1", "Content-Length: 0", "UNSIGNED-PAYLOAD", "404", "NoSuchUpload")]
    [InlineData("GET", "/examplebucket?list-type=3", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidArgument")]
    [InlineData("GET", "/examplebucket?max-keys=-1", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidArgument")]
    [InlineData("GET", "/examplebucket?max-keys=x", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidArgument")]
    [InlineData("GET", "/examplebucket?encoding-type=base64", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidArgument")]
    [InlineData("GET", "/examplebucket?list-type=2&continuation-token=no%20token", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidArgument")]
    [InlineData("GET", "/examplebucket?list-type=2&continuation-token=%00", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidURI")]
    [InlineData("GET", "/examplebucket?list-type=2&continuation-token=a%C3%A4%3D%3D%3D", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidArgument")]
    [InlineData("GET", "/examplebucket?list-type=2&continuation-token=bm8", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidArgument")]
    [InlineData("GET", "/examplebucket/k?versionId=123", "Accept: */*", "UNSIGNED-PAYLOAD", "404", "NoSuchVersion")]
    [InlineData("GET", "/examplebucket/none", "Accept: */*", "UNSIGNED-PAYLOAD", "404", "NoSuchKey")]
    [InlineData("GET", "/nobucket/none", "Accept: */*", "UNSIGNED-PAYLOAD", "404", "NoSuchBucket")]
    [InlineData("GET", "/Bad_Bucket/none", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidBucketName")]
    [InlineData("GET", "/192.168.1.1/none", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidBucketName")]
    [InlineData("GET", "/examplebucket/%ff", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidURI")]
    [InlineData("GET", "/examplebucket/%4", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidURI")]
    [InlineData("GET", "/examplebucket?prefix=%zz", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidURI")]
    [InlineData("GET", "/examplebucket?prefix=%00", "Accept: */*", "UNSIGNED-PAYLOAD", "400", "InvalidURI")]
    public async Task A_request_that_cannot_be_done_says_why(
        string method, string target, string header, string payload, string status, string code)
    {
        string answer = await RawConnection.ExchangeAsync(
            _host.Address, Head(method, target, [("x-amz-content-sha256", payload)], header + "\r\nConnection: close"));
        Assert.StartsWith("HTTP/1.1 " + status, answer, StringComparison.Ordinal);
        Assert.Contains($"<Code>{code}</Code>", answer, StringComparison.Ordinal);
        Assert.Matches("(?i)x-amz-request-id: [0-9A-F]{16}\r\n", answer);
        Assert.Equal(0, _host.Store.ObjectCount);
    }

    [Fact]
    public async Task A_NUL_in_a_key_is_refused()
    {
        string answer = await RawConnection.ExchangeAsync(
            _host.Address, Head("GET", "/examplebucket/a%00b", [], "Connection: close"));
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_URL_as_the_target_is_a_target()
    {
        string target = $"http://{_host.Address.Authority}/{Bucket}?location";
        string head = Head("GET", $"/{Bucket}?location", [], "Connection: close").Replace(
            $"GET /{Bucket}?location", "GET " + target, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await RawConnection.ExchangeAsync(_host.Address, head), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_1024_bytes_is_stored_and_one_of_1025_is_not()
    {
        Assert.Equal(
            HttpStatusCode.OK, (await _host.SendAsync(HttpMethod.Put, $"/{Bucket}/{new string('k', 1_024)}", [])).StatusCode);
        await AssertErrorAsync(
            await _host.SendAsync(HttpMethod.Put, $"/{Bucket}/{new string('k', 1_025)}", []), 400, "KeyTooLongError");
        string umlauts = string.Concat(Enumerable.Repeat("%C3%BC", 512));
        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(HttpMethod.Put, $"/{Bucket}/{umlauts}", [])).StatusCode);
        await AssertErrorAsync(await _host.SendAsync(HttpMethod.Put, $"/{Bucket}/{umlauts}%C3%BC", []), 400, "KeyTooLongError");
    }

    [Fact]
    public async Task Metadata_of_2_KiB_is_stored_and_more_is_not()
    {
        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(
            HttpMethod.Put, $"/{Bucket}/k", [], ("x-amz-meta-name", new string('v', 2_044)))).StatusCode);
        await AssertErrorAsync(
            await _host.SendAsync(HttpMethod.Put, $"/{Bucket}/k", [], ("x-amz-meta-name", new string('v', 2_045))), 400, "MetadataTooLarge");
    }

    [Fact]
    public async Task Headers_over_8_KiB_are_refused_by_name_and_over_32_KiB_unread()
    {
        await AssertErrorAsync(
            await _host.SendAsync(HttpMethod.Get, "/", null, ("X-Padding", new string('v', 9_000))), 400, "RequestHeaderSectionTooLarge");
        Assert.Equal(
            HttpStatusCode.RequestHeaderFieldsTooLarge,
            (await _host.SendAsync(HttpMethod.Get, "/", null, ("X-Padding", new string('v', 40_000)))).StatusCode);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><Delete><Object><Key>&b;</Key></Object></Delete>")]
    [InlineData("<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><Delete><Object><Key>k</Key></Object></Delete>")]
    [InlineData("<Delete><Object><Key>k</Key></Object>")]
    [InlineData("<Delete/>")]
    [InlineData("<Delete><Object></Object></Delete>")]
    [InlineData("<Remove><Object><Key>k</Key></Object></Remove>")]
    [InlineData("<Delete><Object><Key>a<b/>c</Key></Object></Delete>")]
    [InlineData("<a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></a></a></a></a>")]
    [InlineData("<Delete><Object><Key>k</Key></Object></Delete><Delete/>")]
    [InlineData("\0\0\0")]
    [InlineData("")]
    public async Task Broken_or_hostile_XML_is_refused(string xml)
    {
        await AssertErrorAsync(
            await _host.SendAsync(HttpMethod.Post, $"/{Bucket}?delete", Encoding.UTF8.GetBytes(xml)), 400, "MalformedXML");
    }

    /// <summary>The first made the base library's reader throw what it throws at no other document.</summary>
    [Theory]
    [InlineData("3c3f786d6c2076657273696f6e3d22312e30ffffffffffffff7f6e673d975554462d38223f3e3c44656c65")]
    [InlineData("fffe3c00440065006c006500740065002f003e00")]
    [InlineData("3c44656c6574653eff3c2f44656c6574653e")]
    public async Task A_document_that_is_not_utf_8_is_refused(string document) => await AssertErrorAsync(
        await _host.SendAsync(HttpMethod.Post, $"/{Bucket}?delete", Convert.FromHexString(document)), 400, "MalformedXML");

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")]
    [InlineData("\uFEFF<?xml version='1.0' encoding='utf-8' standalone='yes'?>")]
    public async Task A_document_begins_as_clients_begin_them(string start)
    {
        byte[] body = Encoding.UTF8.GetBytes($"{start}<Delete><Object><Key>k</Key></Object></Delete>");
        using HttpResponseMessage response = await _host.SendAsync(HttpMethod.Post, $"/{Bucket}?delete", body);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task XML_deeper_than_its_bound_is_refused()
    {
        string deep = "<Delete><Object><Key>k</Key>" + Nest(100) + "</Object></Delete>";
        await AssertErrorAsync(
            await _host.SendAsync(HttpMethod.Post, $"/{Bucket}?delete", Encoding.UTF8.GetBytes(deep)), 400, "MalformedXML");
    }

    [Fact]
    public async Task XML_with_more_nodes_or_text_than_its_bound_is_refused()
    {
        string wide = "<Delete>" + string.Concat(Enumerable.Repeat("<a/>", S3Limits.XmlNodesMax)) + "</Delete>";
        await AssertErrorAsync(
            await _host.SendAsync(HttpMethod.Post, $"/{Bucket}?delete", Encoding.UTF8.GetBytes(wide)), 400, "MalformedXML");
        string text = "<Delete><Object><Key>" + string.Concat(Enumerable.Repeat("<![CDATA[a]]>b", 10_000)) + "</Key></Object></Delete>";
        await AssertErrorAsync(
            await _host.SendAsync(HttpMethod.Post, $"/{Bucket}?delete", Encoding.UTF8.GetBytes(text)), 400, "MalformedXML");
    }

    [Fact]
    public async Task A_body_over_its_bound_is_not_read()
    {
        byte[] body = new byte[S3Limits.XmlBatchBytesMax + 1];
        await AssertErrorAsync(
            await _host.SendAsync(HttpMethod.Post, $"/{Bucket}?delete", body), 400, "MaxMessageLengthExceeded");
        await AssertErrorAsync(
            await _host.SendAsync(HttpMethod.Put, "/newbucket", new byte[S3Limits.XmlBytesMax + 1]), 400, "MaxMessageLengthExceeded");
    }

    [Fact]
    public async Task A_batch_delete_takes_a_thousand_keys_and_no_more()
    {
        Assert.Equal(HttpStatusCode.OK, (await DeleteManyAsync(1_000)).StatusCode);
        await AssertErrorAsync(await DeleteManyAsync(1_001), 400, "MalformedXML");
    }

    [Fact]
    public async Task A_batch_delete_without_any_digest_is_refused()
    {
        await AssertErrorAsync(
            await _host.SendAsync(
                HttpMethod.Post, $"/{Bucket}?delete", "<Delete><Object><Key>k</Key></Object></Delete>"u8.ToArray(),
                ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")),
            400, "InvalidRequest");
    }

    [Fact]
    public async Task Another_accounts_bucket_is_out_of_reach()
    {
        SigV4TestSigner other = new(S3Host.OtherAccessKeyId, S3Host.SecretKey, _host.Clock);
        await AssertErrorAsync(
            await _host.Http.SendAsync(other.Sign(_host.Address, HttpMethod.Get, "/" + Bucket)), 403, "AccessDenied");
        await AssertErrorAsync(
            await _host.Http.SendAsync(other.Sign(_host.Address, HttpMethod.Put, "/" + Bucket, [])), 409, "BucketAlreadyExists");
    }

    [Fact]
    public async Task A_header_cannot_be_smuggled_through_a_response_override()
    {
        await _host.SendAsync(HttpMethod.Put, $"/{Bucket}/k", [1]);
        await AssertErrorAsync(
            await _host.SendAsync(HttpMethod.Get, $"/{Bucket}/k?response-content-type=text%2Fplain%0D%0ASet-Cookie:%20a"), 400, "InvalidArgument");
    }

    [Fact]
    public async Task A_body_is_asked_for_only_when_the_signature_is_right()
    {
        string good = Head("PUT", $"/{Bucket}/k", [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")], "Expect: 100-continue\r\nConnection: close\r\nContent-Length: 3");
        (string interim, string final) = await RawConnection.ExpectContinueAsync(_host.Address, good, "abc"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 100", interim, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 200", interim + final, StringComparison.Ordinal);

        string bad = good.Replace("Signature=", "Signature=0", StringComparison.Ordinal);
        (interim, final) = await RawConnection.ExpectContinueAsync(_host.Address, bad, "abc"u8.ToArray());
        Assert.Empty(interim);
        Assert.StartsWith("HTTP/1.1 403", final, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_of_HEAD_has_no_body()
    {
        using HttpRequestMessage request = _host.Signer.Sign(_host.Address, HttpMethod.Head, $"/{Bucket}/none");
        HttpResponseMessage response = await _host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Single(response.Headers.GetValues("x-amz-request-id"));
    }

    private static string Nest(int depth) =>
        string.Concat(Enumerable.Repeat("<n>", depth)) + string.Concat(Enumerable.Repeat("</n>", depth));

    private Task<HttpResponseMessage> DeleteManyAsync(int count)
    {
        string objects = string.Concat(Enumerable.Range(0, count)
            .Select(i => "<Object><Key>k" + i.ToString(CultureInfo.InvariantCulture) + "</Key></Object>"));
        return _host.SendAsync(HttpMethod.Post, $"/{Bucket}?delete", Encoding.UTF8.GetBytes($"<Delete>{objects}</Delete>"));
    }

    /// <summary>The head of a signed request, as text.</summary>
    private string Head(string method, string target, (string Name, string Value)[] headers, string more)
    {
        string authorization = _host.Signer.Authorization(
            _host.Address.Authority, method, EscapeBroken(target), null, ref headers);
        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\nHost: {_host.Address.Authority}\r\n");
        foreach ((string name, string value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        return head.Append(CultureInfo.InvariantCulture, $"Authorization: {authorization}\r\n{more}\r\n\r\n").ToString();
    }

    /// <summary>What cannot be decoded cannot be signed; such requests fail before their signature is looked at.</summary>
    private static string EscapeBroken(string target) => target.Replace("%zz", "", StringComparison.Ordinal);

    private Task<HttpResponseMessage> PutAsync((string Name, string Value)[] headers, string authorization, byte[] body)
    {
        HttpRequestMessage request = new(HttpMethod.Put, new Uri(_host.Address, $"/{Bucket}/k")) { Content = new ByteArrayContent(body) };
        foreach ((string name, string value) in headers)
            request.Headers.Add(name, value);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return _host.Http.SendAsync(request);
    }

    private static async Task<string> AssertErrorAsync(HttpResponseMessage response, int status, string code)
    {
        string body = await response.Content.ReadAsStringAsync();
        XElement error = XElement.Parse(body);
        Assert.Equal((code, status), (error.Element("Code")?.Value, (int)response.StatusCode));
        Assert.Equal("Error", error.Name.LocalName);
        Assert.NotEmpty(error.Element("Message")!.Value);
        Assert.NotEmpty(error.Element("Resource")!.Value);
        Assert.Equal(response.Headers.GetValues("x-amz-request-id").Single(), error.Element("RequestId")!.Value);
        Assert.Equal(response.Headers.GetValues("x-amz-id-2").Single(), error.Element("HostId")!.Value);
        return body;
    }
}
