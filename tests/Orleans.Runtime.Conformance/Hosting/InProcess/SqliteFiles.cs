using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess;
using Orleans.Storage;

namespace Orleans.Runtime.Conformance;

/// <summary>Grain state and reminders in a SQLite file.</summary>
public sealed class SqliteFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sqlite-files").FullName;

    private string File => Path.Combine(_folder, "state.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_written_is_there_after_a_restart()
    {
        var key = Guid.NewGuid();
        await using (var silo = await Start())
        {
            await silo.Client.GetGrain<ITallies>(key).Add("a");
            await silo.Client.GetGrain<ITallies>(key).Add("b");
        }

        await using (var silo = await Start())
        {
            Assert.Equal(2, await silo.Client.GetGrain<ITallies>(key).Count());
            Assert.True(await silo.Client.GetGrain<ITallies>(key).Exists());
            Assert.Equal("2", await silo.Client.GetGrain<ITallies>(key).ETag());
        }
    }

    [Fact]
    public async Task Names_share_a_file_and_keep_their_states_apart()
    {
        var key = Guid.NewGuid();
        await using var silo = await Start();
        var grain = silo.Client.GetGrain<ITallies>(key);
        await grain.Add("a");
        await grain.AddOther();
        await grain.AddOther();
        await grain.End();
        Assert.Equal(1, await Wait.For(grain.Count()));
        Assert.Equal(2, await grain.OtherCount());
    }

    [Fact]
    public async Task A_write_with_an_old_etag_changes_nothing_and_does_not_disturb_those_beside_it()
    {
        await using var silo = await Start();
        var storage = silo.Services.GetRequiredKeyedService<IGrainStorage>(SharedSilo.Store);
        var id = GrainId.Create("test", "a");
        var first = new GrainState<Tally>(new Tally { Count = 1 });
        await storage.WriteStateAsync("s", id, first);
        var late = new GrainState<Tally>(new Tally { Count = 99 }) { ETag = first.ETag };
        first.State.Count = 2;
        await storage.WriteStateAsync("s", id, first);
        var others = Enumerable.Range(0, 50).Select(i => new GrainState<Tally>(new Tally { Count = i })).ToArray();
        var writes = others.Select((state, i) => storage.WriteStateAsync("s", GrainId.Create("test", $"other {i}"), state)).ToList();
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("s", id, late));
        Assert.Equal(("2", "1"), (conflict.StoredEtag, conflict.CurrentEtag));
        await Wait.For(Task.WhenAll(writes));
        var read = new GrainState<Tally>();
        await storage.ReadStateAsync("s", id, read);
        Assert.Equal(2, read.State.Count);
    }

    [Fact]
    public async Task An_etag_never_comes_back_even_when_the_state_was_cleared()
    {
        await using var silo = await Start();
        var storage = silo.Services.GetRequiredKeyedService<IGrainStorage>(SharedSilo.Store);
        var id = GrainId.Create("test", "cleared");
        var state = new GrainState<Tally>(new Tally { Count = 1 });
        await storage.WriteStateAsync("s", id, state);
        var late = new GrainState<Tally>(new Tally { Count = 99 }) { ETag = state.ETag };
        await storage.ClearStateAsync("s", id, state);
        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);
        Assert.Equal(0, state.State.Count);
        await storage.WriteStateAsync("s", id, state);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("s", id, late));
    }

    [Fact]
    public async Task Grains_that_write_at_once_share_transactions_and_lose_nothing()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => Guid.NewGuid()).ToArray();
        await using (var silo = await Start())
        {
            await Wait.For(Task.WhenAll(keys.SelectMany(key => Enumerable.Range(0, 5).Select(i => silo.Client.GetGrain<ITallies>(key).Add($"{i}")))));
        }

        await using (var silo = await Start())
        {
            var counts = await Wait.For(Task.WhenAll(keys.Select(key => silo.Client.GetGrain<ITallies>(key).Count())));
            Assert.All(counts, count => Assert.Equal(5, count));
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_an_error_of_the_start() => await Assert.ThrowsAnyAsync<SqliteException>(
        () => SiloUnderTest.StartAsync(builder => builder.AddSqliteGrainStorageAsDefault(
            options => options.Path = Path.Combine(_folder, "no such folder", "state.db"))));

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_alone()
    {
        await System.IO.File.WriteAllTextAsync(File, string.Concat(Enumerable.Repeat("this is no database", 100)));
        await Assert.ThrowsAnyAsync<SqliteException>(Start);
        Assert.StartsWith("this is no database", await System.IO.File.ReadAllTextAsync(File), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_fails_is_not_used_again_and_the_host_is_told_once()
    {
        var errors = new FatalErrors();
        await using (var silo = await Start(errors))
        {
            var database = silo.Services.GetRequiredService<SqliteDatabases>().Get(File);
            var failed = database.Run<int>(_ => throw new SqliteException("disk I/O error", 10));
            bool isRun = false;
            // They are more than one transaction takes: some wait while the file fails.
            var behind = Enumerable.Range(0, 2_000).Select(_ => RunAsync(database, () => isRun = true)).ToList();
            await Assert.ThrowsAsync<SqliteException>(() => failed);
            await Wait.For(Task.WhenAll(behind));
            await Assert.ThrowsAsync<OrleansException>(() => silo.Client.GetGrain<ITallies>(Guid.NewGuid()).Add("a"));
            Assert.False(isRun);
            Assert.Contains("disk I/O error", Assert.Single(errors.Told)!.Message, StringComparison.Ordinal);
        }

        await using (var silo = await Start())
        {
            await silo.Client.GetGrain<ITallies>(Guid.NewGuid()).Add("a");
        }
    }

    [Fact]
    public async Task A_provider_without_a_path_is_refused() => await Assert.ThrowsAsync<OrleansConfigurationException>(
        () => SiloUnderTest.StartAsync(builder => builder.AddSqliteGrainStorageAsDefault(_ => { })));

    [Fact]
    public async Task Reminders_outlive_the_silo()
    {
        await using (var silo = await Start())
        {
            var grain = silo.Client.GetGrain<IForgetful>("sqlite");
            await grain.Remember("kept", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
            await grain.Remember("changed", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
            await grain.Remember("changed", TimeSpan.FromHours(2), TimeSpan.FromHours(2));
            await grain.Remember("ended", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
            await grain.Forget("ended");
        }

        await using (var silo = await Start())
        {
            var grain = silo.Client.GetGrain<IForgetful>("sqlite");
            Assert.Equal(["changed", "kept"], (await grain.Names()).Order());
            await grain.Remember("ticks", TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100));
        }

        await using (await Start())
        {
            await Signals.WaitFor("sqlite ticks 2");
        }
    }

    /// <summary>Ends when the operation is refused or has run.</summary>
    private static async Task RunAsync(SqliteDatabase database, Action operation)
    {
        try
        {
            await database.Run(_ =>
            {
                operation();
                return 0;
            });
        }
        catch (Exception e) when (e is SqliteException or OrleansException)
        {
            // What the test is about.
        }
    }

    private Task<SiloUnderTest> Start() => Start(fatalErrors: null);

    private Task<SiloUnderTest> Start(IFatalErrorHandler? fatalErrors) => SiloUnderTest.StartAsync(builder =>
    {
        builder
            .AddSqliteGrainStorageAsDefault(options => options.Path = File)
            .AddSqliteGrainStorage(SharedSilo.Store, options => options.Path = File)
            .UseSqliteReminderService(options => options.Path = File)
            .Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(50));
        if (fatalErrors is not null)
        {
            builder.Services.AddSingleton(fatalErrors);
        }
    });

    private sealed class FatalErrors : IFatalErrorHandler
    {
        private readonly ConcurrentQueue<Exception?> _told = [];

        public IReadOnlyCollection<Exception?> Told => _told;

        public bool IsUnexpected(Exception exception) => true;

        public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) => _told.Enqueue(exception);
    }
}
