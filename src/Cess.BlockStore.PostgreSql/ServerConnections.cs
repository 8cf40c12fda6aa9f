using Npgsql;
using static Cess.BlockStore.PostgreSql.PostgreSqlBlockStoreLimits;

namespace Cess.BlockStore.PostgreSql;

/// <summary>Where a store's connections come from: one for the writer, and a pool for all else.</summary>
internal sealed class ServerConnections : IAsyncDisposable
{
    /// <summary>
    /// What a session of this store needs, whatever the server or the role has set: commits that wait for the disk; no limits of
    /// time but ours; and an early end for a session whose client has vanished, because the writer's lock ends with it.
    /// </summary>
    private static readonly string Settings = $"""
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') <> 'remote_apply';
        SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout',
            'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout');
        SET tcp_keepalives_idle = {KeepAliveSeconds};
        SET tcp_keepalives_interval = {KeepAliveIntervalSeconds};
        SET tcp_keepalives_count = {KeepAliveCount};
        """;

    private readonly NpgsqlDataSource _writer;
    private readonly NpgsqlDataSource _others;

    /// <exception cref="ArgumentException">The connection string can't be read.</exception>
    public ServerConnections(string connectionString) =>
        (_writer, _others) = (SourceOf(connectionString, pooling: false), SourceOf(connectionString, pooling: true));

    /// <summary>A session of its own, which ends when the connection is disposed.</summary>
    public ValueTask<NpgsqlConnection> OpenWriterAsync(CancellationToken cancellation) => _writer.OpenConnectionAsync(cancellation);

    /// <summary>A connection from the pool.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellation) => _others.OpenConnectionAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _others.DisposeAsync();
    }

    private static NpgsqlDataSource SourceOf(string connectionString, bool pooling)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        NpgsqlConnectionStringBuilder options = builder.ConnectionStringBuilder;
        options.Pooling = pooling;
        options.MinPoolSize = 0;
        options.MaxPoolSize = ConnectionsMax;
        // A reset would take the settings away.
        options.NoResetOnClose = true;
        options.Enlist = false;
        options.ApplicationName ??= "cess block store";
        options.Timeout = ConnectSecondsMax;
        options.CommandTimeout = AnswerSecondsMax;
        // A commit that is cancelled while it waits for a standby is reported as done: after a time-out no answer is believed.
        options.CancellationTimeout = -1;
        options.TcpKeepAlive = true;
        options.TcpKeepAliveTime = KeepAliveSeconds;
        options.TcpKeepAliveInterval = KeepAliveIntervalSeconds;
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using NpgsqlCommand command = connection.Command(Settings);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using NpgsqlCommand command = connection.Command(Settings);
                await command.ExecuteNonQueryAsync();
            });
        return builder.Build();
    }
}
