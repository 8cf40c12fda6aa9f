using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cess.Cli.Output;

/// <summary>Says what a command has done: as text for people, or as one JSON document for scripts.</summary>
internal sealed class Report(CliEnvironment environment, bool isJson)
{
    public bool IsJson => isJson;

    /// <summary>Writes a result, for whoever waits for it to see at once.</summary>
    /// <param name="result">For scripts.</param>
    /// <param name="type">How to write it.</param>
    /// <param name="lines">For people.</param>
    public void Write<T>(T result, JsonTypeInfo<T> type, IEnumerable<string> lines)
    {
        foreach (string line in isJson ? [JsonSerializer.Serialize(result, type)] : lines)
            environment.Out.WriteLine(line);
        environment.Out.Flush();
    }

    /// <summary>Tells people something before a command does what it does; nothing to scripts, who get one document.</summary>
    public void Say(IEnumerable<string> lines)
    {
        if (isJson)
            return;
        foreach (string line in lines)
            environment.Out.WriteLine(line);
    }

    /// <summary>Writes a failure, on one line.</summary>
    public void Fail(string code, string message, string? requestId = null)
    {
        string line = isJson
            ? JsonSerializer.Serialize(new FailureDocument(new Failure(code, message, requestId)), CliJson.Default.FailureDocument)
            : $"cess: {message.ReplaceLineEndings(" ")} [{code}]";
        environment.Error.WriteLine(line);
    }
}
