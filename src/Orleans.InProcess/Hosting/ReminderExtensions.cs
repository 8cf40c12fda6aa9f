using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.InProcess;
using Orleans.Timers;

namespace Orleans.Hosting;

/// <summary>Reminders of the silo.</summary>
public sealed class ReminderOptions
{
    /// <summary>The shortest period that a grain may ask for.</summary>
    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>Adds reminders that are kept in memory.</summary>
public static class SiloBuilderReminderMemoryExtensions
{
    /// <summary>Adds reminders that are lost with the process.</summary>
    public static ISiloBuilder UseInMemoryReminderService(this ISiloBuilder builder) =>
        builder.AddReminders(static _ => new MemoryReminderStore());

    internal static ISiloBuilder AddReminders(this ISiloBuilder builder, Func<IServiceProvider, IReminderStore> store)
    {
        builder.Services.AddSingleton(store);
        builder.Services.TryAddSingleton<ReminderService>();
        builder.Services.TryAddSingleton<IReminderRegistry>(provider => provider.GetRequiredService<ReminderService>());
        return builder;
    }
}

/// <summary>Adds reminders that are kept in a SQLite file; only this runtime has it.</summary>
public static class SqliteReminderSiloBuilderExtensions
{
    /// <summary>Adds reminders that outlive the process. The file may be the one of the grain storage.</summary>
    public static ISiloBuilder UseSqliteReminderService(
        this ISiloBuilder builder, Action<SqliteReminderOptions> configureOptions) =>
        builder.Configure(configureOptions).AddReminders(provider =>
        {
            string path = provider.GetRequiredService<IOptions<SqliteReminderOptions>>().Value.Path;
            return new SqliteReminderStore(SqliteGrainStorageSiloBuilderExtensions.Database(provider, path, "reminders"));
        });
}
