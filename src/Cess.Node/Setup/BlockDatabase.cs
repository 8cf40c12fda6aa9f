using Cess.BlockStore;
using Cess.BlockStore.PostgreSql;

namespace Cess.Node.Setup;

/// <summary>A PostgreSQL database for blocks and snapshots. Shows nothing of how to connect to it: a password may be there.</summary>
/// <param name="connectionString">As Npgsql takes it: <c>Host=…;Database=…;Username=…;Password=…</c>.</param>
/// <param name="schema">The schema that is this node's alone.</param>
public sealed class BlockDatabase(string connectionString, string schema)
{
    /// <summary>Name of the environment variable that holds the connection string where the command line does not.</summary>
    public const string Variable = "CESS_BLOCKS";

    /// <summary>
    /// Opens the store. The server notices within half a minute that a writer has vanished with its machine; so long a lock is waited for.
    /// </summary>
    /// <exception cref="BlockStoreException">As of <see cref="PostgreSqlBlockStore.OpenAsync"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection string or the schema's name can't be read.</exception>
    public async Task<IBlockStore> OpenAsync(CancellationToken cancellation)
    {
        DateTimeOffset until = TimeProvider.System.GetUtcNow() + NodeLimits.BlocksLockWait;
        while (true)
        {
            try
            {
                return await PostgreSqlBlockStore.OpenAsync(connectionString, schema, cancellation);
            }
            catch (BlockStoreException e) when (e.Error == BlockStoreError.Locked && TimeProvider.System.GetUtcNow() < until)
            {
                await Task.Delay(NodeLimits.BlocksLockInterval, cancellation);
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                // What is wrong with it may be part of a password.
                throw new InvalidOperationException($"{this}: --blocks, or {Variable}, is no connection string, or --blocks-schema no name of a schema.");
            }
        }
    }

    /// <summary>What may be logged.</summary>
    public override string ToString() => $"PostgreSQL, schema {schema}";
}
