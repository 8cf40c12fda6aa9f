using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>The silo's SQLite files, one object a file.</summary>
internal sealed class SqliteDatabases(ITurnScheduler scheduler, IFatalErrorHandler? fatalErrors = null) : IDisposable
{
    private readonly ConcurrentDictionary<string, SqliteDatabase> _databases = new(StringComparer.Ordinal);

    public void Dispose()
    {
        foreach (var database in _databases.Values)
        {
            database.Dispose();
        }
    }

    internal SqliteDatabase Get(string path) =>
        _databases.GetOrAdd(Path.GetFullPath(path), full => new SqliteDatabase(full, scheduler, fatalErrors));
}
