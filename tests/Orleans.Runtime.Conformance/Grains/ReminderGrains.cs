namespace Orleans.Runtime.Conformance;

public interface IForgetful : IGrainWithStringKey
{
    Task Remember(string name, TimeSpan due, TimeSpan period);

    Task Forget(string name);

    Task<List<string>> Names();

    Task<bool> Knows(string name);

    Task End();
}

public sealed class ForgetfulGrain : Grain, IForgetful, IRemindable
{
    private int _ticks;

    public Task Remember(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task Forget(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public async Task<List<string>> Names() => [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName)];

    public async Task<bool> Knows(string name) => await this.GetReminder(name) is not null;

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Assert.Equal(DateTimeKind.Utc, status.FirstTickTime.Kind);
        Signals.Give($"{this.GetPrimaryKeyString()} {reminderName} {++_ticks}");
        return Task.CompletedTask;
    }
}
