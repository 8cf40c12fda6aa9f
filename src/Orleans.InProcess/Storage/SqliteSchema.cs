namespace Orleans.InProcess;

/// <summary>The tables of a silo's SQLite file.</summary>
internal static class SqliteSchema
{
    /// <summary>
    /// Write-ahead log with a full fsync at each commit: what was acknowledged survives a power cut.
    /// A state's version counts its writes and stays when the state is cleared, so that an ETag never comes back.
    /// </summary>
    internal const string Setup =
        """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS grain_state (
            provider TEXT NOT NULL,
            state TEXT NOT NULL,
            grain TEXT NOT NULL,
            version INTEGER NOT NULL,
            payload BLOB,
            PRIMARY KEY (provider, state, grain)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS reminder (
            grain TEXT NOT NULL,
            name TEXT NOT NULL,
            start_at_utc_ticks INTEGER NOT NULL,
            period_ticks INTEGER NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (grain, name)
        ) WITHOUT ROWID;
        """;

    internal const string ReadState =
        "SELECT version, payload FROM grain_state WHERE provider = $provider AND state = $state AND grain = $grain";

    internal const string WriteState =
        """
        INSERT INTO grain_state (provider, state, grain, version, payload) VALUES ($provider, $state, $grain, $version, $payload)
        ON CONFLICT (provider, state, grain) DO UPDATE SET version = excluded.version, payload = excluded.payload
        """;

    internal const string ReadReminders =
        "SELECT grain, name, start_at_utc_ticks, period_ticks, version FROM reminder ORDER BY grain, name";

    internal const string WriteReminder =
        """
        INSERT INTO reminder (grain, name, start_at_utc_ticks, period_ticks, version) VALUES ($grain, $name, $start, $period, $version)
        ON CONFLICT (grain, name) DO UPDATE
        SET start_at_utc_ticks = excluded.start_at_utc_ticks, period_ticks = excluded.period_ticks, version = excluded.version
        """;

    internal const string DeleteReminder = "DELETE FROM reminder WHERE grain = $grain AND name = $name";
}
