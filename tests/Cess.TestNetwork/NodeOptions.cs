namespace Cess.TestNetwork;

/// <summary>How to start a node. Ports are always free ones.</summary>
public sealed record NodeOptions
{
    /// <summary>Storage policy, such as <c>4+8</c>; null for the node's default.</summary>
    public string? Policy { get; init; }

    /// <summary>Number of miners; null for the node's default.</summary>
    public int? Miners { get; init; }

    /// <summary>Bytes that each miner declares; null for the node's default.</summary>
    public long? QuotaPerMiner { get; init; }

    /// <summary>Number of validators of a new network; null for the node's default.</summary>
    public int? Validators { get; init; }

    /// <summary>Variables of the process's environment beside those of this one.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Further arguments, as they are.</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    internal IEnumerable<string> ToArguments(string dataFolder)
    {
        yield return "--data";
        yield return dataFolder;
        yield return "--s3-port";
        yield return "0";
        yield return "--http-port";
        yield return "0";
        if (Policy is not null)
        {
            yield return "--policy";
            yield return Policy;
        }

        if (Miners is { } miners)
        {
            yield return "--miners";
            yield return $"{miners}";
        }

        if (QuotaPerMiner is { } quota)
        {
            yield return "--quota-per-miner";
            yield return $"{quota}";
        }

        if (Validators is { } validators)
        {
            yield return "--validators";
            yield return $"{validators}";
        }

        foreach (var argument in More)
        {
            yield return argument;
        }
    }
}
