using System.Buffers;
using System.Globalization;
using System.Text;

namespace Cess.Wire;

/// <summary>
/// What one HTTP message signature covers and says of itself: a member of the Signature-Input field (RFC 9421, section 4.1).
/// Components carry no parameters of their own: a field is covered as its whole combined value.
/// </summary>
/// <param name="Label">Which member of the Signature field it belongs to.</param>
/// <param name="Components">Covered components in their order: derived ones begin with '@', fields are lower-case names.</param>
/// <param name="Parameters">Its parameters in the order in which they are written, which the signature covers too.</param>
public sealed record SignatureInput(
    string Label, IReadOnlyList<string> Components, IReadOnlyList<SignatureParameter> Parameters)
{
    private static readonly SearchValues<char> s_nameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>When the signature was made, Unix seconds; null when it does not say.</summary>
    public long? Created => Find("created")?.Number;

    /// <summary>When it ends, Unix seconds; null when it does not say.</summary>
    public long? Expires => Find("expires")?.Number;

    /// <summary>Sets it apart from every other signature of its key; null when it has none.</summary>
    public string? Nonce => Find("nonce")?.Text;

    /// <summary>Name of its algorithm; null when it does not say.</summary>
    public string? Algorithm => Find("alg")?.Text;

    /// <summary>Name of its key; null when it does not say.</summary>
    public string? KeyId => Find("keyid")?.Text;

    /// <summary>The value of the Signature-Input field with this one member.</summary>
    public string ToHeader() => $"{Label}={SerializeParameters()}";

    /// <summary>The value of "@signature-params" (RFC 9421, section 2.3).</summary>
    public string SerializeParameters()
    {
        StringBuilder text = new();
        text.Append('(');
        for (int i = 0; i < Components.Count; i++)
            text.Append(i == 0 ? "" : " ").Append('"').Append(Components[i]).Append('"');
        text.Append(')');
        foreach (SignatureParameter parameter in Parameters)
            parameter.AppendTo(text);
        return text.ToString();
    }

    /// <summary>
    /// The signature base (RFC 9421, section 2.5): the bytes that are signed.
    /// </summary>
    /// <param name="component">Gives the value of a component, whitespace at its ends removed; null when the message has none.</param>
    /// <param name="missing">The component that the message does not have, when the answer is null.</param>
    public byte[]? BuildBase(Func<string, string?> component, out string missing)
    {
        StringBuilder text = new();
        foreach (string name in Components)
        {
            string? value = component(name);

            // A line break within a value could pose as further covered components (RFC 9421, section 7.5.7).
            if (value is null || value.AsSpan().ContainsAny('\r', '\n'))
            {
                missing = name;
                return null;
            }

            text.Append('"').Append(name).Append("\": ").Append(value).Append('\n');
        }

        text.Append("\"@signature-params\": ").Append(SerializeParameters());
        missing = "";
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>
    /// Reads the Signature-Input field of a message with exactly one signature. Refuses what a signature of this
    /// system never has: parameters on components, components named twice, unknown parameters, a second signature.
    /// </summary>
    public static bool TryParse(string header, out SignatureInput input, out string error)
    {
        input = null!;
        StructuredFieldReader reader = new(header);
        if (header.Length > WireLimits.SignatureHeaderCharsMax)
            return Refuse($"Signature-Input has more than {WireLimits.SignatureHeaderCharsMax} characters.", out error);
        if (!reader.TryReadKey(out string label) || !reader.TryTake('=') || !TryReadComponents(ref reader, out List<string> components))
            return Refuse("Signature-Input is not label=(\"component\" …).", out error);

        List<SignatureParameter> parameters = [];
        while (reader.TryTake(';'))
        {
            reader.SkipSpaces();
            if (!reader.TryReadKey(out string name) || !reader.TryTake('=') || !SignatureParameter.TryRead(ref reader, name, out var parameter))
                return Refuse($"Signature-Input has a parameter that is malformed or unknown, at character {reader.Position}.", out error);
            if (parameters.Exists(earlier => earlier.Name == name))
                return Refuse($"Signature-Input has {name} twice.", out error);
            parameters.Add(parameter);
        }

        if (!reader.AtEnd)
            return Refuse("Signature-Input has more than one signature, or ends in something else.", out error);

        error = "";
        input = new SignatureInput(label, components, parameters);
        return true;
    }

    private static bool TryReadComponents(ref StructuredFieldReader reader, out List<string> components)
    {
        components = [];
        if (!reader.TryTake('('))
            return false;

        reader.SkipSpaces();
        while (!reader.TryTake(')'))
        {
            if (components.Count == WireLimits.SignatureComponentsMax
                || !reader.TryReadString(out string name)
                || !IsComponentName(name)
                || components.Contains(name))
            {
                return false;
            }

            components.Add(name);
            if (!reader.TryTake(' ') && !reader.IsNext(')'))
                return false;
            reader.SkipSpaces();
        }

        return true;
    }

    private static bool IsComponentName(string name) =>
        name.Length > 0 && !name.AsSpan(name[0] == '@' ? 1 : 0).ContainsAnyExcept(s_nameCharacters);

    private static bool Refuse(string why, out string error)
    {
        error = why;
        return false;
    }

    private SignatureParameter? Find(string name) => Parameters.FirstOrDefault(parameter => parameter.Name == name);
}

/// <summary>A parameter of a signature: a number for created and expires, a text for the others.</summary>
public sealed record SignatureParameter
{
    private static readonly string[] s_numbers = ["created", "expires"];
    private static readonly string[] s_texts = ["nonce", "alg", "keyid", "tag"];

    private SignatureParameter(string name, long? number, string? text)
    {
        Name = name;
        Number = number;
        Text = text;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its value, when that is a number.</summary>
    public long? Number { get; }

    /// <summary>Its value, when that is a text.</summary>
    public string? Text { get; }

    /// <summary>The time at which the signature is made.</summary>
    public static SignatureParameter Created(DateTimeOffset time) => new("created", time.ToUnixTimeSeconds(), null);

    /// <summary>The time at which it ends.</summary>
    public static SignatureParameter Expires(DateTimeOffset time) => new("expires", time.ToUnixTimeSeconds(), null);

    /// <summary>A text that no other signature of the key has; printable ASCII.</summary>
    public static SignatureParameter Nonce(string nonce) => new("nonce", null, nonce);

    /// <summary>The algorithm, as RFC 9421 registers it.</summary>
    public static SignatureParameter Algorithm(string name) => new("alg", null, name);

    /// <summary>The key's name; printable ASCII.</summary>
    public static SignatureParameter KeyId(string name) => new("keyid", null, name);

    internal static bool TryRead(ref StructuredFieldReader reader, string name, out SignatureParameter parameter)
    {
        parameter = null!;
        if (s_numbers.Contains(name) && reader.TryReadInteger(out long number))
            parameter = new SignatureParameter(name, number, null);
        else if (s_texts.Contains(name) && reader.TryReadString(out string text))
            parameter = new SignatureParameter(name, null, text);
        return parameter is not null;
    }

    internal void AppendTo(StringBuilder text)
    {
        text.Append(';').Append(Name).Append('=');
        if (Number is { } number)
            text.Append(number.ToString(CultureInfo.InvariantCulture));
        else
            text.Append('"').Append(Text!.Replace("\\", "\\\\").Replace("\"", "\\\"")).Append('"');
    }
}
