using System.Text.RegularExpressions;

namespace Cess.LightClient.Tests.Network;

/// <summary>The examples of docs/format.</summary>
internal static partial class DocumentedVectors
{
    private static readonly Dictionary<string, byte[]> s_all = Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "docs", "format"), "*.md")
        .SelectMany(page => Pattern().Matches(File.ReadAllText(page)))
        .DistinctBy(match => match.Groups["name"].Value)
        .ToDictionary(match => match.Groups["name"].Value, match => Convert.FromHexString(Spaces().Replace(match.Groups["hex"].Value, "")));

    public static byte[] Of(string name) => s_all[name];

    public static Bytes32 HashOf(string name) => new(Of(name));

    [GeneratedRegex("^```vector (?<name>[a-z0-9-]+)\n(?<hex>[0-9a-f\\s]*?)^```$", RegexOptions.Multiline)]
    private static partial Regex Pattern();

    [GeneratedRegex("\\s")]
    private static partial Regex Spaces();
}
