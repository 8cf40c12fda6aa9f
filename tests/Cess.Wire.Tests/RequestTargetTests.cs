namespace Cess.Wire.Tests;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("http", "Example.COM:80", "example.com")]
    [InlineData("https", "example.com:443", "example.com")]
    [InlineData("http", "example.com:443", "example.com:443")]
    [InlineData("http", "127.0.0.1:9080", "127.0.0.1:9080")]
    [InlineData("http", "[::1]:9080", "[::1]:9080")]
    public void The_authority_is_in_lower_case_without_the_default_port(string scheme, string host, string expected) =>
        Assert.Equal(expected, new RequestTarget("GET", scheme, host, "/").Derive("@authority"));

    [Theory]
    [InlineData("/path", "/path", "?")]
    [InlineData("/path?", "/path", "?")]
    [InlineData("/a%2Fb?x=%20&y", "/a%2Fb", "?x=%20&y")]
    [InlineData("/?a?b", "/", "?a?b")]
    [InlineData("", "/", "?")]
    public void Path_and_query_stay_as_they_are_sent(string target, string path, string query)
    {
        RequestTarget request = new("GET", "http", "host", target);
        Assert.Equal(path, request.Derive("@path"));
        Assert.Equal(query, request.Derive("@query"));
    }

    [Fact]
    public void The_whole_target_is_the_absolute_uri() =>
        Assert.Equal("https://www.example.com/path?param=value", new RequestTarget("POST", "HTTPS", "www.example.com", "/path?param=value").Derive("@target-uri"));

    [Fact]
    public void An_unknown_component_has_no_value() =>
        Assert.Null(new RequestTarget("GET", "http", "host", "/").Derive("@status"));

    [Theory]
    [InlineData(true, false, "@method", "@target-uri")]
    [InlineData(true, false, "@path", "@query", "@authority", "@method")]
    [InlineData(true, true, "@method", "@target-uri", "content-digest")]
    [InlineData(false, true, "@method", "@target-uri")]
    [InlineData(false, false, "@target-uri")]
    [InlineData(false, false, "@method", "@path", "@query")]
    [InlineData(false, false, "@method", "@authority", "@path")]
    [InlineData(false, false)]
    public void A_signature_must_cover_method_target_and_body(bool expected, bool hasBody, params string[] components) =>
        Assert.Equal(expected, RequestSignature.Suffices(components, hasBody));
}
