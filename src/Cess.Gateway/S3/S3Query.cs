using System.Diagnostics.CodeAnalysis;

namespace Cess.Gateway.S3;

/// <summary>The parameters of a query string; names are case-sensitive, and the first of a name counts.</summary>
internal sealed class S3Query
{
    public static readonly S3Query Empty = new("", []);

    private S3Query(string raw, Parameter[] parameters)
    {
        Raw = raw;
        Parameters = parameters;
    }

    /// <summary>As received, without the question mark.</summary>
    public string Raw { get; }

    /// <summary>In the order received.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <exception cref="S3Exception">InvalidURI: a broken escape, not UTF-8, or too many parameters.</exception>
    public static S3Query Parse(string raw)
    {
        if (raw.Length == 0)
            return Empty;
        List<Parameter> parameters = [];
        foreach (Range range in raw.AsSpan().Split('&'))
        {
            ReadOnlySpan<char> pair = raw.AsSpan(range);
            if (pair.IsEmpty)
                continue;
            if (parameters.Count == S3Limits.QueryParametersMax)
                throw new S3Exception(S3Errors.InvalidUri, $"A request may have {S3Limits.QueryParametersMax} query parameters.");
            int equals = pair.IndexOf('=');
            ReadOnlySpan<char> name = equals < 0 ? pair : pair[..equals];
            ReadOnlySpan<char> value = equals < 0 ? [] : pair[(equals + 1)..];
            parameters.Add(new Parameter(
                PercentEncoding.Decode(name, plusIsSpace: true), PercentEncoding.Decode(value, plusIsSpace: true)));
        }

        return new S3Query(raw, [.. parameters]);
    }

    public bool Has(string name) => TryGet(name, out _);

    public string? Get(string name) => TryGet(name, out string? value) ? value : null;

    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        foreach (Parameter parameter in Parameters)
        {
            if (parameter.Name == name)
            {
                value = parameter.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>A parameter, decoded.</summary>
    internal readonly record struct Parameter(string Name, string Value);
}
