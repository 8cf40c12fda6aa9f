using System.Buffers.Binary;

namespace Orleans.InProcess.Simulation;

/// <summary>
/// Drives one silo or many, and the code around them, from one thread, in virtual time, from one seed: the same seed gives the
/// same run. Register it in place of the seams with <see cref="SimulationSiloBuilderExtensions.UseSimulation"/>.
/// </summary>
/// <remarks>
/// Whatever is ready runs in an order that the seed chooses; when nothing is ready, time jumps to the next timer. Work that
/// comes from another thread could not be replayed, so it is refused.
/// </remarks>
public sealed partial class Simulation : ITurnScheduler, IRandomSource
{
    private readonly List<IThreadPoolWorkItem> _ready = [];
    private readonly SplitMix64 _choices;
    private readonly SplitMix64 _values;
    private readonly VirtualTime _time;
    private readonly SimulationTaskScheduler _tasks;
    private int _threadId = Environment.CurrentManagedThreadId;
    private bool _running;
    private volatile SimulationException? _intrusion;

    /// <summary>A simulation that starts at a moment of its own.</summary>
    /// <param name="seed">Chooses the order of work and all randomness that the runtime asks for.</param>
    /// <param name="start">The moment at which virtual time starts.</param>
    public Simulation(ulong seed, DateTimeOffset start)
    {
        _choices = new SplitMix64(seed);
        _values = new SplitMix64(~seed);
        _time = new VirtualTime(start);
        _tasks = new SimulationTaskScheduler(this);
    }

    /// <summary>The virtual clock. Its timers fire while <see cref="Run"/> runs.</summary>
    public TimeProvider Time => _time;

    /// <summary>Runs code that is no grain's, such as a simulated client, within the simulation.</summary>
    public TaskScheduler Tasks => _tasks;

    /// <summary>Items of work that ran so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Runs until a scenario is complete.</summary>
    /// <param name="scenario">What happens; it may await anything that the simulation drives, and nothing else.</param>
    /// <param name="stepsMax">Steps after which a run that does not end is given up.</param>
    /// <exception cref="SimulationException">Nothing is left that could complete the scenario, or the steps are used up.</exception>
    public void Run(Func<Task> scenario, long stepsMax = 10_000_000)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ThrowIfOnAnotherThread();
        if (_running)
        {
            throw new InvalidOperationException("The simulation runs already.");
        }

        // A synchronisation context, such as a test framework's, would take the place of the grains' schedulers.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _running = true;
        try
        {
            var done = Task.Factory.StartNew(scenario, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _tasks).Unwrap();
            long last = Steps + stepsMax;
            while (!done.IsCompleted)
            {
                if (Steps == last)
                {
                    throw new SimulationException($"The scenario is not complete after {stepsMax} steps, at {_time.GetUtcNow():O}.");
                }

                if (_intrusion is { } intrusion)
                {
                    throw intrusion;
                }

                Step();
            }

            done.GetAwaiter().GetResult();
        }
        finally
        {
            _running = false;
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem work)
    {
        ThrowIfOnAnotherThread();
        _ready.Add(work);
    }

    /// <inheritdoc/>
    public void ScheduleBlocking(IThreadPoolWorkItem work) => Schedule(work);

    /// <inheritdoc/>
    public void Fill(Span<byte> bytes)
    {
        ThrowIfOnAnotherThread();
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(word.Length, bytes.Length)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, _values.Next());
            word[..Math.Min(word.Length, bytes.Length)].CopyTo(bytes);
        }
    }

    private void Step()
    {
        if (_ready.Count == 0)
        {
            if (!_time.AdvanceToNextTimer())
            {
                throw new SimulationException($"Nothing is left to run, and the scenario is not complete, at {_time.GetUtcNow():O}.");
            }

            return;
        }

        int chosen = (int)(_choices.Next() % (ulong)_ready.Count);
        var work = _ready[chosen];
        _ready[chosen] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        Steps++;
        work.Execute();
    }

    private void ThrowIfOnAnotherThread()
    {
        if (Environment.CurrentManagedThreadId != _threadId)
        {
            // Whoever catches this here may be the thread pool: the run learns of it as well.
            _intrusion = new SimulationException(
                "Work came from a thread that the simulation does not drive; such a run cannot be replayed.");
            throw _intrusion;
        }
    }
}

/// <summary>A simulation cannot go on.</summary>
public sealed class SimulationException : Exception
{
    /// <summary>An exception with a message.</summary>
    public SimulationException(string message)
        : base(message)
    {
    }
}
