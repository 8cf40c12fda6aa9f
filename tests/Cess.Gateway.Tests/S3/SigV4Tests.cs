using System.Text;
using Cess.Gateway.Objects;
using Cess.Gateway.S3;
using Cess.Gateway.S3.Signing;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.Tests.S3;

/// <summary>
/// The examples of "Authenticating Requests (AWS Signature Version 4)" in the S3 documentation, and what they leave open.
/// </summary>
public sealed class SigV4Tests
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Credential = "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";

    private static readonly (string, string)[] Common = [("x-amz-date", "20130524T000000Z"), ("x-amz-content-sha256", EmptyHash)];

    [Fact]
    public Task The_documented_GET_of_an_object_is_accepted() => AcceptAsync(
        "GET", "/test.txt", "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", [.. Common, ("Range", "bytes=0-9")]);

    [Fact]
    public Task The_documented_PUT_of_an_object_is_accepted() => AcceptAsync(
        "PUT", "/test$file.text", "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ("x-amz-date", "20130524T000000Z"), ("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"));

    [Fact]
    public Task The_documented_GET_of_a_buckets_lifecycle_is_accepted() => AcceptAsync(
        "GET", "/?lifecycle", "host;x-amz-content-sha256;x-amz-date",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", Common);

    [Fact]
    public Task The_documented_listing_is_accepted() => AcceptAsync(
        "GET", "/?max-keys=2&prefix=J", "host;x-amz-content-sha256;x-amz-date",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", Common);

    [Fact]
    public async Task The_documented_presigned_URL_is_accepted()
    {
        DefaultHttpContext http = Request("GET");
        Authentication authentication = await AuthenticateAsync(
            http, "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
            + "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
            + "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
        Assert.Equal(PayloadMode.Unsigned, authentication.Mode);
    }

    [Fact]
    public async Task The_documented_chunked_upload_has_the_documented_seed()
    {
        Authentication authentication = await AuthenticateAsync(ChunkedRequest(
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9", ("Content-Length", "66824")), "/examplebucket/chunkObject.txt");
        Assert.Equal(PayloadMode.SignedChunks, authentication.Mode);
        Assert.NotNull(authentication.ChunkSigner);
    }

    [Fact]
    public async Task The_documented_chunked_upload_with_a_trailer_has_the_documented_seed()
    {
        Authentication authentication = await AuthenticateAsync(ChunkedRequest(
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
            "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e", ("x-amz-trailer", "x-amz-checksum-crc32c")),
            "/examplebucket/chunkObject.txt");
        Assert.Equal(PayloadMode.SignedChunksAndTrailer, authentication.Mode);
    }

    [Theory]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/a+b", "/a%2Bb")]
    [InlineData("/a%2bb", "/a%2Bb")]
    [InlineData("/%41%7e", "/A~")]
    [InlineData("/a/../b/./c//d", "/a/../b/./c//d")]
    [InlineData("/%2e%2E/x", "/../x")]
    [InlineData("/(a)!*'", "/%28a%29%21%2A%27")]
    [InlineData("/%C3%A4", "/%C3%A4")]
    public void A_path_is_encoded_once_and_never_normalised(string raw, string canonical)
    {
        Assert.Equal(canonical, CanonicalLines(raw)[1]);
    }

    [Theory]
    [InlineData("b=2&a=1", "a=1&b=2")]
    [InlineData("a=2&a=1&a", "a=&a=1&a=2")]
    [InlineData("prefix=a+b", "prefix=a%20b")]
    [InlineData("prefix=a/b", "prefix=a%2Fb")]
    [InlineData("list-type=2&prefix=%C3%A4", "list-type=2&prefix=%C3%A4")]
    [InlineData("uploads", "uploads=")]
    [InlineData("a-=1&a=2", "a=2&a-=1")]
    [InlineData("A=1&a=2&%41b=3", "A=1&Ab=3&a=2")]
    [InlineData("&&a=1=2&", "a=1%3D2")]
    public void A_query_is_encoded_and_sorted_by_its_encoded_form(string raw, string canonical)
    {
        Assert.Equal(canonical, CanonicalLines("/b?" + raw)[2]);
    }

    [Fact]
    public void Header_values_are_trimmed_and_runs_of_spaces_inside_them_become_one()
    {
        HeaderDictionary headers = new() { ["x-amz-meta-a"] = new(["  one   two ", "three"]), ["host"] = "h" };
        using PooledBuffer canonical = new();
        CanonicalRequest.Append(canonical, "GET", Target("/"), headers, "host;x-amz-meta-a", "UNSIGNED-PAYLOAD");
        Assert.Equal("GET\n/\n\nhost:h\nx-amz-meta-a:one two,three\n\nhost;x-amz-meta-a\nUNSIGNED-PAYLOAD", Encoding.UTF8.GetString(canonical.Span));
    }

    [Fact]
    public void A_replaced_secret_gets_a_key_of_its_own()
    {
        SigningKeyCache cache = new();
        byte[] first = new byte[32];
        byte[] second = new byte[32];
        cache.Get("AKIA", "old"u8, "20130524", "us-east-1", first);
        cache.Get("AKIA", "new"u8, "20130524", "us-east-1", second);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Keys_stay_right_while_the_cache_forgets_old_ones()
    {
        SigningKeyCache cache = new();
        byte[] key = new byte[32];
        byte[] expected = new byte[32];
        for (int i = 0; i < 2 * S3Limits.SigningKeysMax; i++)
        {
            string id = "AKIA" + i % (S3Limits.SigningKeysMax / 3 * 4);
            cache.Get(id, Encoding.UTF8.GetBytes(id), "20130524", "us-east-1", key);
            SigV4.DeriveKey(Encoding.UTF8.GetBytes(id), "20130524", "us-east-1", expected);
            Assert.Equal(expected, key);
        }
    }

    private static async Task AcceptAsync(
        string method, string target, string signedHeaders, string signature, params (string Name, string Value)[] headers)
    {
        DefaultHttpContext http = Request(
            method, [.. headers, ("Authorization", $"AWS4-HMAC-SHA256 {Credential},SignedHeaders={signedHeaders},Signature={signature}")]);
        Authentication authentication = await AuthenticateAsync(http, target);
        Assert.Equal(S3Host.AccountOf(S3Host.AccessKeyId), authentication.Caller.Account);

        string forged = (signature[0] == '0' ? "1" : "0") + signature[1..];
        http.Request.Headers.Authorization = http.Request.Headers.Authorization.ToString().Replace(
            signature, forged, StringComparison.Ordinal);
        S3Exception refusal = await Assert.ThrowsAsync<S3Exception>(() => AuthenticateAsync(http, target));
        Assert.Equal("SignatureDoesNotMatch", refusal.Error.Code);
    }

    private static DefaultHttpContext ChunkedRequest(string payload, string signedHeaders, string seed, (string, string) more)
    {
        DefaultHttpContext http = Request(
            "PUT", ("x-amz-date", "20130524T000000Z"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"), ("x-amz-content-sha256", payload),
            ("Content-Encoding", "aws-chunked"), ("x-amz-decoded-content-length", "66560"), more,
            ("Authorization", $"AWS4-HMAC-SHA256 {Credential},SignedHeaders={signedHeaders},Signature={seed}"));
        http.Request.Headers.Host = "s3.amazonaws.com";
        return http;
    }

    private static DefaultHttpContext Request(string method, params (string Name, string Value)[] headers)
    {
        DefaultHttpContext http = new();
        http.Request.Method = method;
        http.Request.Headers.Host = "examplebucket.s3.amazonaws.com";
        foreach ((string name, string value) in headers)
            http.Request.Headers[name] = value;
        return http;
    }

    private static Task<Authentication> AuthenticateAsync(HttpContext http, string target) =>
        new RequestAuthenticator(new ExampleCredentials(), "us-east-1", new TestClock(S3Host.ExampleTime))
            .AuthenticateAsync(http.Request, Target(target), isLocationQuery: false, CancellationToken.None).AsTask();

    private static S3Target Target(string raw) => S3Target.Parse(raw, "examplebucket.s3.amazonaws.com", ["s3.amazonaws.com"]);

    private static string[] CanonicalLines(string rawTarget)
    {
        using PooledBuffer canonical = new();
        CanonicalRequest.Append(canonical, "GET", Target(rawTarget), new HeaderDictionary(), "host", "UNSIGNED-PAYLOAD");
        return Encoding.UTF8.GetString(canonical.Span).Split('\n');
    }

    private sealed class ExampleCredentials : ICredentialStore
    {
        public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellation) => new(
            new Credential(accessKeyId, Encoding.UTF8.GetBytes(S3Host.SecretKey), S3Host.AccountOf(accessKeyId)));
    }
}
