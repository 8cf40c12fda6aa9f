using Cess.RealFaults.Load;

namespace Cess.RealFaults.Rounds;

/// <summary>What a node has to do about a fault: get well, or end with an explanation.</summary>
internal static class Recovery
{
    /// <summary>Waits until a node that was launched is ready.</summary>
    /// <returns>False if it has ended instead.</returns>
    public static async Task<bool> IsReadyAsync(NodeProcess node)
    {
        try
        {
            await node.WaitUntilReadyAsync();
            return true;
        }
        catch (InvalidOperationException) when (!node.IsRunning)
        {
            // Its last words come with its end.
            await node.ExitAsync();
            return false;
        }
    }

    /// <summary>A node that has ended did so on purpose: with exit code 1, a reason for people, and no trace of an accident.</summary>
    /// <param name="node">The node.</param>
    /// <param name="file">What the reason has to name; null for nothing.</param>
    /// <param name="instead">What it may name instead.</param>
    public static void MustHaveSaidWhy(NodeProcess node, string? file = null, string? instead = null)
    {
        string output = node.Output;
        bool isExplained = node.ExitCode == 1
            && (output.Contains("The node stops: ", StringComparison.Ordinal) || output.Contains("The node can't run: ", StringComparison.Ordinal));
        BrokenPromiseException.Unless(
            isExplained && !output.Contains("Unhandled exception", StringComparison.Ordinal),
            $"The node has ended with exit code {node.ExitCode}, and not with an explanation.\n{LastWords(node)}");
        BrokenPromiseException.Unless(
            file is null || output.Contains(file, StringComparison.Ordinal) || (instead is not null && output.Contains(instead, StringComparison.Ordinal)),
            $"The node has ended and does not say that it is about {file}.\n{LastWords(node)}");
    }

    /// <summary>The last lines of a node's output that are for people.</summary>
    public static string LastWords(NodeProcess node) => string.Join('\n', node.Output.Split('\n')
        .Where(line => line.Length > 0 && !line.TrimStart().StartsWith("at ", StringComparison.Ordinal) && !line.Contains("---", StringComparison.Ordinal))
        .TakeLast(FaultLimits.LastWords));

    /// <summary>The fault is over: the process that had it serves again with all that it should have, or has ended and said why.</summary>
    /// <param name="round">The round.</param>
    /// <param name="node">The process.</param>
    /// <param name="stage">What the round is at if it runs.</param>
    public static async Task InspectAfterAsync(Round round, NodeProcess node, string stage)
    {
        if (node.IsRunning)
        {
            round.At(stage);
            if (await WorksAgainAsync(round, node))
                await round.Installation.InspectAsync(node);
            return;
        }

        round.Draw("stopped itself");
        await node.ExitAsync();
        MustHaveSaidWhy(node);
    }

    /// <summary>
    /// The fault is over, and the process still runs: it has to serve again without being started anew, or to have said of itself that it
    /// is not well.
    /// </summary>
    /// <returns>Whether it serves.</returns>
    private static async Task<bool> WorksAgainAsync(Round round, NodeProcess node)
    {
        using var s3 = new S3HttpClient(node.Info, limit: FaultLimits.Request);
        try
        {
            await Eventually.SucceedAsync("service after the fault", FaultLimits.Recovery, async () =>
            {
                try
                {
                    await Installation.WorksAsync(s3);
                }
                catch (Exception) when (!node.IsRunning)
                {
                }
            });
        }
        catch (TimeoutException e)
        {
            BrokenPromiseException.Unless(
                !await round.Installation.IsHealthyAsync(node.Info),
                $"The fault is over, and the node runs, calls itself healthy, and does not serve: {e.InnerException?.Message}\n{LastWords(node)}");
            round.Draw("asks for a start");
            return false;
        }

        if (node.IsRunning)
            return true;
        await node.ExitAsync();
        round.Draw("stopped itself late");
        MustHaveSaidWhy(node);
        return false;
    }
}
