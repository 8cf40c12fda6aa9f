using Microsoft.Extensions.Logging;

namespace Orleans.InProcess;

internal static class TaskExtensions
{
    /// <summary>Lets a task of the runtime run by itself; a failure is logged.</summary>
    internal static void Forget(this Task task, ILogger logger)
    {
        if (task.IsCompletedSuccessfully)
        {
            return;
        }

        task.ContinueWith(
            static (failed, state) => ((ILogger)state!).LogError(failed.Exception, "Runtime work failed."),
            logger, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Current);
    }
}
