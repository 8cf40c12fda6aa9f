using System.CommandLine;

namespace Cess.Cli.Commands;

/// <summary>Several transfers at once.</summary>
internal static class Transfers
{
    private const int JobsUsual = 4;
    private const int JobsMax = 32;

    public static Option<int> JobsOption()
    {
        Option<int> jobs = new("--jobs", "-j")
        {
            Description = "Objects under way at once.",
            HelpName = "N",
            DefaultValueFactory = _ => JobsUsual,
        };
        jobs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > JobsMax)
                result.AddError($"--jobs must be 1 to {JobsMax}.");
        });
        return jobs;
    }

    /// <summary>Runs transfers; the first failure ends all of them and is the one that is thrown.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Design", "CA1068:CancellationToken parameters must come last", Justification = "A body of several lines reads best as the last argument.")]
    public static Task RunAsync(
        int count, int jobs, CancellationToken cancellation, Func<int, CancellationToken, Task> transfer) => Parallel.ForAsync(
        0, count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellation },
        async (index, token) => await transfer(index, token));
}
