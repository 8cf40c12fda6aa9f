using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A grain that takes reminders.</summary>
    public interface IRemindable : IGrain
    {
        /// <summary>A reminder is due. It activates the grain if need be. An exception is logged; the reminder goes on.</summary>
        Task ReceiveReminder(string reminderName, TickStatus status);
    }
}

namespace Orleans.Runtime
{
    /// <summary>A registered reminder.</summary>
    public interface IGrainReminder
    {
        /// <summary>Its name within the grain.</summary>
        string ReminderName { get; }
    }

    /// <summary>When a reminder is due.</summary>
    [GenerateSerializer]
    [Immutable]
    public readonly struct TickStatus
    {
        /// <summary>Sets all three.</summary>
        public TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
        {
            FirstTickTime = firstTickTime;
            Period = period;
            CurrentTickTime = timeStamp;
        }

        /// <summary>When it was due for the first time, in UTC.</summary>
        [Id(0)]
        public DateTime FirstTickTime { get; }

        /// <summary>Time between two ticks.</summary>
        [Id(1)]
        public TimeSpan Period { get; }

        /// <summary>When this tick was sent, in UTC.</summary>
        [Id(2)]
        public DateTime CurrentTickTime { get; }

        /// <inheritdoc/>
        public override string ToString() => $"<{FirstTickTime}, {Period}, {CurrentTickTime}>";
    }

    /// <summary>A reminder could not be changed because someone else changed it.</summary>
    public sealed class ReminderException : OrleansException
    {
        /// <summary>An exception with a message.</summary>
        public ReminderException(string message)
            : base(message)
        {
        }
    }
}

namespace Orleans.Timers
{
    /// <summary>Registers reminders: timers that outlive activations and, in a file, the process.</summary>
    public interface IReminderRegistry
    {
        /// <summary>Registers a reminder, or replaces the one of that name.</summary>
        /// <exception cref="ArgumentException">A time is negative or infinite, or the period is below the silo's minimum.</exception>
        Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period);

        /// <summary>Ends a reminder.</summary>
        /// <exception cref="ReminderException">It was registered again since it was read.</exception>
        Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder);

        /// <summary>A reminder by its name, or null.</summary>
        Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName);

        /// <summary>All reminders of the grain.</summary>
        Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId);
    }
}
