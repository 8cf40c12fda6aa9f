using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.InProcess;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Adds storage for grain state in memory.</summary>
public static class MemoryGrainStorageSiloBuilderExtensions
{
    /// <summary>Adds storage in memory under a name.</summary>
    public static ISiloBuilder AddMemoryGrainStorage(this ISiloBuilder builder, string name) =>
        builder.ConfigureServices(services => services.AddKeyedSingleton<IGrainStorage>(name, (_, _) => new MemoryGrainStorage(name)));

    /// <summary>Adds storage in memory for states that name none.</summary>
    public static ISiloBuilder AddMemoryGrainStorageAsDefault(this ISiloBuilder builder) =>
        builder.AddMemoryGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
}

/// <summary>Adds storage for grain state in a SQLite file; only this runtime has it.</summary>
public static class SqliteGrainStorageSiloBuilderExtensions
{
    /// <summary>Adds storage in a file under a name. Several names may share a file.</summary>
    public static ISiloBuilder AddSqliteGrainStorage(
        this ISiloBuilder builder, string name, Action<SqliteGrainStorageOptions> configureOptions) =>
        builder.ConfigureServices(services =>
        {
            services.Configure(name, configureOptions);
            services.AddKeyedSingleton<IGrainStorage>(name, (provider, _) =>
            {
                var options = provider.GetRequiredService<IOptionsMonitor<SqliteGrainStorageOptions>>().Get(name);
                return new SqliteGrainStorage(name, Database(provider, options.Path, name));
            });
        }).AddStartupTask(
            (provider, _) => ((SqliteGrainStorage)provider.GetRequiredKeyedService<IGrainStorage>(name)).OpenAsync(),
            ServiceLifecycleStage.ApplicationServices);

    /// <summary>Adds storage in a file for states that name none.</summary>
    public static ISiloBuilder AddSqliteGrainStorageAsDefault(
        this ISiloBuilder builder, Action<SqliteGrainStorageOptions> configureOptions) =>
        builder.AddSqliteGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    internal static SqliteDatabase Database(IServiceProvider provider, string path, string name) =>
        path.Length != 0
            ? provider.GetRequiredService<SqliteDatabases>().Get(path)
            : throw new OrleansConfigurationException($"The SQLite provider \"{name}\" has no path.");
}
