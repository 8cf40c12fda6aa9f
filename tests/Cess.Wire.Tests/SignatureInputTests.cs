using System.Security.Cryptography;
using System.Text;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Wire.Tests;

public sealed class SignatureInputTests
{
    [Fact]
    public void The_published_bases_are_built()
    {
        Assert.Equal(SignatureVectors.B21Base, Base(SignatureVectors.B21Input, SignatureVectors.Request));
        Assert.Equal(SignatureVectors.B23Base, Base(SignatureVectors.B23Input, SignatureVectors.Request));
        Assert.Equal(SignatureVectors.B24Base, Base(SignatureVectors.B24Input, SignatureVectors.Response));
    }

    [Fact]
    public void The_published_p256_signature_of_a_response_verifies() =>
        Assert.True(Verify(SignatureVectors.B24Input, SignatureVectors.B24Signature, "sig-b24", SignatureVectors.Response));

    [Fact]
    public void The_published_p256_signature_of_a_forwarded_request_verifies() =>
        Assert.True(Verify(SignatureVectors.B3Input, SignatureVectors.B3Signature, "ttrp", SignatureVectors.Forwarded));

    [Fact]
    public void The_published_signature_of_one_message_does_not_verify_for_another() =>
        Assert.False(Verify(
            SignatureVectors.B24Input, SignatureVectors.B24Signature, "sig-b24",
            component => component == "@status" ? "201" : SignatureVectors.Response(component)));

    [Fact]
    public void The_published_authentication_code_is_that_of_the_built_base()
    {
        byte[] code = HMACSHA256.HashData(
            Convert.FromBase64String(SignatureVectors.B25Key),
            Encoding.ASCII.GetBytes(Base(SignatureVectors.B25Input, SignatureVectors.Request)));
        Assert.Equal(ByteField.Find(SignatureVectors.B25Signature, "sig-b25"), code);
    }

    [Fact]
    public void Parameters_of_components_are_refused() =>
        Assert.False(SignatureInput.TryParse(SignatureVectors.B22Input, out _, out _));

    [Theory]
    [InlineData("")]
    [InlineData("sig")]
    [InlineData("sig=")]
    [InlineData("sig=(")]
    [InlineData("sig=(\"@method\"")]
    [InlineData("sig=(\"@method\"\"@path\")")]
    [InlineData("sig=(\"@method\" \"@method\")")]
    [InlineData("sig=(\"Content-Type\")")]
    [InlineData("sig=(\"\")")]
    [InlineData("sig=(@method)")]
    [InlineData("Sig=()")]
    [InlineData("sig=();created=\"1\"")]
    [InlineData("sig=();created=1;created=1")]
    [InlineData("sig=();created=1234567890123456")]
    [InlineData("sig=();created=1.5")]
    [InlineData("sig=();nonce=1")]
    [InlineData("sig=();nonce=\"unended")]
    [InlineData("sig=();nonce=\"\\n\"")]
    [InlineData("sig=();unknown=\"x\"")]
    [InlineData("sig=();created")]
    [InlineData("sig=(), other=()")]
    [InlineData("sig=() trailing")]
    public void Malformed_input_is_refused(string header)
    {
        Assert.False(SignatureInput.TryParse(header, out _, out string error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void More_components_than_the_bound_are_refused()
    {
        string Header(int count) => $"sig=({string.Join(' ', Enumerable.Range(0, count).Select(i => $"\"field-{i}\""))})";
        Assert.True(SignatureInput.TryParse(Header(WireLimits.SignatureComponentsMax), out _, out _));
        Assert.False(SignatureInput.TryParse(Header(WireLimits.SignatureComponentsMax + 1), out _, out _));
    }

    [Fact]
    public void A_header_over_the_bound_is_refused() =>
        Assert.False(SignatureInput.TryParse($"sig=();nonce=\"{new string('x', WireLimits.SignatureHeaderCharsMax)}\"", out _, out _));

    [Fact]
    public void A_component_that_the_message_lacks_leaves_no_base()
    {
        Assert.True(SignatureInput.TryParse("sig=(\"@method\" \"x-absent\")", out SignatureInput input, out _));
        Assert.Null(input.BuildBase(SignatureVectors.Request, out string missing));
        Assert.Equal("x-absent", missing);
    }

    [Fact]
    public void A_value_with_a_line_break_cannot_pose_as_another_component()
    {
        Assert.True(SignatureInput.TryParse("sig=(\"x-field\")", out SignatureInput input, out _));
        Assert.Null(input.BuildBase(_ => "a\n\"@method\": GET", out _));
    }

    [Fact]
    public void Spaces_within_the_components_do_not_change_what_is_signed()
    {
        Assert.True(SignatureInput.TryParse("sig=(  \"@method\"   \"@path\" );  created=1", out SignatureInput input, out _));
        Assert.Equal("(\"@method\" \"@path\");created=1", input.SerializeParameters());
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        Prop.ForAll(Inputs(), input =>
        {
            Assert.True(SignatureInput.TryParse(input.ToHeader(), out SignatureInput read, out string error), error);
            Assert.Equal(input.ToHeader(), read.ToHeader());
            Assert.Equal(input.Nonce, read.Nonce);
            Assert.Equal(input.KeyId, read.KeyId);
            Assert.Equal(input.Created, read.Created);
            Assert.Equal(input.Expires, read.Expires);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_text_is_read_or_refused_and_never_a_fault() =>
        Prop.ForAll<string>(text =>
        {
            _ = SignatureInput.TryParse(text ?? "", out _, out _);
            _ = ByteField.Find(text ?? "", "sig");
        }).QuickCheckThrowOnFailure();

    private static Arbitrary<SignatureInput> Inputs()
    {
        Gen<string> printable = Gen.Choose(' ', '~').Select(c => (char)c).ArrayOf().Select(chars => new string(chars));
        Gen<DateTimeOffset> times = Gen.Choose(0, int.MaxValue).Select(seconds => DateTimeOffset.FromUnixTimeSeconds(seconds));
        return (
            from count in Gen.Choose(0, RequestSignature.Components.Count)
            from nonce in printable
            from key in printable
            from created in times
            from expires in times
            select new SignatureInput(
                "cess",
                [.. RequestSignature.Components.Take(count)],
                [
                    SignatureParameter.Created(created), SignatureParameter.Expires(expires),
                    SignatureParameter.Nonce(nonce), SignatureParameter.KeyId(key),
                    SignatureParameter.Algorithm(RequestSignature.Algorithm),
                ])).ToArbitrary();
    }

    private static string Base(string header, Func<string, string?> component)
    {
        Assert.True(SignatureInput.TryParse(header, out SignatureInput input, out string error), error);
        byte[]? bytes = input.BuildBase(component, out string missing);
        Assert.True(bytes is not null, missing);
        return Encoding.ASCII.GetString(bytes);
    }

    private static bool Verify(string inputHeader, string signatureHeader, string label, Func<string, string?> component)
    {
        PublicKey key = PublicKey.FromUncompressed(
            [4, .. Convert.FromBase64String(SignatureVectors.EccP256X), .. Convert.FromBase64String(SignatureVectors.EccP256Y)]);
        using VerifyingKey verifying = VerifyingKey.Import(key);
        byte[] bytes = Assert.IsType<byte[]>(ByteField.Find(signatureHeader, label));
        return verifying.Verify(Encoding.ASCII.GetBytes(Base(inputHeader, component)), Signature.FromBytes(bytes).ToLowS());
    }
}
