namespace Cess.TestNetwork;

/// <summary>Bounds of waiting and buffering in tests. Times are generous: they end a hang, they judge no speed.</summary>
public static class TestLimits
{
    /// <summary>From the start of a node's process to its <c>node.json</c>.</summary>
    public static readonly TimeSpan Ready = TimeSpan.FromSeconds(60);

    /// <summary>From the request to stop to the end of the process.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromSeconds(30);

    /// <summary>Until something comes to be that takes moments.</summary>
    public static readonly TimeSpan Event = TimeSpan.FromSeconds(30);

    /// <summary>Between two looks at something that cannot be awaited.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Lines of a node's output that are kept for the report of a failure; older ones are dropped.</summary>
    public const int OutputLinesMax = 400;
}
