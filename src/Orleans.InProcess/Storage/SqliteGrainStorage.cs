using System.Globalization;
using Orleans.InProcess;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>
/// Grain state in a SQLite file. A write is on the disk when its task is complete; writes of many grains share a transaction.
/// The ETag is the number of writes so far.
/// </summary>
public sealed class SqliteGrainStorage : IGrainStorage
{
    private readonly string _name;
    private readonly SqliteDatabase _database;

    internal SqliteGrainStorage(string name, SqliteDatabase database)
    {
        _name = name;
        _database = database;
    }

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        string grain = grainId.ToString();
        var (version, payload) = await _database.Run(database => Read(database, stateName, grain));
        if (payload is null)
        {
            GrainStateJson.Reset(grainState);
            return;
        }

        grainState.State = GrainStateJson.Read<T>(payload);
        grainState.ETag = ETag(version);
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        byte[] payload = GrainStateJson.Write(grainState.State);
        grainState.ETag = ETag(await Replace(stateName, grainId, grainState.ETag, payload));
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Replace(stateName, grainId, grainState.ETag, null);
        GrainStateJson.Reset(grainState);
    }

    /// <summary>Opens the file, so that one that cannot be is an error of the start.</summary>
    internal Task OpenAsync() => _database.Run(static _ => true);

    private static string ETag(long version) => version.ToString(CultureInfo.InvariantCulture);

    private Task<long> Replace(string stateName, GrainId grainId, string? etag, byte[]? payload)
    {
        string grain = grainId.ToString();
        return _database.Run(database =>
        {
            var (version, stored) = Read(database, stateName, grain);
            string? current = stored is null ? null : ETag(version);
            if (current != etag)
            {
                throw GrainStateJson.Conflict(_name, stateName, grainId, current, etag);
            }

            if (stored is not null || payload is not null)
            {
                version++;
                database.Command(
                    SqliteSchema.WriteState, ("$provider", _name), ("$state", stateName), ("$grain", grain), ("$version", version),
                    ("$payload", payload)).ExecuteNonQuery();
            }

            return version;
        });
    }

    private (long Version, byte[]? Payload) Read(SqliteDatabase database, string stateName, string grain)
    {
        using var reader = database.Command(
            SqliteSchema.ReadState, ("$provider", _name), ("$state", stateName), ("$grain", grain)).ExecuteReader();
        return reader.Read() ? (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1)) : (0, null);
    }
}
