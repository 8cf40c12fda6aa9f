using System.Globalization;
using System.Text.Json;
using Cess.Grains.Chain;
using Microsoft.Data.Sqlite;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cess.Node.Hosting;

/// <summary>Grain state of a silo of one as JSON in a SQLite file. Durable when a call returns; a write under an old ETag is refused.</summary>
internal sealed class SqliteGrainStorage : IGrainStorage, IDisposable
{
    // https://www.sqlite.org/rescode.html
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly INodeFault _fault;
    private SqliteException? _broken;

    public SqliteGrainStorage(string path, INodeFault fault)
    {
        _fault = fault;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path }.ToString());
        _connection.Open();
        Execute("PRAGMA journal_mode=WAL");
        Execute("PRAGMA synchronous=FULL");
        Execute("CREATE TABLE IF NOT EXISTS silo_state (grain TEXT, name TEXT, etag INTEGER NOT NULL, json BLOB, PRIMARY KEY (grain, name)) WITHOUT ROWID");
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Use(() =>
        {
            using SqliteCommand command = Command(
                "SELECT etag, json FROM silo_state WHERE grain = $grain AND name = $name", grainId, stateName);
            using SqliteDataReader row = command.ExecuteReader();
            bool isFound = row.Read();
            grainState.ETag = isFound ? row.GetInt64(0).ToString(CultureInfo.InvariantCulture) : null;
            grainState.RecordExists = isFound && !row.IsDBNull(1);
            grainState.State = grainState.RecordExists
                ? JsonSerializer.Deserialize<T>((byte[])row.GetValue(1))!
                : Activator.CreateInstance<T>();
        });
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Write(stateName, grainId, grainState, JsonSerializer.SerializeToUtf8Bytes(grainState.State));
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    /// <summary>Keeps the row without its content, so that a write under an ETag from before is still refused.</summary>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Write(stateName, grainId, grainState, json: null);
        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
        return Task.CompletedTask;
    }

    public void Dispose() => _connection.Dispose();

    private void Write<T>(string stateName, GrainId grainId, IGrainState<T> grainState, byte[]? json)
    {
        Use(() =>
        {
            long current = grainState.ETag is null ? 0 : long.Parse(grainState.ETag, CultureInfo.InvariantCulture);
            using SqliteCommand command = Command(
                current == 0
                    ? "INSERT INTO silo_state (grain, name, etag, json) VALUES ($grain, $name, 1, $json) ON CONFLICT DO NOTHING"
                    : "UPDATE silo_state SET etag = etag + 1, json = $json WHERE grain = $grain AND name = $name AND etag = $etag",
                grainId, stateName);
            command.Parameters.AddWithValue("$json", (object?)json ?? DBNull.Value);
            command.Parameters.AddWithValue("$etag", current);
            if (command.ExecuteNonQuery() != 1)
                throw new InconsistentStateException($"State {stateName} of {grainId} was written by another since it was read.", "", grainState.ETag);
            grainState.ETag = (current + 1).ToString(CultureInfo.InvariantCulture);
        });
    }

    /// <summary>After a failed write or sync nobody knows what is stored: the file is not used again until the node is started again.</summary>
    private void Use(Action operation)
    {
        lock (_lock)
        {
            if (_broken is not null)
                throw new OrleansException($"{_connection.DataSource} failed and is not used again until the node is restarted.", _broken);
            try
            {
                operation();
            }
            catch (SqliteException e) when (e.SqliteErrorCode is IoError or Corrupt or NotADatabase)
            {
                _broken = e;
                _fault.Stop($"{_connection.DataSource} failed: {e.Message}", e);
                throw;
            }
        }
    }

    private SqliteCommand Command(string sql, GrainId grain, string name)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$grain", grain.ToString());
        command.Parameters.AddWithValue("$name", name);
        return command;
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
