using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>The heart of a silo: finds or makes the target of a call and keeps all activations.</summary>
internal sealed class Catalog
{
    private readonly SiloMessagingOptions _messaging;
    private readonly TurnQueue _system;
    private readonly int _sweepPeriodMs;
    private ITimer? _sweepTimer;
    private ITimer? _collectionTimer;
    private int _activations;
    private volatile bool _stopped;

    public Catalog(
        IServiceProvider services, TimeProvider time, ITurnScheduler scheduler, IRandomSource random, ILogger<Catalog> logger,
        IOptions<SiloMessagingOptions> messaging, IOptions<GrainCollectionOptions> collection, IOptions<GrainTypeOptions> types,
        IEnumerable<IIncomingGrainCallFilter> incomingFilters, IEnumerable<IOutgoingGrainCallFilter> outgoingFilters)
    {
        Services = services;
        Time = time;
        Scheduler = scheduler;
        Random = random;
        Logger = logger;
        _messaging = messaging.Value;
        CollectionOptions = collection.Value;
        IncomingFilters = [.. incomingFilters];
        OutgoingFilters = [.. outgoingFilters];
        Clock = new CoarseClock(time);
        _system = new TurnQueue(scheduler, null, logger);
        Classes = new GrainClasses(types.Value, CollectionOptions);
        Interfaces = new GrainInterfaces(this);
        Observers = new Observers(this);
        var shortest = Classes.Interfaces.SelectMany(ProxyEmitter.MethodsOf)
            .Select(method => new GrainMethod(method.DeclaringType!, method).ResponseTimeout)
            .Append(_messaging.ResponseTimeout).Min()!.Value;
        _sweepPeriodMs = (int)Math.Clamp(shortest.TotalMilliseconds / 2, Limits.CallSweepPeriodMsMin, Limits.CallSweepPeriodMsMax);
    }

    internal IServiceProvider Services { get; }

    internal TimeProvider Time { get; }

    internal ITurnScheduler Scheduler { get; }

    internal IRandomSource Random { get; }

    internal ILogger Logger { get; }

    internal CoarseClock Clock { get; }

    internal GrainCollectionOptions CollectionOptions { get; }

    internal GrainClasses Classes { get; }

    internal GrainInterfaces Interfaces { get; }

    internal Observers Observers { get; }

    internal OutstandingCalls Outstanding { get; } = new();

    internal IIncomingGrainCallFilter[] IncomingFilters { get; }

    internal IOutgoingGrainCallFilter[] OutgoingFilters { get; }

    internal IGrainRuntime Runtime => field ??= Services.GetRequiredService<IGrainRuntime>();

    /// <summary>Runs the runtime's own work, one thing at a time.</summary>
    internal TurnQueue System => _system;

    internal int ActivationCount => Volatile.Read(ref _activations);

    internal void Start()
    {
        Clock.Refresh();
        var period = TimeSpan.FromMilliseconds(_sweepPeriodMs);
        _sweepTimer = NewTimer(period, period, SweepCalls);
        _collectionTimer = NewTimer(CollectionOptions.CollectionQuantum, CollectionOptions.CollectionQuantum, CollectIdle);
    }

    internal int MailboxLength(GrainClass grainClass)
    {
        int configured = grainClass.IsStatelessWorker
            ? _messaging.MaxEnqueuedRequestsHardLimit_StatelessWorker
            : _messaging.MaxEnqueuedRequestsHardLimit;
        return configured > 0 ? Math.Min(configured, Limits.MailboxLengthMax) : Limits.MailboxLengthMax;
    }

    internal void Send(GrainCall call)
    {
        if (OutgoingFilters.Length == 0)
        {
            SendUnfiltered(call);
        }
        else
        {
            OutgoingCallContext.Send(this, call).Forget(Logger);
        }
    }

    internal void SendUnfiltered(GrainCall call)
    {
        var method = call.Method;
        if (method.IsCancellable)
        {
            call.ThrowIfCancelled();
        }

        CallTarget target;
        try
        {
            target = call.Reference.FindTarget();
        }
        catch (OrleansException e)
        {
            call.Fail(e);
            return;
        }

        call.Target = target;
        if (method.IsOneWay)
        {
            ((VoidCall)call).Succeed();
        }
        else
        {
            call.SentAtMs = Clock.NowMs;
            Outstanding.Add(call);
            if (_stopped)
            {
                call.Fail(Stopped());
                return;
            }
        }

        if (method.IsCancellable)
        {
            call.ObserveCancellation(_messaging.WaitForCancellationAcknowledgement);
        }

        target.Deliver(call);
    }

