using Microsoft.Data.Sqlite;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>
/// One SQLite file, shared by the grain storage and the reminders of a silo. Operations are queued and run in order, many in one
/// transaction: a hundred grains that write at once pay for one fsync. An operation is durable when its task is complete.
/// </summary>
internal sealed class SqliteDatabase : IThreadPoolWorkItem, IDisposable
{
    // https://www.sqlite.org/rescode.html
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    private readonly string _path;
    private readonly ITurnScheduler _scheduler;
    private readonly IFatalErrorHandler? _fatalErrors;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private readonly Queue<Operation> _queue = new();
    private SqliteConnection? _connection;
    private bool _running;
    private Exception? _broken;
    private bool _disposed;

    internal SqliteDatabase(string path, ITurnScheduler scheduler, IFatalErrorHandler? fatalErrors)
    {
        _path = path;
        _scheduler = scheduler;
        _fatalErrors = fatalErrors;
    }

    private OrleansException Broken =>
        new($"{_path} failed and is not used again until the silo is restarted: {_broken!.Message}", _broken);

    /// <summary>
    /// Runs an operation inside a transaction. If it throws, its own changes must be none: there is no savepoint for it.
    /// </summary>
    internal Task<TResult> Run<TResult>(Func<SqliteDatabase, TResult> operation)
    {
        var queued = new Operation<TResult>(operation);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_broken is not null)
            {
                throw Broken;
            }

            if (_queue.Count == Limits.SqliteQueueLengthMax)
            {
                throw new LimitExceededException($"{Limits.SqliteQueueLengthMax} operations wait for {_path}, as many as may.");
            }

            _queue.Enqueue(queued);
            if (!_running)
            {
                _running = true;
                _scheduler.ScheduleBlocking(this);
            }
        }

        return queued.Task;
    }

    /// <summary>A prepared command, to be used inside an operation.</summary>
    internal SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = Open().CreateCommand();
            command.CommandText = sql;
            foreach (var (name, _) in parameters)
            {
                command.Parameters.Add(new SqliteParameter(name, null));
            }

            _commands.Add(sql, command);
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = parameters[i].Value ?? DBNull.Value;
        }

        return command;
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            var batch = new List<Operation>();
            lock (_gate)
            {
                while (batch.Count < Limits.SqliteBatchMax && _queue.TryDequeue(out var operation))
                {
                    batch.Add(operation);
                }

                if (batch.Count == 0)
                {
                    _running = false;
                    if (_disposed)
                    {
                        Abandon();
                    }

                    return;
                }
            }

            RunBatch(batch);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            if (!_running)
            {
                Abandon();
            }
        }
    }

    private void RunBatch(List<Operation> batch)
    {
        if (_broken is not null)
        {
            foreach (var operation in batch)
            {
                operation.Fail(Broken);
            }

            return;
        }

        try
        {
            Execute("BEGIN IMMEDIATE");
            foreach (var operation in batch)
            {
                operation.Run(this);
            }

            Execute("COMMIT");
        }
        catch (Exception e)
        {
            // What reached the disk is unknown: nobody may think that it is stored.
            Abandon();
            bool isLost = e is SqliteException { SqliteErrorCode: IoError or Corrupt or NotADatabase };
            if (isLost)
            {
                lock (_gate)
                {
                    _broken = e;
                }
            }

            foreach (var operation in batch)
            {
                operation.Fail(e);
            }

            if (isLost)
            {
                _fatalErrors?.OnFatalException(this, _path, Broken);
            }

            return;
        }

        foreach (var operation in batch)
        {
            operation.Complete();
        }
    }

    private void Execute(string sql) => Command(sql).ExecuteNonQuery();

    private SqliteConnection Open()
    {
        if (_connection is not null)
        {
            return _connection;
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
        }.ToString());
        connection.Open();
        using var setup = connection.CreateCommand();
        setup.CommandText = SqliteSchema.Setup;
        setup.ExecuteNonQuery();
        return _connection = connection;
    }

    private void Abandon()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _commands.Clear();
        _connection?.Dispose();
        _connection = null;
    }

    private abstract class Operation
    {
        internal abstract void Run(SqliteDatabase database);

        internal abstract void Complete();

        internal abstract void Fail(Exception exception);
    }

    private sealed class Operation<TResult>(Func<SqliteDatabase, TResult> run) : Operation
    {
        private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TResult? _result;
        private Exception? _refused;

        internal Task<TResult> Task => _completion.Task;

        internal override void Run(SqliteDatabase database)
        {
            try
            {
                _result = run(database);
            }
            catch (OrleansException e)
            {
                // A refusal, such as an ETag conflict, is this operation's own; anything else breaks the transaction.
                _refused = e;
            }
        }

        internal override void Complete()
        {
            if (_refused is not null)
            {
                _completion.SetException(_refused);
            }
            else
            {
                _completion.SetResult(_result!);
            }
        }

        internal override void Fail(Exception exception) => _completion.SetException(_refused ?? exception);
    }
}
