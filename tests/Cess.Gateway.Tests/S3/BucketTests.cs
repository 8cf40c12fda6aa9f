using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Cess.Gateway.Objects;
using Cess.Gateway.S3;

namespace Cess.Gateway.Tests.S3;

/// <summary>Bucket settings, host styles, regions, pages, multipart details, and what the door says of itself.</summary>
public sealed class BucketTests : IAsyncLifetime
{
    private static readonly XNamespace Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    private S3Host _host = null!;

    public async Task InitializeAsync() =>
        _host = await (await S3Host.StartAsync(new S3Options { Region = "cess-1", BaseDomains = ["s3.test"] })).WithBucketAsync("examplebucket");

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("cors", 404, "NoSuchCORSConfiguration")]
    [InlineData("lifecycle", 404, "NoSuchLifecycleConfiguration")]
    [InlineData("object-lock", 404, "ObjectLockConfigurationNotFoundError")]
    [InlineData("policy", 404, "NoSuchBucketPolicy")]
    [InlineData("policyStatus", 404, "NoSuchBucketPolicy")]
    [InlineData("replication", 404, "ReplicationConfigurationNotFoundError")]
    [InlineData("tagging", 404, "NoSuchTagSet")]
    [InlineData("website", 404, "NoSuchWebsiteConfiguration")]
    [InlineData("inventory&id=x", 404, "NoSuchConfiguration")]
    [InlineData("versioning", 200, "VersioningConfiguration")]
    [InlineData("encryption", 200, "ServerSideEncryptionConfiguration")]
    [InlineData("acl", 200, "AccessControlPolicy")]
    [InlineData("accelerate", 200, "AccelerateConfiguration")]
    [InlineData("logging", 200, "BucketLoggingStatus")]
    [InlineData("notification", 200, "NotificationConfiguration")]
    [InlineData("requestPayment", 200, "RequestPaymentConfiguration")]
    [InlineData("ownershipControls", 200, "OwnershipControls")]
    [InlineData("publicAccessBlock", 200, "PublicAccessBlockConfiguration")]
    [InlineData("inventory", 200, "ListInventoryConfigurationsResult")]
    [InlineData("metadataTable", 501, "NotImplemented")]
    [InlineData("session", 501, "NotImplemented")]
    public async Task A_setting_has_the_answer_of_a_bucket_without_settings(string setting, int status, string rootOrCode)
    {
        (int actual, XElement answer) = await GetAsync("/examplebucket?" + setting);
        Assert.Equal(status, actual);
        Assert.Equal(rootOrCode, status == 200 ? answer.Name.LocalName : answer.Element("Code")!.Value);
        if (status != 501)
            Assert.Equal(404, (await GetAsync("/nosuchbucket?" + setting)).Status);
    }

    [Theory]
    [InlineData("PUT", "versioning")]
    [InlineData("PUT", "cors")]
    [InlineData("PUT", "encryption")]
    [InlineData("PUT", "lifecycle")]
    [InlineData("PUT", "policy")]
    [InlineData("PUT", "publicAccessBlock")]
    [InlineData("DELETE", "encryption")]
    [InlineData("DELETE", "publicAccessBlock")]
    [InlineData("DELETE", "inventory")]
    public async Task A_setting_that_cannot_be_changed_is_never_said_to_be(string method, string setting)
    {
        HttpResponseMessage response = await SendAsync(new HttpMethod(method), "/examplebucket?" + setting, []);
        Assert.Equal(HttpStatusCode.NotImplemented, response.StatusCode);
    }

    [Fact]
    public async Task Deleting_a_setting_that_is_never_there_succeeds()
    {
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, "/examplebucket?policy")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "/nosuchbucket?policy")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "/examplebucket/none?tagging")).StatusCode);
    }

    [Fact]
    public async Task An_access_list_is_accepted_when_it_says_what_is_so_anyway()
    {
        string owner = S3Host.AccountOf(S3Host.AccessKeyId).ToString();
        Assert.Equal(HttpStatusCode.OK, (await PutAclAsync(owner, "FULL_CONTROL")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PutAclAsync(owner, "READ")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PutAclAsync("somebody", "FULL_CONTROL")).StatusCode);
        Assert.Equal(
            HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, "/examplebucket?acl", [], ("x-amz-acl", "private"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Put, "/examplebucket?acl", [], ("x-amz-acl", "public-read"))).StatusCode);
    }

    [Fact]
    public async Task A_subdomain_of_a_base_domain_names_the_bucket()
    {
        foreach (string host in new[] { "examplebucket.s3.test", "EXAMPLEBUCKET.S3.TEST:9000" })
        {
            Assert.Equal(HttpStatusCode.OK, (await SendToHostAsync(host, HttpMethod.Put, "/dir/key")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await SendToHostAsync(host, HttpMethod.Head, "/dir/key")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await SendToHostAsync(host, HttpMethod.Get, "/")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Head, "/examplebucket/dir/key")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendToHostAsync("s3.test", HttpMethod.Head, "/examplebucket/dir/key")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendToHostAsync("nobucket.s3.test", HttpMethod.Get, "/")).StatusCode);
    }

    [Fact]
    public async Task A_wrong_region_is_told_the_right_one_and_may_ask_for_it()
    {
        HttpResponseMessage wrong = await _host.SendAsync(HttpMethod.Get, "/examplebucket");
        Assert.Equal("cess-1", wrong.Headers.GetValues("x-amz-bucket-region").Single());
        Assert.Contains("<Region>cess-1</Region>", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        HttpResponseMessage location = await _host.SendAsync(HttpMethod.Get, "/examplebucket?location");
        Assert.Equal("cess-1", XElement.Parse(await location.Content.ReadAsStringAsync()).Value);
    }

    [Theory]
    [InlineData("<CreateBucketConfiguration><LocationConstraint>cess-1</LocationConstraint></CreateBucketConfiguration>", 200)]
    [InlineData("<CreateBucketConfiguration/>", 200)]
    [InlineData("", 200)]
    [InlineData("<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>", 400)]
    [InlineData("<CreateBucketConfiguration><Tags><Tag/></Tags></CreateBucketConfiguration>", 501)]
    [InlineData("nonsense", 400)]
    public async Task A_bucket_is_created_where_the_door_is(string body, int status)
    {
        HttpResponseMessage response = await SendAsync(HttpMethod.Put, "/newbucket", Encoding.UTF8.GetBytes(body));
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(
            status == 200 ? HttpStatusCode.OK : HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Head, "/newbucket")).StatusCode);
    }

    [Theory]
    [InlineData("list-type=2", "NextContinuationToken", "continuation-token")]
    [InlineData("versions", "NextKeyMarker", "key-marker")]
    [InlineData("marker=", null, "marker")]
    public async Task Pages_of_every_listing_hold_every_key_once_in_order(string listing, string? next, string parameter)
    {
        List<string> keys = ["!", "a", "a/b", "a b", "b", "z", "ä", "\uffee", "😀"];
        foreach (string key in keys)
            await SendAsync(
                HttpMethod.Put, "/examplebucket/" + Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal), []);
        keys.Sort((left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));
        List<string> listed = [];
        string marker = "";
        while (true)
        {
            string from = marker.Length == 0 ? "" : $"&{parameter}={Uri.EscapeDataString(marker)}";
            (_, XElement page) = await GetAsync(
                $"/examplebucket?{(marker.Length > 0 && listing == "marker=" ? "x=" : listing)}&max-keys=2{from}");
            List<string> names = [.. page.Descendants(Namespace + "Key").Select(key => key.Value)];
            Assert.InRange(names.Count, 1, 2);
            listed.AddRange(names);
            if (page.Element(Namespace + "IsTruncated")!.Value == "false")
                break;
            marker = next is null ? names[^1] : page.Element(Namespace + next)!.Value;
        }

        Assert.Equal(keys, listed);
    }

    [Theory]
    [InlineData("//double", "//double")]
    [InlineData("/", "/")]
    [InlineData("a/..", "a/..")]
    [InlineData("..%2F..%2Fetc", "../../etc")]
    [InlineData("%2E%2e/.", "../.")]
    [InlineData("a%2Fb%20c+d", "a/b c+d")]
    [InlineData("semi;colon=1@2:3", "semi;colon=1@2:3")]
    public async Task A_path_is_the_key_whatever_is_in_it(string path, string key)
    {
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, "/examplebucket/" + path, [])).StatusCode);
        (_, XElement page) = await GetAsync("/examplebucket?list-type=2");
        Assert.Equal(key, page.Descendants(Namespace + "Key").Single().Value);
    }

    [Fact]
    public async Task A_listing_of_no_keys_is_empty()
    {
        await SendAsync(HttpMethod.Put, "/examplebucket/k", []);
        (_, XElement page) = await GetAsync("/examplebucket?list-type=2&max-keys=0");
        Assert.Equal("0", page.Element(Namespace + "KeyCount")!.Value);
        Assert.Equal("false", page.Element(Namespace + "IsTruncated")!.Value);
    }

    [Fact]
    public async Task A_page_of_no_uploads_is_the_last()
    {
        await SendAsync(HttpMethod.Post, "/examplebucket/k?uploads", []);
        (_, XElement page) = await GetAsync("/examplebucket?uploads&max-uploads=0");
        Assert.Empty(page.Elements(Namespace + "Upload"));
        Assert.Equal("false", page.Element(Namespace + "IsTruncated")!.Value);
    }

    [Fact]
    public async Task Encoding_type_url_encodes_names_and_keeps_slashes()
    {
        await SendAsync(HttpMethod.Put, "/examplebucket/a/%01%20%2B%C3%BC", []);
        (_, XElement page) = await GetAsync("/examplebucket?list-type=2&encoding-type=url&prefix=a/&start-after=%20");
        Assert.Equal("a/%01%20%2B%C3%BC", page.Descendants(Namespace + "Key").Single().Value);
        Assert.Equal("%20", page.Element(Namespace + "StartAfter")!.Value);
    }

    [Fact]
    public async Task Buckets_can_be_listed_in_pages()
    {
        await _host.WithBucketAsync("aaa");
        await _host.WithBucketAsync("zzz");
        (_, XElement first) = await GetAsync("/?max-buckets=2");
        Assert.Equal(["aaa", "examplebucket"], first.Descendants(Namespace + "Name").Select(name => name.Value));
        (_, XElement second) = await GetAsync(
            "/?max-buckets=2&continuation-token=" + first.Element(Namespace + "ContinuationToken")!.Value);
        Assert.Equal(["zzz"], second.Descendants(Namespace + "Name").Select(name => name.Value));
        Assert.Null(second.Element(Namespace + "ContinuationToken"));
        (_, XElement prefixed) = await GetAsync("/?prefix=ex");
        Assert.Equal(["examplebucket"], prefixed.Descendants(Namespace + "Name").Select(name => name.Value));
    }

    [Fact]
    public async Task Uploads_are_listed_in_pages_and_rolled_up()
    {
        foreach (string key in new[] { "a/1", "a/2", "b", "b", "c" })
            await SendAsync(HttpMethod.Post, $"/examplebucket/{key}?uploads", []);
        List<string> listed = [];
        string from = "";
        while (true)
        {
            (_, XElement page) = await GetAsync("/examplebucket?uploads&delimiter=/&max-uploads=1" + from);
            listed.AddRange(page.Descendants(Namespace + "Upload").Select(upload => upload.Element(Namespace + "Key")!.Value));
            listed.AddRange(page.Descendants(Namespace + "CommonPrefixes").Select(prefix => prefix.Value));
            if (page.Element(Namespace + "IsTruncated")!.Value == "false")
                break;
            from = $"&key-marker={page.Element(Namespace + "NextKeyMarker")!.Value}&upload-id-marker={page.Element(Namespace + "NextUploadIdMarker")!.Value}";
        }

        Assert.Equal(["a/", "b", "b", "c"], listed);
    }

    [Theory]
    [InlineData("CRC32", "COMPOSITE", true)]
    [InlineData("CRC32", "FULL_OBJECT", true)]
    [InlineData("CRC64NVME", "", true)]
    [InlineData("CRC64NVME", "COMPOSITE", false)]
    [InlineData("SHA256", "COMPOSITE", true)]
    [InlineData("SHA256", "FULL_OBJECT", false)]
    [InlineData("MD5", "", false)]
    [InlineData("CRC32", "PARTIAL", false)]
    public async Task An_upload_has_a_checksum_type_that_its_algorithm_can_have(string algorithm, string type, bool valid)
    {
        List<(string, string)> headers = [("x-amz-checksum-algorithm", algorithm)];
        if (type.Length > 0)
            headers.Add(("x-amz-checksum-type", type));
        HttpResponseMessage response = await SendAsync(HttpMethod.Post, "/examplebucket/k?uploads", [], [.. headers]);
        Assert.Equal(valid ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
        if (valid)
            Assert.Equal(algorithm, response.Headers.GetValues("x-amz-checksum-algorithm").Single());
    }

    [Fact]
    public async Task A_multipart_checksum_that_the_client_claims_is_compared()
    {
        (string uploadId, string etag) = await UploadOnePartAsync();
        string parts = $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>";
        Task<HttpResponseMessage> CompleteAsync(string body, params (string, string)[] headers) =>
            SendAsync(HttpMethod.Post, $"/examplebucket/k?uploadId={uploadId}", Encoding.UTF8.GetBytes(body), headers);

        await AssertCodeAsync("BadDigest", await CompleteAsync(parts, ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")));
        await AssertCodeAsync("InvalidRequest", await CompleteAsync(parts, ("x-amz-checksum-crc32", "AAAAAA==")));
        await AssertCodeAsync("InvalidRequest", await CompleteAsync(parts, ("x-amz-mp-object-size", "8")));
        await AssertCodeAsync("InvalidPart", await CompleteAsync(
            parts.Replace("<ETag>", "<ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME><ETag>", StringComparison.Ordinal)));
        await AssertCodeAsync("InvalidPart", await CompleteAsync(parts.Replace(">1<", ">2<", StringComparison.Ordinal)));
        await AssertCodeAsync("InvalidPart", await CompleteAsync(parts.Replace(etag, "other", StringComparison.Ordinal)));
        await AssertCodeAsync("InvalidArgument", await CompleteAsync(parts.Replace(">1<", ">10001<", StringComparison.Ordinal)));
        await AssertCodeAsync("MalformedXML", await CompleteAsync("<CompleteMultipartUpload/>"));
        await AssertCodeAsync("MalformedXML", await CompleteAsync(parts.Replace(">1<", ">one<", StringComparison.Ordinal)));
        Assert.Equal(0, _host.Store.ObjectCount);

        HttpResponseMessage done = await CompleteAsync(
            parts, ("x-amz-checksum-crc64nvme", "rosUhgp5mIg="), ("x-amz-mp-object-size", "9"));
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        HttpResponseMessage head = await SendAsync(HttpMethod.Head, "/examplebucket/k", null, ("x-amz-checksum-mode", "ENABLED"));
        Assert.Equal("rosUhgp5mIg=", head.Headers.GetValues("x-amz-checksum-crc64nvme").Single());
    }

    [Fact]
    public async Task A_conditional_completion_replaces_nothing_that_it_should_not()
    {
        await SendAsync(HttpMethod.Put, "/examplebucket/k", []);
        (string uploadId, string etag) = await UploadOnePartAsync();
        HttpResponseMessage response = await SendAsync(
            HttpMethod.Post, $"/examplebucket/k?uploadId={uploadId}",
            Encoding.UTF8.GetBytes(
                $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"),
            ("If-None-Match", "*"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, response.StatusCode);
    }

    [Fact]
    public async Task Requests_are_counted_by_operation_and_status()
    {
        List<string> counted = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Cess.Gateway.S3")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            lock (counted)
                counted.Add($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}");
        });
        listener.Start();
        await using S3Host host = await (await S3Host.StartAsync()).WithBucketAsync("metricsbucket");
        await host.SendAsync(HttpMethod.Put, "/metricsbucket/k", new byte[12_345]);
        await host.SendAsync(HttpMethod.Get, "/metricsbucket/k");
        await host.SendAsync(HttpMethod.Delete, "/metricsbucket/k");
        await host.SendAsync(HttpMethod.Get, "/metricsbucket/k");
        await host.DisposeAsync();
        lock (counted)
        {
            Assert.Contains("cess.s3.requests 1 PutObject 200", counted);
            Assert.Contains("cess.s3.content.received 12345 PutObject", counted);
            Assert.Contains("cess.s3.content.sent 12345 GetObject", counted);
            Assert.Contains("cess.s3.requests 1 DeleteObject 204", counted);
            Assert.Contains("cess.s3.requests 1 GetObject 404", counted);
        }
    }

    [Fact]
    public async Task Small_bodies_have_so_much_memory_together_and_further_ones_are_told_to_slow_down()
    {
        await using S3Host host = await (await S3Host.StartAsync()).WithBucketAsync("slowbucket");
        byte[] body = Encoding.UTF8.GetBytes("<CreateBucketConfiguration/>");
        using (host.Bodies.Bytes.TryTake(IPAddress.Loopback, GatewayLimits.WholeBodyBytesPerAddressMax))
            await AssertCodeAsync("SlowDown", await host.SendAsync(HttpMethod.Put, "/another", body));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Put, "/another", body)).StatusCode);
    }

    [Fact]
    public async Task Requests_over_the_bound_are_told_to_slow_down()
    {
        await using S3Host host = await (await S3Host.StartAsync(new S3Options { RequestsInFlightMax = 1 })).WithBucketAsync("slowbucket");
        TaskCompletionSource gate = new();
        host.Store.PutGate = gate.Task;
        Task<HttpResponseMessage>[] puts =
            [host.SendAsync(HttpMethod.Put, "/slowbucket/a", []), host.SendAsync(HttpMethod.Put, "/slowbucket/b", [])];
        HttpResponseMessage refused = await await Task.WhenAny(puts);
        await AssertCodeAsync("SlowDown", refused);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        gate.SetResult();
        Assert.Contains(await Task.WhenAll(puts), response => response.StatusCode == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/slowbucket")).StatusCode);
    }

    [Theory]
    [InlineData("1234", true)]
    [InlineData("12.34", true)]
    [InlineData("a-b.c-d", true)]
    [InlineData("abc", true)]
    [InlineData("ab", false)]
    [InlineData("1.2.3.4", false)]
    [InlineData("a..b", false)]
    [InlineData("-ab", false)]
    [InlineData("ab-", false)]
    [InlineData("aBc", false)]
    [InlineData("a_b", false)]
    public void A_buckets_name_keeps_to_S3s_rules(string name, bool valid)
    {
        Exception? refusal = Record.Exception(() => S3Target.CheckBucket(name));
        Assert.Equal(valid, refusal is null);
        Assert.True(refusal is null or S3Exception { Error.Code: "InvalidBucketName" });
    }

    [Fact]
    public void Every_failure_of_the_store_has_an_S3_error()
    {
        foreach (ObjectStoreError error in Enum.GetValues<ObjectStoreError>())
            Assert.NotEqual(S3Errors.InternalError, S3Errors.Of(error));
    }

    [Fact]
    public void Every_error_is_documented_with_its_status()
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "s3.md"));
        foreach (S3Error error in S3Errors.All.Values)
            Assert.Contains($"| `{error.Code}` | {error.Status} |", page, StringComparison.Ordinal);
    }

    private static async Task AssertCodeAsync(string code, HttpResponseMessage response) =>
        Assert.Equal(code, XElement.Parse(await response.Content.ReadAsStringAsync()).Element("Code")!.Value);

    private async Task<(string UploadId, string ETag)> UploadOnePartAsync()
    {
        HttpResponseMessage created = await SendAsync(
            HttpMethod.Post, "/examplebucket/k?uploads", [], ("x-amz-checksum-algorithm", "CRC64NVME"));
        string uploadId = XElement.Parse(await created.Content.ReadAsStringAsync()).Element(Namespace + "UploadId")!.Value;
        HttpResponseMessage part = await SendAsync(
            HttpMethod.Put, $"/examplebucket/k?partNumber=1&uploadId={uploadId}", "123456789"u8.ToArray(), ("x-amz-checksum-crc64nvme", "rosUhgp5mIg="));
        return (uploadId, part.Headers.ETag!.Tag);
    }

    private Task<HttpResponseMessage> PutAclAsync(string grantee, string permission) => SendAsync(
        HttpMethod.Put, "/examplebucket?acl", Encoding.UTF8.GetBytes(
            "<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
            + $"xsi:type=\"CanonicalUser\"><ID>{grantee}</ID></Grantee><Permission>{permission}</Permission></Grant></AccessControlList>"
            + "</AccessControlPolicy>"));

    private async Task<(int Status, XElement Answer)> GetAsync(string pathAndQuery)
    {
        HttpResponseMessage response = await SendAsync(HttpMethod.Get, pathAndQuery);
        return ((int)response.StatusCode, XElement.Parse(await response.Content.ReadAsStringAsync()));
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string pathAndQuery, byte[]? body = null, params (string Name, string Value)[] headers) =>
        _host.Http.SendAsync(Signer.Sign(_host.Address, method, pathAndQuery, body, headers));

    private async Task<HttpResponseMessage> SendToHostAsync(string host, HttpMethod method, string pathAndQuery)
    {
        (string Name, string Value)[] headers = [];
        string authorization = Signer.Authorization(host, method.Method, pathAndQuery, null, ref headers);
        using HttpRequestMessage request = new(method, new Uri(_host.Address, pathAndQuery));
        request.Headers.Host = host;
        if (method == HttpMethod.Put)
            request.Content = new ByteArrayContent([]);
        foreach ((string name, string value) in headers)
            request.Headers.Add(name, value);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await _host.Http.SendAsync(request);
    }

    private SigV4TestSigner Signer => new(S3Host.AccessKeyId, S3Host.SecretKey, _host.Clock, "cess-1");
}