    /// <summary>Delivers a call that was sent before to whatever its target is now.</summary>
    internal void Deliver(GrainCall call)
    {
        try
        {
            FindTarget(call.Reference.GrainId).Deliver(call);
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
    }

    internal CallTarget FindTarget(GrainId grainId)
    {
        if (grainId.Type == Observers.Type)
        {
            return Observers.Find(grainId);
        }

        var grainClass = Classes.Get(grainId.Type);
        while (true)
        {
            if (grainClass.Directory.TryGetValue(grainId.Key, out var found))
            {
                if (found.IsAlive)
                {
                    return found;
                }

                // It has ended but for taking itself out.
                grainClass.Directory.TryRemove(new(grainId.Key, found));
            }

            if (_stopped)
            {
                throw Stopped();
            }

            CallTarget added = grainClass.IsStatelessWorker
                ? new StatelessWorkers(this, grainClass, grainId)
                : new Activation(this, grainClass, grainId, null);
            OnActivationStarting();
            if (grainClass.Directory.TryAdd(grainId.Key, added))
            {
                if (grainClass.IsStatelessWorker)
                {
                    OnActivationEnded();
                }

                return added;
            }

            OnActivationEnded();
        }
    }

    internal void OnActivationStarting()
    {
        if (Interlocked.Increment(ref _activations) > Limits.ActivationsMax)
        {
            Interlocked.Decrement(ref _activations);
            throw new LimitExceededException($"{Limits.ActivationsMax} activations are alive, as many as may be.");
        }
    }

    internal void OnActivationEnded() => Interlocked.Decrement(ref _activations);

    internal void Remove(Activation activation)
    {
        activation.Class.Directory.TryRemove(new(activation.GrainId.Key, activation));
        OnActivationEnded();
    }

    internal List<Activation> Activations()
    {
        var all = new List<Activation>();
        foreach (var grainClass in Classes.All)
        {
            foreach (var (_, target) in grainClass.Directory)
            {
                if (target is Activation activation)
                {
                    all.Add(activation);
                }
                else if (target is StatelessWorkers workers)
                {
                    all.AddRange(workers.Workers);
                }
            }
        }

        return all;
    }

    /// <summary>Deactivates all grains, then breaks the calls that still wait.</summary>
    internal async Task StopAsync(CancellationToken cancellation)
    {
        _collectionTimer?.Dispose();
        try
        {
            for (int round = 0; round < Limits.ShutdownRoundsMax && Activations() is { Count: > 0 } activations; round++)
            {
                foreach (var activation in activations)
                {
                    activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "The silo stops."), cancellation);
                }

                await Task.WhenAll(activations.Select(activation => activation.Deactivated)).WaitAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Logger.LogWarning("The time to stop is over; {Count} grains were not deactivated.", ActivationCount);
        }

        _stopped = true;
        _sweepTimer?.Dispose();
        foreach (var call in Outstanding.Find(static _ => true))
        {
            call.Fail(new SiloUnavailableException($"The silo stopped before {call} was answered."));
        }
    }

    internal ITimer NewTimer(TimeSpan dueTime, TimeSpan period, Action tick)
    {
        // The callback may run on any thread, so it only hands the work over; without the flow of whoever started the silo.
        bool restore = !ExecutionContext.IsFlowSuppressed();
        if (restore)
        {
            ExecutionContext.SuppressFlow();
        }

        try
        {
            return Time.CreateTimer(static state => ((Action)state!)(), () => _system.Post(tick), dueTime, period);
        }
        finally
        {
            if (restore)
            {
                ExecutionContext.RestoreFlow();
            }
        }
    }

    private static SiloUnavailableException Stopped() => new("The silo has stopped and takes no calls.");

    private void SweepCalls()
    {
        long now = Clock.Refresh();
        var expired = Outstanding.Find(call => now - call.SentAtMs > TimeoutOf(call).TotalMilliseconds + _sweepPeriodMs);
        foreach (var call in expired)
        {
            if (_messaging.CancelRequestOnTimeout)
            {
                call.Target?.SignalCancellation(call);
            }

            call.Fail(new TimeoutException($"Response did not arrive on time in {TimeoutOf(call)} for {call}."));
        }
    }

    private TimeSpan TimeoutOf(GrainCall call) => call.Method.ResponseTimeout ?? _messaging.ResponseTimeout;

    private void CollectIdle()
    {
        long now = Clock.Refresh();
        foreach (var activation in Activations())
        {
            activation.CollectIfIdle(now);
        }
    }
}
