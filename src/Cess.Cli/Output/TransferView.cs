using Cess.Client;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cess.Cli.Output;

/// <summary>Shows how far transfers have come: a bar on a terminal, a line a finished object elsewhere, nothing for scripts.</summary>
internal sealed class TransferView(CliEnvironment environment, bool isJson)
{
    /// <summary>Runs transfers and shows them.</summary>
    /// <param name="verb">What is being done, such as "put".</param>
    /// <param name="count">How many transfers there are. One alone gets no line of its own: the result says it.</param>
    /// <param name="work">Does it, and tells the tracker.</param>
    public Task RunAsync(string verb, int count, Func<TransferTracker, Task> work)
    {
        if (isJson)
            return work(new TransferTracker(environment.Client.Time, static (_, _) => { }));
        return environment.Terminal is { Profile.Capabilities.Interactive: true } terminal
            ? RunOnTerminalAsync(terminal, environment.Client.Time, verb, count, work)
            : work(new TransferTracker(environment.Client.Time, (_, finished) => WriteLine(verb, count, finished)));
    }

    private void WriteLine(string verb, int count, FinishedTransfer? finished)
    {
        if (count > 1 && finished is { } done)
            environment.Error.WriteLine($"{verb} {done.Name}  {Human.Size(done.Bytes)} in {Human.Time(done.Time)} ({Human.Rate(done.Bytes, done.Time)})");
    }

    private static Task RunOnTerminalAsync(IAnsiConsole terminal, TimeProvider time, string verb, int count, Func<TransferTracker, Task> work) => terminal
        .Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new BytesColumn(), new RemainingColumn())
        .StartAsync(async progress =>
        {
            ProgressTask bar = progress.AddTask(Markup.Escape(verb), maxValue: 1);
            bar.IsIndeterminate = true;
            await work(new TransferTracker(time, (tracker, finished) =>
            {
                bar.Description = Markup.Escape($"{verb} {tracker.Current}");
                if (tracker.BytesTotal is { } total)
                {
                    bar.IsIndeterminate = false;
                    bar.MaxValue = Math.Max(total, 1);
                }

                bar.Value = tracker.BytesDone;
                if (count > 1 && finished is { } done)
                    terminal.MarkupLineInterpolated($"{verb} {done.Name}  [grey]{Human.Size(done.Bytes)} in {Human.Time(done.Time)} ({Human.Rate(done.Bytes, done.Time)})[/]");
            }));
        });

    /// <summary>Bytes done and how fast.</summary>
    private sealed class BytesColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            string speed = task.Speed is { } bytesPerSecond ? $"  {Human.Size(bytesPerSecond)}/s" : "";
            return new Text($"{Human.Size(task.Value)}{speed}").RightJustified();
        }
    }

    /// <summary>How long it will take still.</summary>
    private sealed class RemainingColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.IsIndeterminate || task.RemainingTime is not { } left ? "" : $"ETA {Human.Time(left)}");
    }
}

/// <summary>An object that has been transferred.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Time">How long it took.</param>
internal readonly record struct FinishedTransfer(string Name, long Bytes, TimeSpan Time);

/// <summary>Adds up what several transfers report.</summary>
/// <param name="time">The clock.</param>
/// <param name="changed">Hears of every change; with what has just finished, or null. One call at a time.</param>
internal sealed class TransferTracker(TimeProvider time, Action<TransferTracker, FinishedTransfer?> changed)
{
    private readonly Lock _lock = new();
    private readonly long _started = time.GetTimestamp();

    /// <summary>Bytes of all transfers so far.</summary>
    public long BytesDone { get; private set; }

    /// <summary>Bytes of all transfers; null while that is not known.</summary>
    public long? BytesTotal { get; private set; }

    /// <summary>Name of the one that reported last.</summary>
    public string Current { get; private set; } = "";

    /// <summary>Time since the first began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    /// <summary>Says how much there is to do in all.</summary>
    public void Expect(long bytes)
    {
        lock (_lock)
        {
            BytesTotal = bytes;
            changed(this, null);
        }
    }

    /// <summary>Runs one transfer.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="transfer">Does it; answers how many bytes it was.</param>
    public async Task RunAsync(string name, Func<IProgress<TransferProgress>, Task<long>> transfer)
    {
        long started = time.GetTimestamp();
        long bytes = await transfer(new Part(this, name));
        lock (_lock)
            changed(this, new FinishedTransfer(name, bytes, time.GetElapsedTime(started)));
    }

    /// <summary>What one transfer reports. Reports come at once and in order, not through a synchronisation context.</summary>
    private sealed class Part(TransferTracker tracker, string name) : IProgress<TransferProgress>
    {
        private long _done;

        public void Report(TransferProgress value)
        {
            lock (tracker._lock)
            {
                tracker.BytesDone += value.BytesDone - _done;
                _done = value.BytesDone;
                tracker.Current = name;
                tracker.Changed();
            }
        }
    }

    private void Changed() => changed(this, null);
}
