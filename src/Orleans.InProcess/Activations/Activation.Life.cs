using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>How an activation begins and ends.</summary>
internal sealed partial class Activation
{
    private HashSet<GrainTimer>? _timers;
    private DeactivationReason? _reasonWhileActivating;

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        if (Turns.IsCurrent)
        {
            BeginDeactivating(deactivationReason);
        }
        else
        {
            Turns.Post(() => BeginDeactivating(deactivationReason));
        }
    }

    /// <summary>Deactivates if no call came or ran for the class's collection age. From any thread.</summary>
    internal void CollectIfIdle(long nowMs)
    {
        if (IsIdle(nowMs) && Load == 0)
        {
            Turns.Post(() =>
            {
                if (_stage == Stage.Valid && _running == 0 && _firstWaiting is null && IsIdle(nowMs))
                {
                    BeginDeactivating(new(DeactivationReasonCode.ActivationIdle, $"Idle for longer than {Class.CollectionAge}."));
                }
            });
        }
    }

    internal void Add(GrainTimer timer)
    {
        _timers ??= [];
        if (_timers.Count == Limits.TimersPerActivationMax)
        {
            throw new LimitExceededException($"{GrainId} has {Limits.TimersPerActivationMax} timers, as many as it may have.");
        }

        _timers.Add(timer);
    }

    internal void Remove(GrainTimer timer) => _timers?.Remove(timer);

    private bool IsIdle(long nowMs) =>
        Class.CollectionAge != TimeSpan.MaxValue
        && nowMs - LastUsedMs >= (long)Class.CollectionAge.TotalMilliseconds
        && nowMs >= KeepUntilMs;

    private void BeginActivating(GrainCall first)
    {
        _stage = Stage.Activating;
        if (first.Context is { } context)
        {
            RequestContext.Import(context);
        }

        var cancellation = new CancellationTokenSource();
        var task = ActivateAsync(cancellation.Token);
        if (task.IsCompleted)
        {
            OnActivated(task);
            return;
        }

        var timeout = Catalog.Time.CreateTimer(
            static state => ((Action)state!)(), () => Turns.Post(cancellation.Cancel), Catalog.CollectionOptions.ActivationTimeout,
            Timeout.InfiniteTimeSpan);
        task.ContinueWith(
            (ended, _) =>
            {
                timeout.Dispose();
                OnActivated(ended);
            },
            null, CancellationToken.None, TaskContinuationOptions.DenyChildAttach, Turns);
    }

    private async Task ActivateAsync(CancellationToken cancellation)
    {
        GrainInstance = Class.CreateInstance(this);
        await Within(_lifecycle.OnStart(cancellation), cancellation);
        if (GrainInstance is Grain grain)
        {
            await Within(grain.OnActivateAsync(cancellation), cancellation);
        }
        else if (GrainInstance is IGrainBase grainBase)
        {
            await Within(grainBase.OnActivateAsync(cancellation), cancellation);
        }
    }

    private static Task Within(Task task, CancellationToken cancellation) =>
        task.IsCompleted ? task : task.WaitAsync(cancellation);

    private void OnActivated(Task task)
    {
        Turns.ResetExecutionContext();
        if (!task.IsCompletedSuccessfully)
        {
            var exception = GrainCall.ExceptionOf(task);
            Catalog.Logger.LogError(exception, "{GrainId} could not be activated.", GrainId);
            FinishAsync(exception).Forget(Catalog.Logger);
            return;
        }

        _stage = Stage.Valid;
        if (_reasonWhileActivating is { } reason)
        {
            BeginDeactivating(reason);
            return;
        }

        RunWaiting();
        EndIfQuiet();
    }

    private void BeginDeactivating(DeactivationReason reason)
    {
        switch (_stage)
        {
            case Stage.Created:
                _stage = Stage.Ended;
                OnEnded(null);
                break;
            case Stage.Activating:
                _reasonWhileActivating ??= reason;
                break;
            case Stage.Valid:
                _reason = reason;
                _stage = Stage.Deactivating;

                // Not at once: the code that asked for it may be in the midst of a turn.
                Turns.Post(EndIfQuiet);
                break;
        }
    }

    private void EndIfQuiet()
    {
        if (_stage == Stage.Deactivating && _running == 0 && !_ending)
        {
            _ending = true;
            Turns.ResetExecutionContext();
            EndAsync().Forget(Catalog.Logger);
        }
    }

    private async Task EndAsync()
    {
        DisposeTimers();
        using var cancellation = new CancellationTokenSource();
        using var timeout = Catalog.Time.CreateTimer(
            static state => ((Action)state!)(), () => Turns.Post(cancellation.Cancel), Catalog.CollectionOptions.DeactivationTimeout,
            Timeout.InfiniteTimeSpan);
        try
        {
            if (GrainInstance is Grain grain)
            {
                await Within(grain.OnDeactivateAsync(_reason, cancellation.Token), cancellation.Token);
            }
            else if (GrainInstance is IGrainBase grainBase)
            {
                await Within(grainBase.OnDeactivateAsync(_reason, cancellation.Token), cancellation.Token);
            }
        }
        catch (Exception e)
        {
            Catalog.Logger.LogError(e, "{GrainId} failed while it was deactivated.", GrainId);
        }

        await FinishAsync(null);
    }

    private async Task FinishAsync(Exception? activationFailure)
    {
        DisposeTimers();
        try
        {
            await _lifecycle.OnStop(CancellationToken.None);
            await GrainClass.DisposeInstance(GrainInstance);
            if (_scope is { } scope)
            {
                await scope.DisposeAsync();
            }
        }
        catch (Exception e)
        {
            Catalog.Logger.LogError(e, "{GrainId} could not be disposed of.", GrainId);
        }

        _stage = Stage.Ended;
        OnEnded(activationFailure);
    }

    private void DisposeTimers()
    {
        foreach (var timer in _timers?.ToArray() ?? [])
        {
            timer.Dispose();
        }
    }

    private void OnEnded(Exception? activationFailure)
    {
        if (_pool is null)
        {
            Catalog.Remove(this);
        }
        else
        {
            _pool.Remove(this);
        }

        while (_firstWaiting is { } call)
        {
            Unlink(null, call);
            if (activationFailure is null)
            {
                Forward(call);
            }
            else
            {
                Interlocked.Decrement(ref _queued);
                call.Fail(activationFailure);
            }
        }

        // References elsewhere may keep this object for long; what the grain held they need not.
        GrainInstance = null;
        StreamObservers = null;
        _scope = null;
        _deactivated?.TrySetResult();
    }
}
