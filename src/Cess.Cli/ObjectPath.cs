using System.CommandLine.Parsing;

namespace Cess.Cli;

/// <summary>A bucket, and a name or the beginning of names in it: cess://bucket/name.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Name">The name; empty for the bucket itself.</param>
internal sealed record ObjectPath(string Bucket, string Name)
{
    private const string Scheme = "cess://";

    /// <summary>Reads a path; names are taken as they stand, without escapes.</summary>
    public static bool TryParse(string text, out ObjectPath path)
    {
        path = null!;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
            return false;

        string rest = text[Scheme.Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        path = slash < 0 ? new ObjectPath(rest, "") : new ObjectPath(rest[..slash], rest[(slash + 1)..]);
        return path.Bucket.Length > 0;
    }

    /// <summary>Reads an argument of a command line.</summary>
    public static ObjectPath? Parse(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (TryParse(text, out ObjectPath path))
            return path;
        argument.AddError($"'{text}' is no path such as cess://bucket/name.");
        return null;
    }

    /// <summary>Whether names can follow it: a bucket, or something that ends in a slash.</summary>
    public bool IsFolder => Name.Length == 0 || Name.EndsWith('/');

    /// <summary>The last piece of the name.</summary>
    public string LastPiece => Name[(Name.LastIndexOf('/') + 1)..];

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}{Bucket}/{Name}";
}
