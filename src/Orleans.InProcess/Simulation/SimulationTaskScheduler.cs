namespace Orleans.InProcess.Simulation;

/// <summary>Tasks as items of work of a simulation.</summary>
internal sealed class SimulationTaskScheduler(Simulation simulation) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => 1;

    protected override void QueueTask(Task task) => simulation.Schedule(new Item(task, this));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private sealed class Item(Task task, SimulationTaskScheduler scheduler) : IThreadPoolWorkItem
    {
        public void Execute() => scheduler.TryExecuteTask(task);
    }
}
