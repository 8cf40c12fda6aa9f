using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>A reminder as it is stored. The version tells one registration of a name from the next.</summary>
internal sealed record Reminder(GrainId Grain, string ReminderName, DateTime StartAtUtc, TimeSpan Period, long Version) : IGrainReminder;

/// <summary>Keeps reminders while the silo does not run. Durable once a task is complete.</summary>
internal interface IReminderStore
{
    /// <summary>All reminders, at the start.</summary>
    Task<IReadOnlyList<Reminder>> ReadAll();

    /// <summary>Writes one, over the one of that name.</summary>
    Task Write(Reminder reminder);

    /// <summary>Removes one; nothing if it is not there.</summary>
    Task Remove(GrainId grain, string name);
}

internal sealed class MemoryReminderStore : IReminderStore
{
    public Task<IReadOnlyList<Reminder>> ReadAll() => Task.FromResult<IReadOnlyList<Reminder>>([]);

    public Task Write(Reminder reminder) => Task.CompletedTask;

    public Task Remove(GrainId grain, string name) => Task.CompletedTask;
}

internal sealed class SqliteReminderStore(SqliteDatabase database) : IReminderStore
{
    public Task<IReadOnlyList<Reminder>> ReadAll() => database.Run<IReadOnlyList<Reminder>>(static database =>
    {
        var reminders = new List<Reminder>();
        using var reader = database.Command(SqliteSchema.ReadReminders).ExecuteReader();
        while (reader.Read())
        {
            reminders.Add(new Reminder(
                GrainId.Parse(reader.GetString(0)), reader.GetString(1), new DateTime(reader.GetInt64(2), DateTimeKind.Utc),
                new TimeSpan(reader.GetInt64(3)), reader.GetInt64(4)));
        }

        return reminders;
    });

    public Task Write(Reminder reminder) => database.Run(database => database.Command(
        SqliteSchema.WriteReminder, ("$grain", reminder.Grain.ToString()), ("$name", reminder.ReminderName),
        ("$start", reminder.StartAtUtc.Ticks), ("$period", reminder.Period.Ticks), ("$version", reminder.Version)).ExecuteNonQuery());

    public Task Remove(GrainId grain, string name) => database.Run(database => database.Command(
        SqliteSchema.DeleteReminder, ("$grain", grain.ToString()), ("$name", name)).ExecuteNonQuery());
}
