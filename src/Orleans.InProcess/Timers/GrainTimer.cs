using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.InProcess;

/// <summary>A grain's timer: each tick is a call that the activation makes of itself.</summary>
internal abstract class GrainTimer : IGrainTimer
{
    private static readonly GrainMethod s_tick = new(typeof(GrainTimer), typeof(GrainTimer).GetMethod(nameof(OnTick))!);

    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _gate = new();
    private readonly Activation _activation;
    private readonly GrainTimerCreationOptions _options;
    private readonly ITimer _timer;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private bool _ticking;
    private bool _changed;

    protected GrainTimer(Activation activation, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _options = options;
        bool restore = !ExecutionContext.IsFlowSuppressed();
        if (restore)
        {
            // A tick belongs to nobody's flow of control.
            ExecutionContext.SuppressFlow();
        }

        try
        {
            _timer = activation.Catalog.Time.CreateTimer(
                static timer => ((GrainTimer)timer!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            if (restore)
            {
                ExecutionContext.RestoreFlow();
            }
        }

        activation.Add(this);
        Change(options.DueTime, options.Period);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Validate(dueTime, nameof(dueTime));
        Validate(period, nameof(period));
        lock (_gate)
        {
            _dueTime = dueTime;
            _period = period;
            _changed = true;

            // While a tick is on its way or runs, the change waits for its end.
            if (!_ticking && !_disposed.IsCancellationRequested)
            {
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        if (!_disposed.IsCancellationRequested)
        {
            _timer.Dispose();
            _disposed.Cancel();
            _activation.Remove(this);
        }
    }

    /// <summary>One tick, in its turn.</summary>
    public async Task OnTick()
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await RunCallback(_disposed.Token);
        }
        catch (Exception e)
        {
            _activation.Catalog.Logger.LogWarning(e, "A timer of {GrainId} failed and goes on.", _activation.GrainId);
        }
        finally
        {
            lock (_gate)
            {
                _ticking = false;
                if (!_disposed.IsCancellationRequested)
                {
                    _timer.Change(_changed ? _dueTime : _period, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    protected abstract Task RunCallback(CancellationToken cancellation);

    private static void Validate(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || time.TotalMilliseconds > uint.MaxValue - 1))
        {
            throw new ArgumentOutOfRangeException(name, time, "A timer's times are infinite or from zero to 49 days.");
        }
    }

    private void OnDue()
    {
        // On any thread.
        lock (_gate)
        {
            _ticking = true;
            _changed = false;
        }

        _activation.Deliver(new Tick(this));
    }

    private sealed class Tick : LocalCall
    {
        private readonly GrainTimer _timer;

        internal Tick(GrainTimer timer)
        {
            _timer = timer;
            Method = s_tick;
        }

        internal override bool InterleavesAlways => _timer._options.Interleave;

        internal override bool CountsAsUse => _timer._options.KeepAlive;

        internal override Task Invoke(object target) => _timer.OnTick();

        public override string ToString() => $"tick of a timer of {_timer._activation.GrainId}";
    }
}

internal sealed class GrainTimer<TState>(
    Activation activation, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    : GrainTimer(activation, options)
{
    protected override Task RunCallback(CancellationToken cancellation) => callback(state, cancellation);
}

internal sealed class TimerRegistry : ITimerRegistry
{
    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (!ReferenceEquals(RuntimeContext.Current, grainContext))
        {
            throw new InvalidOperationException("Current grain context differs from specified grain context.");
        }

        return new GrainTimer<TState>((Activation)grainContext, callback, state, options);
    }
}
