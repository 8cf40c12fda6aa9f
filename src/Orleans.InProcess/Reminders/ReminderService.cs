using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.InProcess;

/// <summary>
/// All reminders of the silo, each with a timer. A tick is a call of the grain; the next is due at the next multiple of the
/// period after it has been answered. Ticks that fell due while the silo did not run are left out, as in Orleans.
/// </summary>
internal sealed class ReminderService(Catalog catalog, IReminderStore store, IOptions<ReminderOptions> options) : IReminderRegistry
{
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(40);

    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId Grain, string Name), Armed> _armed = [];
    private long _version;
    private bool _stopped;

    public async Task<IGrainReminder> RegisterOrUpdateReminder(
        GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrEmpty(reminderName);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException(
                $"Cannot register reminder {reminderName} as requested period ({period}) is less than minimum allowed reminder period"
                + $" ({options.Value.MinimumReminderPeriod})", nameof(period));
        }

        var start = catalog.Time.GetUtcNow().UtcDateTime + dueTime;
        Reminder reminder;
        lock (_gate)
        {
            if (!_armed.ContainsKey((callingGrainId, reminderName)) && _armed.Count >= Limits.RemindersMax)
            {
                throw new LimitExceededException($"{Limits.RemindersMax} reminders are registered, as many as may be.");
            }

            reminder = new Reminder(callingGrainId, reminderName, start, period, ++_version);
        }

        await store.Write(reminder);
        Arm(reminder);
        return reminder;
    }

    public async Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        lock (_gate)
        {
            if (reminder is not Reminder known
                || !_armed.TryGetValue((callingGrainId, reminder.ReminderName), out var armed) || armed.Reminder.Version != known.Version)
            {
                throw new ReminderException(
                    $"Could not unregister reminder {reminder.ReminderName} of {callingGrainId}, since it was registered again or ended;"
                    + " read it again.");
            }

            armed.Timer?.Dispose();
            _armed.Remove((callingGrainId, reminder.ReminderName));
        }

        await store.Remove(callingGrainId, reminder.ReminderName);
    }

    public Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
    {
        ArgumentException.ThrowIfNullOrEmpty(reminderName);
        lock (_gate)
        {
            return Task.FromResult<IGrainReminder?>(_armed.GetValueOrDefault((callingGrainId, reminderName))?.Reminder);
        }
    }

    public Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId)
    {
        lock (_gate)
        {
            return Task.FromResult<List<IGrainReminder>>(
                [.. _armed.Values.Where(armed => armed.Reminder.Grain == callingGrainId).Select(armed => armed.Reminder)]);
        }
    }

    internal async Task StartAsync()
    {
        var reminders = await store.ReadAll();
        if (reminders.Count > Limits.RemindersMax)
        {
            throw new OrleansConfigurationException($"{reminders.Count} reminders are stored; {Limits.RemindersMax} is the most.");
        }

        lock (_gate)
        {
            _version = reminders.Count == 0 ? 0 : reminders.Max(reminder => reminder.Version);
        }

        foreach (var reminder in reminders)
        {
            Arm(reminder);
        }
    }

    internal void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (var armed in _armed.Values)
            {
                armed.Timer?.Dispose();
            }
        }
    }

    private void Arm(Reminder reminder)
    {
        lock (_gate)
        {
            var key = (reminder.Grain, reminder.ReminderName);
            if (_armed.TryGetValue(key, out var before))
            {
                if (before.Reminder.Version > reminder.Version)
                {
                    return;
                }

                before.Timer?.Dispose();
            }

            var armed = new Armed(reminder);
            _armed[key] = armed;
            var now = catalog.Time.GetUtcNow().UtcDateTime;
            SetTimer(armed, reminder.StartAtUtc >= now ? reminder.StartAtUtc : FirstDueAfter(now, reminder));
        }
    }

    private static DateTime FirstDueAfter(DateTime moment, Reminder reminder)
    {
        long periods = Math.Max(0, (moment - reminder.StartAtUtc).Ticks / reminder.Period.Ticks) + 1;
        return reminder.StartAtUtc + (periods * reminder.Period);
    }

    // Under the lock.
    private void SetTimer(Armed armed, DateTime dueUtc)
    {
        if (_stopped)
        {
            return;
        }

        armed.DueUtc = dueUtc;
        var now = catalog.Time.GetUtcNow().UtcDateTime;
        var wait = armed.DueUtc - now;
        armed.Timer?.Dispose();
        armed.Timer = catalog.NewTimer(
            TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, s_longestTimer.Ticks)), Timeout.InfiniteTimeSpan, () => OnTimer(armed));
    }

    private void OnTimer(Armed armed)
    {
        var reminder = armed.Reminder;
        lock (_gate)
        {
            if (!IsArmed(armed))
            {
                return;
            }

            if (catalog.Time.GetUtcNow().UtcDateTime < armed.DueUtc)
            {
                SetTimer(armed, armed.DueUtc);
                return;
            }
        }

        Tick(reminder).ContinueWith(
            (tick, _) =>
            {
                if (tick.Exception is { } failed)
                {
                    catalog.Logger.LogError(
                        failed.InnerException, "Reminder {Name} of {Grain} failed and goes on.", reminder.ReminderName, reminder.Grain);
                }

                lock (_gate)
                {
                    if (IsArmed(armed))
                    {
                        SetTimer(armed, FirstDueAfter(catalog.Time.GetUtcNow().UtcDateTime, reminder));
                    }
                }
            },
            null, CancellationToken.None, TaskContinuationOptions.DenyChildAttach, catalog.System);
    }

    private Task Tick(Reminder reminder)
    {
        try
        {
            var grain = (IRemindable)(object)catalog.Interfaces.Get(typeof(IRemindable)).CreateReference(reminder.Grain);
            return grain.ReceiveReminder(
                reminder.ReminderName, new TickStatus(reminder.StartAtUtc, reminder.Period, catalog.Time.GetUtcNow().UtcDateTime));
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
    }

    private bool IsArmed(Armed armed) =>
        _armed.TryGetValue((armed.Reminder.Grain, armed.Reminder.ReminderName), out var current) && current == armed;

    private sealed class Armed(Reminder reminder)
    {
        internal Reminder Reminder => reminder;

        internal ITimer? Timer { get; set; }

        internal DateTime DueUtc { get; set; }
    }
}
