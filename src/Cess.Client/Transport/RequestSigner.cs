using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Transport;

/// <summary>Signs requests with an account's key (RFC 9421); see docs/rest.md.</summary>
internal sealed class RequestSigner(AccountId account, PrivateKey key, TimeProvider time)
{
    private const int NonceBytes = 16;

    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(4);

    private readonly string _address = account.ToString();
    private readonly string _publicKey = Convert.ToBase64String(key.PublicKey.ToArray());
    private long _clockOffsetTicks;

    /// <summary>Signs a request that is about to be sent. Each attempt is signed anew, for a door takes a nonce once.</summary>
    /// <param name="request">With its final target.</param>
    /// <param name="body">Bytes of its body; empty when it has none.</param>
    public void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body)
    {
        request.Headers.Add(RequestSignature.PublicKeyField, _publicKey);
        List<string> components = [.. RequestSignature.Components];
        if (!body.IsEmpty)
        {
            request.Headers.Add(RequestSignature.DigestField, ByteField.Format(RequestSignature.DigestKey, SHA256.HashData(body)));
            components.Add(RequestSignature.DigestField);
        }

        DateTimeOffset now = time.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _clockOffsetTicks));
        SignatureInput input = new(
            RequestSignature.Label,
            components,
            [
                SignatureParameter.Created(now), SignatureParameter.Expires(now + s_lifetime),
                SignatureParameter.Nonce(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(NonceBytes))),
                SignatureParameter.KeyId(_address), SignatureParameter.Algorithm(RequestSignature.Algorithm),
            ]);
        byte[] signed = input.BuildBase(component => ValueOf(request, component), out string missing)
            ?? throw new InvalidOperationException($"A request without {missing} cannot be signed.");
        request.Headers.Add(RequestSignature.InputField, input.ToHeader());
        request.Headers.Add(RequestSignature.SignatureField, ByteField.Format(RequestSignature.Label, key.Sign(signed).ToArray()));
    }

    /// <summary>
    /// Takes over the node's clock when it refused a signature as expired. The node can gain nothing by a lie: it only gets
    /// signatures over the same requests that it was sent anyway.
    /// </summary>
    public void AdoptClock(HttpResponseHeaders answer)
    {
        if (answer.Date is { } date)
            Interlocked.Exchange(ref _clockOffsetTicks, (date - time.GetUtcNow()).Ticks);
    }

    private static string? ValueOf(HttpRequestMessage request, string component)
    {
        Uri uri = request.RequestUri!;
        return component[0] == '@'
            ? new RequestTarget(request.Method.Method, uri.Scheme, uri.Authority, uri.PathAndQuery).Derive(component)
            : request.Headers.TryGetValues(component, out IEnumerable<string>? values) ? string.Join(", ", values) : null;
    }
}
