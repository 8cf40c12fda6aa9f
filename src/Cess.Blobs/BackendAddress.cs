using System.Globalization;

namespace Cess.Blobs;

/// <summary>A backend's address with the options in its query, each of which must be known and taken once.</summary>
internal sealed class BackendAddress
{
    private static readonly string[] Units = ["", "KiB", "MiB", "GiB", "TiB"];
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private BackendAddress(Uri uri) => Uri = uri;

    public Uri Uri { get; }

    /// <exception cref="BlobException"><see cref="BlobError.InvalidConfiguration"/>.</exception>
    public static BackendAddress Parse(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri))
            throw Invalid("it is no absolute URI");
        if (uri.UserInfo.Length > 0)
            throw Invalid("credentials have no place in it");
        if (uri.Fragment.Length > 0)
            throw Invalid("it has a fragment");
        var parsed = new BackendAddress(uri);
        foreach (string option in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = option.IndexOf('=');
            if (equals <= 0 || !parsed._options.TryAdd(option[..equals], Uri.UnescapeDataString(option[(equals + 1)..])))
                throw Invalid("its options are not name=value, each once");
        }
        return parsed;
    }

    public string? Take(string name) => _options.Remove(name, out string? value) ? value : null;

    public bool? TakeFlag(string name) => Take(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw Invalid($"'{name}' is true or false"),
    };

    public Uri? TakeUri(string name)
    {
        if (Take(name) is not { } text)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme is "http" or "https")
            ? uri
            : throw Invalid($"'{name}' is an http: or https: URI");
    }

    /// <summary>A number of bytes: digits, and perhaps KiB, MiB, GiB or TiB.</summary>
    public long? TakeBytes(string name)
    {
        if (Take(name) is not { } text)
            return null;
        int shift = Math.Max(0, Array.FindIndex(Units, unit => unit.Length > 0 && text.EndsWith(unit, StringComparison.Ordinal))) * 10;
        string digits = shift == 0 ? text : text[..^Units[shift / 10].Length];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count <= long.MaxValue >> shift
            ? count << shift
            : throw Invalid($"'{name}' is a number of bytes such as 1000 or 500GiB");
    }

    /// <exception cref="BlobException"><see cref="BlobError.InvalidConfiguration"/>: an option is left that no one knows.</exception>
    public void ExpectNoMore()
    {
        if (_options.Count > 0)
            throw Invalid($"{Uri.Scheme}: has no option '{_options.Keys.First()}'");
    }

    public static BlobException Invalid(string why) =>
        new(BlobError.InvalidConfiguration, $"This address names no blob backend: {why}.");
}
