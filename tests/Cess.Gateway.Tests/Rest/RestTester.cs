using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Serialization.Metadata;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;

namespace Cess.Gateway.Tests.Rest;

/// <summary>Speaks to the door as any HTTP client could.</summary>
internal sealed class RestTester(RestHost host)
{
    private static readonly HttpClient s_http = new();

    private int _nonce;

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => s_http.SendAsync(request);

    public Task<HttpResponseMessage> GetAsync(string path) => s_http.GetAsync(new Uri(host.Endpoint, path));

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type)
    {
        using HttpResponseMessage answer = await GetAsync(path);
        return await ReadAsync(answer, type);
    }

    public async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type)
    {
        using HttpResponseMessage answer = await SendAsync(request);
        return await ReadAsync(answer, type);
    }

    /// <summary>Sends a request that must be refused with this error, in the form that all errors have.</summary>
    public async Task<ErrorDetail> RefusedAsync(WireError error, HttpRequestMessage request)
    {
        using HttpResponseMessage answer = await SendAsync(request);
        ErrorMessage? message = await answer.Content.ReadFromJsonAsync(WireJson.Default.ErrorMessage);
        Assert.NotNull(message);
        Assert.Equal(error.Code, message.Error.Code);
        Assert.Equal(error.Status, (int)answer.StatusCode);
        Assert.NotEmpty(message.Error.Message);
        Assert.Equal(answer.Headers.GetValues("cess-request-id").Single(), message.Error.RequestId);
        return message.Error;
    }

    public Task<ErrorDetail> RefusedAsync(WireError error, string path) =>
        RefusedAsync(error, new HttpRequestMessage(HttpMethod.Get, new Uri(host.Endpoint, path)));

    /// <summary>A request, signed by the owner unless another key is given.</summary>
    public HttpRequestMessage Signed(
        HttpMethod method, string path, byte[]? body = null, string type = "application/octet-stream", PrivateKey? key = null,
        string? nonce = null, TimeSpan? age = null, TimeSpan? lifetime = null, IReadOnlyList<string>? components = null)
    {
        PrivateKey signer = key ?? host.Chain.Owner;
        HttpRequestMessage request = new(method, new Uri(host.Endpoint, path));
        request.Headers.Add(RequestSignature.PublicKeyField, Convert.ToBase64String(signer.PublicKey.ToArray()));
        List<string> covered = [.. components ?? RequestSignature.Components];
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new(type);
            request.Headers.Add(RequestSignature.DigestField, ByteField.Format(RequestSignature.DigestKey, SHA256.HashData(body)));
            covered.Add(RequestSignature.DigestField);
        }

        DateTimeOffset created = host.Time.GetUtcNow() - (age ?? TimeSpan.Zero);
        SignatureInput input = new(
            RequestSignature.Label,
            covered,
            [
                SignatureParameter.Created(created), SignatureParameter.Expires(created + (lifetime ?? TimeSpan.FromMinutes(4))),
                SignatureParameter.Nonce(nonce ?? $"n{_nonce++}"), SignatureParameter.KeyId(signer.PublicKey.ToAccountId().ToString()),
                SignatureParameter.Algorithm(RequestSignature.Algorithm),
            ]);
        RequestTarget target = new(method.Method, host.Endpoint.Scheme, host.Endpoint.Authority, path);
        byte[] signed = input.BuildBase(name => name[0] == '@' ? target.Derive(name) : request.Headers.GetValues(name).Single(), out _)!;
        request.Headers.Add(RequestSignature.InputField, input.ToHeader());
        request.Headers.Add(RequestSignature.SignatureField, ByteField.Format(RequestSignature.Label, signer.Sign(signed).ToArray()));
        return request;
    }

    /// <summary>The same request once more: a message can be sent once only.</summary>
    public static HttpRequestMessage Copy(HttpRequestMessage request)
    {
        HttpRequestMessage copy = new(request.Method, request.RequestUri);
        foreach ((string name, IEnumerable<string> values) in request.Headers)
            copy.Headers.TryAddWithoutValidation(name, values);
        return copy;
    }

    public static async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type)
    {
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync(type) ?? throw new InvalidOperationException("The answer is null.");
    }
}
