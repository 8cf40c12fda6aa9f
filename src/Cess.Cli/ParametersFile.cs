using System.Text.Json;
using Cess.Ledger.Modules.Chain;

namespace Cess.Cli;

/// <summary>A file of parameters that are to change: a JSON object with their names and values, as in a genesis file.</summary>
internal static class ParametersFile
{
    private static readonly JsonDocumentOptions s_json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The parameters in force with those of a file in their places.</summary>
    public static ChainParameters Apply(string path, ChainParameters inForce)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), s_json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.EnumerateObject().Aggregate(inForce, Write)
                : throw new FormatException("It is no JSON object.");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new CliException("cli.bad_parameters", $"{path} is no file of parameters: {e.Message}");
        }
    }

    private static ChainParameters Write(ChainParameters parameters, JsonProperty given)
    {
        ParameterField field = ParameterFields.Find(given.Name)
            ?? throw new FormatException($"There is no parameter '{given.Name}'; 'cess govern parameters' lists those that there are.");
        return field.Write(parameters, given.Value.ValueKind == JsonValueKind.String ? given.Value.GetString()! : given.Value.GetRawText());
    }
}
