using System.Globalization;
using System.Net;
using System.Text;
using Cess.Gateway.Objects;

namespace Cess.Gateway.Tests.S3;

/// <summary>GET and HEAD of objects: ranges, conditions, what is in the headers, and what happens when the store fails.</summary>
public sealed class ReadTests : IAsyncLifetime
{
    private const string Path = "/examplebucket/key";
    private const string ETag = "\"781e5e245d69b566979b86e28d23f2c7\"";

    private S3Host _host = null!;

    public async Task InitializeAsync()
    {
        _host = await (await S3Host.StartAsync()).WithBucketAsync("examplebucket");
        await _host.SendAsync(HttpMethod.Put, Path, "0123456789"u8.ToArray(), ("Content-Type", "text/plain"));
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("bytes=0-0", 206, "0", "bytes 0-0/10")]
    [InlineData("bytes=2-4", 206, "234", "bytes 2-4/10")]
    [InlineData("bytes=7-", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=0-", 206, "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=7-99", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=7-99999999999999999999999", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-3", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-99", 206, "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=10-", 416, null, "bytes */10")]
    [InlineData("bytes=99999999999999999999999-", 416, null, "bytes */10")]
    [InlineData("bytes=-0", 416, null, "bytes */10")]
    [InlineData("bytes=4-2", 200, "0123456789", null)]
    [InlineData("bytes=a-b", 200, "0123456789", null)]
    [InlineData("bytes=", 200, "0123456789", null)]
    [InlineData("bytes=-", 200, "0123456789", null)]
    [InlineData("bytes=1-2,4-5", 200, "0123456789", null)]
    [InlineData("bytes=1-2-3", 200, "0123456789", null)]
    [InlineData("lines=1-2", 200, "0123456789", null)]
    public async Task A_range_is_served_as_S3_serves_it(string range, int status, string? body, string? contentRange)
    {
        HttpResponseMessage response = await _host.SendAsync(HttpMethod.Get, Path, null, ("Range", range));
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(contentRange, response.Content.Headers.ContentRange?.ToString());
        if (body is not null)
            Assert.Equal(body, await response.Content.ReadAsStringAsync());

        HttpResponseMessage head = await _host.SendAsync(HttpMethod.Head, Path, null, ("Range", range));
        Assert.Equal(response.StatusCode, head.StatusCode);
        if (body is not null)
            Assert.Equal(body.Length, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Any_range_of_an_empty_object_cannot_be_satisfied()
    {
        await _host.SendAsync(HttpMethod.Put, "/examplebucket/empty", []);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await _host.SendAsync(HttpMethod.Get, "/examplebucket/empty", null, ("Range", "bytes=0-"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(HttpMethod.Get, "/examplebucket/empty")).StatusCode);
    }

    [Theory]
    [InlineData("If-Match", ETag, 200)]
    [InlineData("If-Match", "781e5e245d69b566979b86e28d23f2c7", 200)]
    [InlineData("If-Match", "\"other\", " + ETag, 200)]
    [InlineData("If-Match", "*", 200)]
    [InlineData("If-Match", "\"other\"", 412)]
    [InlineData("If-None-Match", ETag, 304)]
    [InlineData("If-None-Match", "W/" + ETag, 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "\"other\"", 200)]
    [InlineData("If-Modified-Since", "Fri, 24 May 2013 00:00:00 GMT", 304)]
    [InlineData("If-Modified-Since", "Thu, 23 May 2013 23:59:59 GMT", 200)]
    [InlineData("If-Modified-Since", "no date", 200)]
    [InlineData("If-Unmodified-Since", "Fri, 24 May 2013 00:00:00 GMT", 200)]
    [InlineData("If-Unmodified-Since", "Thu, 23 May 2013 23:59:59 GMT", 412)]
    public async Task A_condition_decides(string name, string value, int status)
    {
        HttpResponseMessage response = await _host.SendAsync(HttpMethod.Get, Path, null, (name, value));
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        if (status == 304)
        {
            Assert.Equal(ETag, response.Headers.ETag!.Tag);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task An_ETag_condition_outweighs_a_date()
    {
        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(
            HttpMethod.Get, Path, null, ("If-Match", ETag), ("If-Unmodified-Since", "Thu, 23 May 2013 23:59:59 GMT"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(
            HttpMethod.Get, Path, null, ("If-None-Match", "\"other\""), ("If-Modified-Since", "Fri, 24 May 2013 00:00:00 GMT"))).StatusCode);
    }

    [Theory]
    [InlineData(ETag, 206)]
    [InlineData("\"other\"", 200)]
    [InlineData("Fri, 24 May 2013 00:00:00 GMT", 206)]
    [InlineData("Thu, 23 May 2013 00:00:00 GMT", 200)]
    public async Task If_Range_serves_the_whole_of_a_changed_object(string ifRange, int status)
    {
        HttpResponseMessage response = await _host.SendAsync(
            HttpMethod.Get, Path, null, ("Range", "bytes=1-2"), ("If-Range", ifRange));
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
    }

    [Fact]
    public async Task Overrides_of_the_query_replace_kept_headers()
    {
        HttpResponseMessage response = await _host.SendAsync(
            HttpMethod.Get, Path + "?response-content-type=text%2Fhtml&response-content-disposition=attachment%3B%20filename%3D%22a%20b%22"
            + "&response-cache-control=no-store&response-content-language=de&response-content-encoding=x&response-expires=0");
        Assert.Equal("text/html", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment; filename=\"a b\"", response.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal("de", response.Content.Headers.ContentLanguage.Single());
        Assert.Equal("x", response.Content.Headers.ContentEncoding.Single());
    }

    [Fact]
    public async Task Metadata_that_is_not_ASCII_comes_back_as_RFC_2047_has_it()
    {
        string head = $"PUT {Path} HTTP/1.1\r\nHost: {_host.Address.Authority}\r\nContent-Length: 0\r\n";
        (string Name, string Value)[] headers = [("x-amz-meta-name", "grün")];
        string authorization = _host.Signer.Authorization(_host.Address.Authority, "PUT", Path, null, ref headers);
        foreach ((string name, string value) in headers)
            head += $"{name}: {Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value))}\r\n";
        Assert.StartsWith("HTTP/1.1 200", await RawConnection.ExchangeAsync(_host.Address, head + $"Authorization: {authorization}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        HttpResponseMessage response = await _host.SendAsync(HttpMethod.Head, Path);
        Assert.Equal("=?UTF-8?B?Z3LDvG4=?=", response.Headers.GetValues("x-amz-meta-name").Single());
    }

    [Fact]
    public async Task Headers_of_another_door_that_say_something_of_the_answer_are_left_out()
    {
        PutOptions options = new()
        {
            Headers = new Dictionary<string, string>
            {
                ["content-type"] = "text/plain", ["transfer-encoding"] = "gzip", ["connection"] = "close", ["a,b"] = "no header",
            },
        };
        await _host.Store.PutAsync(
            new Caller(S3Host.AccountOf(S3Host.AccessKeyId)), "examplebucket", "other", new MemoryStream([1]), options, CancellationToken.None);
        HttpResponseMessage response = await _host.SendAsync(HttpMethod.Get, "/examplebucket/other");
        Assert.Equal([1], await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Empty(response.Headers.TransferEncoding);
    }

    [Fact]
    public async Task Metadata_of_another_door_that_no_header_can_hold_breaks_nothing()
    {
        PutOptions options = new()
        {
            Metadata = new Dictionary<string, string> { ["not a token"] = "x", ["fine"] = "line\r\nbreak" },
            Headers = new Dictionary<string, string> { ["content-type"] = "text/\u0001" },
        };
        await _host.Store.PutAsync(
            new Caller(S3Host.AccountOf(S3Host.AccessKeyId)), "examplebucket", "key", new MemoryStream(), options, CancellationToken.None);
        HttpResponseMessage response = await _host.SendAsync(HttpMethod.Head, Path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("1", response.Headers.GetValues("x-amz-missing-meta").Single());
        Assert.Equal("=?UTF-8?B?bGluZQ0KYnJlYWs=?=", response.Headers.GetValues("x-amz-meta-fine").Single());
    }

    [Fact]
    public async Task A_checksum_is_given_back_only_when_asked_for_and_only_with_the_whole_object()
    {
        await _host.SendAsync(HttpMethod.Put, Path, "123456789"u8.ToArray(), ("x-amz-checksum-crc64nvme", "rosUhgp5mIg="));
        Assert.False((await _host.SendAsync(HttpMethod.Get, Path)).Headers.Contains("x-amz-checksum-crc64nvme"));
        HttpResponseMessage whole = await _host.SendAsync(HttpMethod.Get, Path, null, ("x-amz-checksum-mode", "ENABLED"));
        Assert.Equal("rosUhgp5mIg=", whole.Headers.GetValues("x-amz-checksum-crc64nvme").Single());
        Assert.Equal("FULL_OBJECT", whole.Headers.GetValues("x-amz-checksum-type").Single());
        HttpResponseMessage part = await _host.SendAsync(
            HttpMethod.Get, Path, null, ("x-amz-checksum-mode", "ENABLED"), ("Range", "bytes=1-2"));
        Assert.False(part.Headers.Contains("x-amz-checksum-crc64nvme"));
    }

    [Fact]
    public async Task A_part_that_is_not_there_cannot_be_satisfied()
    {
        Assert.Equal(
            "0123456789", await (await _host.SendAsync(HttpMethod.Get, Path + "?partNumber=1")).Content.ReadAsStringAsync());
        Assert.Equal(
            HttpStatusCode.RequestedRangeNotSatisfiable, (await _host.SendAsync(HttpMethod.Get, Path + "?partNumber=2")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _host.SendAsync(HttpMethod.Get, Path + "?partNumber=1", null, ("Range", "bytes=1-2"))).StatusCode);
    }

    [Fact]
    public async Task Data_that_is_lost_before_the_first_byte_is_an_error_and_not_an_empty_object()
    {
        _host.Store.ReadFault = (0, new ObjectStoreException(ObjectStoreError.DataUnavailable, "9 of 12 fragments are lost."));
        HttpResponseMessage response = await _host.SendAsync(HttpMethod.Get, Path);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("9 of 12 fragments are lost.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("ETag"));
    }

    [Fact]
    public async Task Data_that_is_lost_on_the_way_breaks_the_answer_off()
    {
        await _host.SendAsync(HttpMethod.Put, Path, new byte[1_000_000]);
        _host.Store.ReadFault = (500_000, new ObjectStoreException(ObjectStoreError.DataUnavailable, "Lost."));
        await Assert.ThrowsAsync<HttpRequestException>(() => _host.SendAsync(HttpMethod.Get, Path));
    }

    [Fact]
    public async Task A_source_that_fails_on_the_way_leaves_no_copy()
    {
        await _host.SendAsync(HttpMethod.Put, Path, new byte[4_000_000]);
        _host.Store.ReadFault = (2_000_000, new ObjectStoreException(ObjectStoreError.DataUnavailable, "Lost."));
        HttpResponseMessage response = await _host.SendAsync(
            HttpMethod.Put, "/examplebucket/copy", [], ("x-amz-copy-source", Path));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(1, _host.Store.ObjectCount);
    }

    [Fact]
    public async Task A_copy_whose_store_fails_ends()
    {
        await _host.SendAsync(HttpMethod.Put, Path, new byte[4_000_000]);
        _host.Store.PutFault = new ObjectStoreException(ObjectStoreError.InsufficientStorage, "The miners are full.");
        HttpResponseMessage response = await _host.SendAsync(
            HttpMethod.Put, "/examplebucket/copy", [], ("x-amz-copy-source", Path));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task A_node_that_does_not_finish_in_time_is_worth_another_attempt()
    {
        _host.Store.PutFault = new TimeoutException("a grain did not answer");
        HttpResponseMessage response = await _host.SendAsync(HttpMethod.Put, Path, [1]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("<Code>ServiceUnavailable</Code>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_that_nobody_foresaw_says_nothing_of_itself()
    {
        _host.Store.PutFault = new InvalidOperationException("a secret detail");
        HttpResponseMessage response = await _host.SendAsync(HttpMethod.Put, Path, [1]);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        string body = await response.Content.ReadAsStringAsync();
        Assert.Contains("<Code>InternalError</Code>", body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-amz-copy-source-if-match", "\"other\"", 412)]
    [InlineData("x-amz-copy-source-if-match", ETag, 200)]
    [InlineData("x-amz-copy-source-if-none-match", ETag, 412)]
    [InlineData("x-amz-copy-source-if-modified-since", "Fri, 24 May 2013 00:00:00 GMT", 412)]
    [InlineData("x-amz-copy-source-if-unmodified-since", "Thu, 23 May 2013 00:00:00 GMT", 412)]
    public async Task A_condition_on_the_source_decides_over_the_copy(string name, string value, int status)
    {
        HttpResponseMessage response = await _host.SendAsync(
            HttpMethod.Put, "/examplebucket/copy", [], ("x-amz-copy-source", Path), (name, value));
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(status == 200 ? 2 : 1, _host.Store.ObjectCount);
    }

    [Theory]
    [InlineData("examplebucket", 400)]
    [InlineData("/examplebucket/", 400)]
    [InlineData("/examplebucket/none", 404)]
    [InlineData("/examplebucket/key?versionId=null", 200)]
    [InlineData("/examplebucket/key?versionId=other", 404)]
    [InlineData("examplebucket%2Fkey", 200)]
    public async Task A_copys_source_is_a_bucket_and_a_key(string source, int status)
    {
        HttpResponseMessage response = await _host.SendAsync(
            HttpMethod.Put, "/examplebucket/copy", [], ("x-amz-copy-source", source));
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(604_800, 200)]
    [InlineData(604_801, 400)]
    [InlineData(-1, 400)]
    public async Task A_presigned_URL_lives_a_week_at_most(int seconds, int status)
    {
        string url = _host.Signer.Presign(_host.Address.Authority, "GET", Path, seconds);
        Assert.Equal((HttpStatusCode)status, (await _host.Http.GetAsync(new Uri(_host.Address, url))).StatusCode);
    }

    [Fact]
    public async Task A_presigned_URL_ends_when_it_says_and_works_for_nothing_else()
    {
        Uri url = new(_host.Address, _host.Signer.Presign(_host.Address.Authority, "GET", Path, 60));
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.Http.DeleteAsync(url)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.Http.GetAsync(new Uri(url.ToString().Replace("key", "other", StringComparison.Ordinal)))).StatusCode);
        _host.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.OK, (await _host.Http.GetAsync(url)).StatusCode);
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        HttpResponseMessage expired = await _host.Http.GetAsync(url);
        Assert.Equal(HttpStatusCode.Forbidden, expired.StatusCode);
        Assert.Contains("Request has expired", await expired.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Last_Modified_is_the_objects_time()
    {
        HttpResponseMessage response = await _host.SendAsync(HttpMethod.Head, Path);
        Assert.Equal(S3Host.ExampleTime.ToString("R", CultureInfo.InvariantCulture), response.Content.Headers.LastModified!.Value.ToString(
            "R", CultureInfo.InvariantCulture));
    }
}
