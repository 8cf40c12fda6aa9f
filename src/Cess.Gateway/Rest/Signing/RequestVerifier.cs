using System.Security.Cryptography;
using Cess.Grains;
using Cess.Ledger.Modules.Balances;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cess.Gateway.Rest.Signing;

/// <summary>
/// Finds out which account signed a request (RFC 9421), and sees to it that the body is the signed one and that the request
/// is taken once. For use by any number of threads.
/// </summary>
internal sealed class RequestVerifier(ILedgerReader ledger, ReplayCache nonces, PublicKeyCache keys, TimeProvider time)
{
    /// <summary>
    /// The account that signed the request. From then on the body's end is only reported when its digest is the signed one.
    /// </summary>
    /// <exception cref="RestException">One of the "auth" errors, or SlowDown when too many nonces are remembered.</exception>
    public AccountId Verify(HttpContext context)
    {
        HttpRequest request = context.Request;
        SignatureInput input = ReadInput(request);
        bool hasBody = request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0;
        if (!RequestSignature.Suffices(input.Components, hasBody))
        {
            throw Invalid(
                "The signature must cover @method, @target-uri (or @authority, @path and @query), and content-digest when there is a body.");
        }

        (AccountId account, string nonce, long expires) = ReadParameters(input);
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        CheckTimes(input.Created!.Value, expires, now);

        PublicKey key = ReadKey(request);
        CheckKey(account, key);
        CheckSignature(request, input, key);
        Take(account, nonce, expires, now);
        if (hasBody)
            context.Request.Body = OpenBody(context);
        return account;
    }

    private static SignatureInput ReadInput(HttpRequest request)
    {
        string header = Field(request, RequestSignature.InputField)
            ?? throw new RestException(WireErrors.SignatureMissing, "This path takes signed requests only: there is no Signature-Input.");
        return SignatureInput.TryParse(header, out SignatureInput input, out string error) ? input : throw Invalid(error);
    }

    private static (AccountId Account, string Nonce, long Expires) ReadParameters(SignatureInput input)
    {
        if (input.Algorithm is not (null or RequestSignature.Algorithm))
            throw Invalid($"The algorithm must be {RequestSignature.Algorithm}.");
        if (input.Created is null || input.Expires is not { } expires)
            throw Invalid("The signature must say when it was created and when it expires.");
        if (input.Nonce is not { Length: > 0 and <= WireLimits.NonceCharsMax } nonce)
            throw Invalid($"The signature must have a nonce of 1 to {WireLimits.NonceCharsMax} characters.");
        if (!AccountId.TryParse(input.KeyId, out AccountId account, out _))
            throw Invalid("keyid must be the account's address.");
        return (account, nonce, expires);
    }

    private static void CheckTimes(long created, long expires, long now)
    {
        long skew = (long)WireLimits.ClockSkewMax.TotalSeconds;
        if (expires <= now)
            throw new RestException(WireErrors.SignatureExpired, $"The signature expired at {expires}; it is {now} here.");
        if (created > now + skew)
            throw new RestException(WireErrors.SignatureExpired, $"The signature was created at {created}; it is only {now} here.");
        if (expires - created > (long)WireLimits.SignatureLifetimeMax.TotalSeconds)
            throw new RestException(WireErrors.SignatureExpired, $"The signature is valid for more than {WireLimits.SignatureLifetimeMax.TotalSeconds} s.");
    }

    private static PublicKey ReadKey(HttpRequest request)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        string encoded = Field(request, RequestSignature.PublicKeyField) ?? throw Invalid($"{RequestSignature.PublicKeyField} must carry the account's public key.");
        if (!Convert.TryFromBase64String(encoded, bytes, out int length) || !PublicKey.TryFromBytes(bytes[..length], out PublicKey key))
            throw Invalid($"{RequestSignature.PublicKeyField} must be a compressed P-256 key, {PublicKey.Size} bytes, in base 64.");
        return key;
    }

    /// <summary>An account's key is the one that the chain knows: who has replaced it has it signed with the former one no more.</summary>
    private void CheckKey(AccountId account, PublicKey key)
    {
        AccountRecord record = ledger.Head.Account(account);
        if (record.Key is { } present ? present != key : key.ToAccountId() != account)
            throw new RestException(WireErrors.SignatureMismatch, $"The public key is not that of account {account}.");
        if (record == AccountRecord.Empty)
            throw new RestException(WireErrors.UnknownAccount, $"Account {account} does not exist on chain: it has never received a token.");
    }

    private void CheckSignature(HttpRequest request, SignatureInput input, PublicKey key)
    {
        byte[]? signature = ByteField.Find(Field(request, RequestSignature.SignatureField) ?? "", input.Label);
        if (signature is not { Length: Signature.Size })
            throw Invalid($"Signature must have a member {input.Label} of {Signature.Size} bytes.");

        string rawTarget = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        RequestTarget target = new(request.Method, request.Scheme, request.Host.Value ?? "", rawTarget);
        byte[] signed = input.BuildBase(name => name[0] == '@' ? target.Derive(name) : Field(request, name), out string missing)
            ?? throw Invalid($"The request has no component {missing}.");

        // Browsers and key vaults return either of the two equal signatures. Here the nonce makes a request unique, not its signature.
        if (!keys.Verify(key, signed, Signature.FromBytes(signature).ToLowS()))
            throw new RestException(WireErrors.SignatureMismatch, "The signature does not match the request.");
    }

    private void Take(AccountId account, string nonce, long expires, long now)
    {
        switch (nonces.Remember(account, nonce, expires, now))
        {
            case NonceResult.Seen:
                throw new RestException(WireErrors.Replayed, "A request with this nonce has been taken already.");
            case NonceResult.Full:
                throw new RestException(WireErrors.SlowDown, "Too many signed requests in the last minutes; try again later.");
            default:
                return;
        }
    }

    private static DigestStream OpenBody(HttpContext context)
    {
        byte[]? digest = ByteField.Find(Field(context.Request, RequestSignature.DigestField) ?? "", RequestSignature.DigestKey);
        if (digest is not { Length: SHA256.HashSizeInBytes })
            throw Invalid($"Content-Digest must have a member {RequestSignature.DigestKey} of {SHA256.HashSizeInBytes} bytes.");

        DigestStream body = new(context.Request.Body, digest);
        context.Response.RegisterForDispose(body);
        return body;
    }

    private static string? Field(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var values) && values.Count > 0 ? string.Join(", ", values.Select(value => value?.Trim())) : null;

    private static RestException Invalid(string message) => new(WireErrors.SignatureInvalid, message);
}
