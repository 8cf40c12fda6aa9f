using System.Net;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;

namespace Cess.Gateway.Tests.Rest;

public sealed class SignedRequestTests : RestTests
{
    [Fact]
    public async Task A_signed_request_is_answered()
    {
        using HttpResponseMessage answer = await Tester.SendAsync(Tester.Signed(HttpMethod.Get, "/v1/buckets"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task An_unsigned_request_is_refused() =>
        await Tester.RefusedAsync(WireErrors.SignatureMissing, new HttpRequestMessage(HttpMethod.Get, new Uri(Host.Endpoint, "/v1/buckets")));

    [Fact]
    public async Task A_request_is_taken_once()
    {
        HttpRequestMessage first = Tester.Signed(HttpMethod.Get, "/v1/buckets");
        HttpRequestMessage second = RestTester.Copy(first);
        using HttpResponseMessage answer = await Tester.SendAsync(first);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Tester.RefusedAsync(WireErrors.Replayed, second);
    }

    [Fact]
    public async Task A_nonce_may_come_from_two_accounts()
    {
        using HttpResponseMessage one = await Tester.SendAsync(Tester.Signed(HttpMethod.Get, "/v1/buckets", nonce: "same"));
        using HttpResponseMessage other = await Tester.SendAsync(Tester.Signed(HttpMethod.Get, "/v1/buckets", key: Host.Chain.Other, nonce: "same"));
        Assert.Equal(HttpStatusCode.OK, one.StatusCode);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task A_request_is_refused_once_its_signature_has_expired()
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Get, "/v1/buckets", lifetime: TimeSpan.FromMinutes(1));
        Host.Time.Advance(TimeSpan.FromMinutes(1));
        await Tester.RefusedAsync(WireErrors.SignatureExpired, request);
    }

    [Fact]
    public async Task A_signature_from_the_future_is_refused_beyond_what_clocks_may_differ()
    {
        using HttpResponseMessage close = await Tester.SendAsync(Tester.Signed(HttpMethod.Get, "/v1/buckets", age: -WireLimits.ClockSkewMax));
        Assert.Equal(HttpStatusCode.OK, close.StatusCode);
        await Tester.RefusedAsync(
            WireErrors.SignatureExpired,
            Tester.Signed(HttpMethod.Get, "/v1/buckets", age: -WireLimits.ClockSkewMax - TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_signature_that_is_valid_for_too_long_is_refused() =>
        await Tester.RefusedAsync(
            WireErrors.SignatureExpired,
            Tester.Signed(HttpMethod.Get, "/v1/buckets", lifetime: WireLimits.SignatureLifetimeMax + TimeSpan.FromSeconds(1)));

    [Fact]
    public async Task A_request_for_another_path_than_the_signed_one_is_refused()
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Get, "/v1/buckets");
        request.RequestUri = new Uri(Host.Endpoint, "/v1/buckets/photos/objects");
        await Tester.RefusedAsync(WireErrors.SignatureMismatch, request);
    }

    [Fact]
    public async Task A_request_with_another_query_than_the_signed_one_is_refused()
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Get, "/v1/buckets/photos/objects?limit=1");
        request.RequestUri = new Uri(Host.Endpoint, "/v1/buckets/photos/objects?limit=2");
        await Tester.RefusedAsync(WireErrors.SignatureMismatch, request);
    }

    [Fact]
    public async Task A_request_with_another_method_than_the_signed_one_is_refused()
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Get, "/v1/uploads/x");
        request.Method = HttpMethod.Delete;
        await Tester.RefusedAsync(WireErrors.SignatureMismatch, request);
    }

    [Fact]
    public async Task A_request_for_anotherHost_than_the_signed_one_is_refused()
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Get, "/v1/buckets");
        request.Headers.Host = "another.example";
        await Tester.RefusedAsync(WireErrors.SignatureMismatch, request);
    }

    [Fact]
    public async Task A_body_that_is_not_the_signed_one_is_refused()
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Post, "/v1/uploads", "{\"policy\":\"4+8\"}"u8.ToArray(), "application/json");
        request.Content = new ByteArrayContent("{\"policy\":\"2+1\"}"u8.ToArray());
        request.Content.Headers.ContentType = new("application/json");
        await Tester.RefusedAsync(WireErrors.DigestMismatch, request);
    }

    [Fact]
    public async Task A_body_that_is_not_covered_is_refused()
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Post, "/v1/uploads");
        request.Content = new ByteArrayContent("{}"u8.ToArray());
        request.Content.Headers.ContentType = new("application/json");
        await Tester.RefusedAsync(WireErrors.SignatureInvalid, request);
    }

    [Fact]
    public async Task A_changed_signature_is_refused()
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Get, "/v1/buckets");
        byte[] signature = ByteField.Find(request.Headers.GetValues("signature").Single(), RequestSignature.Label)!;
        signature[40] ^= 1;
        request.Headers.Remove("signature");
        request.Headers.Add("signature", ByteField.Format(RequestSignature.Label, signature));
        await Tester.RefusedAsync(WireErrors.SignatureMismatch, request);
    }

    [Fact]
    public async Task A_key_that_is_not_the_accounts_is_refused()
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Get, "/v1/buckets");
        request.Headers.Remove(RequestSignature.PublicKeyField);
        request.Headers.Add(RequestSignature.PublicKeyField, Convert.ToBase64String(Host.Chain.Other.PublicKey.ToArray()));
        await Tester.RefusedAsync(WireErrors.SignatureMismatch, request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base 64")]
    public async Task A_malformed_key_is_refused(string key)
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Get, "/v1/buckets");
        request.Headers.Remove(RequestSignature.PublicKeyField);
        request.Headers.TryAddWithoutValidation(RequestSignature.PublicKeyField, key);
        await Tester.RefusedAsync(WireErrors.SignatureInvalid, request);
    }

    [Fact]
    public async Task An_account_that_is_not_on_chain_is_refused()
    {
        using PrivateKey stranger = PrivateKey.Generate();
        await Tester.RefusedAsync(WireErrors.UnknownAccount, Tester.Signed(HttpMethod.Get, "/v1/buckets", key: stranger));
    }

    [Theory]
    [InlineData("cess=(\"@method\");created=1;expires=2;nonce=\"n\";keyid=\"k\"")]
    [InlineData("cess=(\"@method\" \"@target-uri\")")]
    [InlineData("cess=(\"@method\" \"@target-uri\");created=1;expires=2;keyid=\"k\"")]
    [InlineData("cess=(\"@method\" \"@target-uri\");created=1;expires=2;nonce=\"n\";keyid=\"k\"")]
    [InlineData("cess=(\"@method\" \"@target-uri\");created=1;expires=2;nonce=\"n\";keyid=\"k\";alg=\"hmac-sha256\"")]
    [InlineData("garbage")]
    public async Task Malformed_or_insufficient_signature_fields_are_refused(string input)
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Get, "/v1/buckets");
        request.Headers.Remove(RequestSignature.InputField);
        request.Headers.TryAddWithoutValidation(RequestSignature.InputField, input);
        await Tester.RefusedAsync(WireErrors.SignatureInvalid, request);
    }

    [Fact]
    public async Task The_whole_target_may_be_signed_instead_of_its_pieces()
    {
        using HttpResponseMessage answer = await Tester.SendAsync(
            Tester.Signed(HttpMethod.Get, "/v1/buckets?x=1", components: ["@method", "@target-uri"]));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_signature_with_high_s_is_taken_as_other_signers_make_them()
    {
        HttpRequestMessage request = Tester.Signed(HttpMethod.Get, "/v1/buckets");
        byte[] signature = ByteField.Find(request.Headers.GetValues("signature").Single(), RequestSignature.Label)!;
        byte[] order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        System.Numerics.BigInteger s = new(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        System.Numerics.BigInteger high = new System.Numerics.BigInteger(order, isUnsigned: true, isBigEndian: true) - s;
        high.TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true, isBigEndian: true);
        request.Headers.Remove("signature");
        request.Headers.Add("signature", ByteField.Format(RequestSignature.Label, signature));
        using HttpResponseMessage answer = await Tester.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
