namespace Cess.BlockStore.PostgreSql;

/// <summary>The names of a store's tables, and how they are made; see docs/format/block-store-postgresql.md.</summary>
internal sealed class StoreTables
{
    public const int Version = 1;

    /// <exception cref="ArgumentException">The schema's name has other characters than a–z, 0–9 and _, or too many.</exception>
    public StoreTables(string schema)
    {
        // Nothing in such a name needs quoting, so none can be got wrong.
        if (schema.Length is 0 or > PostgreSqlBlockStoreLimits.SchemaNameCharactersMax
            || !schema.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_')
            || char.IsAsciiDigit(schema[0]))
        {
            throw new ArgumentException($"'{schema}' is no name of a schema: a–z, 0–9 and _, not beginning with a digit.", nameof(schema));
        }
        Schema = schema;
        Store = $"\"{schema}\".store";
        Blocks = $"\"{schema}\".blocks";
        Snapshots = $"\"{schema}\".snapshots";
        SnapshotPieces = $"\"{schema}\".snapshot_pieces";
    }

    public string Schema { get; }

    public string Store { get; }

    public string Blocks { get; }

    public string Snapshots { get; }

    public string SnapshotPieces { get; }

    public string CreateSchema => $"CREATE SCHEMA \"{Schema}\"";

    /// <summary>
    /// Blocks and snapshots are mostly hashes, signatures and keys: EXTERNAL spares the server the attempt to compress them.
    /// </summary>
    public string CreateTables => $"""
        CREATE TABLE {Store} (
            version integer NOT NULL,
            epoch bigint NOT NULL,
            first_height bigint,
            head_height bigint,
            CHECK ((first_height IS NULL) = (head_height IS NULL) AND first_height <= head_height)
        );
        CREATE UNIQUE INDEX one_row ON {Store} ((true));
        INSERT INTO {Store} (version, epoch) VALUES ({Version}, 0);
        CREATE TABLE {Blocks} (
            height bigint PRIMARY KEY CHECK (height >= 0),
            checksum bigint NOT NULL,
            bytes bytea NOT NULL
        );
        ALTER TABLE {Blocks} ALTER COLUMN bytes SET STORAGE EXTERNAL;
        CREATE TABLE {Snapshots} (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            height bigint NOT NULL CHECK (height >= 0),
            length bigint,
            checksum bigint,
            CHECK ((length IS NULL) = (checksum IS NULL))
        );
        CREATE UNIQUE INDEX snapshots_height ON {Snapshots} (height) WHERE checksum IS NOT NULL;
        CREATE TABLE {SnapshotPieces} (
            snapshot bigint REFERENCES {Snapshots} ON DELETE CASCADE,
            number integer CHECK (number >= 0),
            bytes bytea NOT NULL,
            PRIMARY KEY (snapshot, number)
        );
        ALTER TABLE {SnapshotPieces} ALTER COLUMN bytes SET STORAGE EXTERNAL;
        """;
}
