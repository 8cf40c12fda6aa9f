using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cess.TestNetwork;

/// <summary>The real node executable, running as a process of its own on a data folder. Disposing kills it.</summary>
public sealed partial class NodeProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly Process _process;
    private readonly Queue<string> _output = new();

    private NodeProcess(Process process, string dataFolder)
    {
        _process = process;
        DataFolder = dataFolder;
    }

    /// <summary>Where the node keeps everything.</summary>
    public string DataFolder { get; }

    /// <summary>What it says of itself.</summary>
    public NodeInfo Info { get; private set; } = null!;

    /// <summary>From the start of the process to <c>node.json</c>.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Exit code of a process that has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>False once the process has ended.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>The last lines that it has written to standard output and standard error.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    /// <summary>Starts a node and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">The process ended before; the message holds its output.</exception>
    /// <exception cref="TimeoutException">It was not ready in time; the message holds its output.</exception>
    public static async Task<NodeProcess> StartAsync(string dataFolder, NodeOptions? options = null)
    {
        var node = Launch(dataFolder, options);
        try
        {
            await node.WaitUntilReadyAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node and does not wait.</summary>
    public static NodeProcess Launch(string dataFolder, NodeOptions? options = null)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Cess.Node"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(dataFolder))!,
        };
        options ??= new NodeOptions();
        foreach (var argument in options.ToArguments(dataFolder))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        var node = new NodeProcess(new Process { StartInfo = start }, dataFolder);
        node._process.OutputDataReceived += node.Keep;
        node._process.ErrorDataReceived += node.Keep;
        node._process.Start();
        node._process.StandardInput.Close();
        node._process.BeginOutputReadLine();
        node._process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += node.KillOnExit;
        return node;
    }

    /// <summary>Waits for the <c>node.json</c> of this very process; one that a killed node has left does not count.</summary>
    public async Task WaitUntilReadyAsync()
    {
        try
        {
            Info = await Eventually.SeeAsync(NodeInfo.FileName, TestLimits.Ready, () =>
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"The node ended with exit code {_process.ExitCode} before it was ready.");
                }

                var info = NodeInfo.TryRead(DataFolder);
                return Task.FromResult(info?.Pid == _process.Id ? info : null);
            });
            ReadyAfter = DateTime.Now - _process.StartTime;
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
        {
            throw new InvalidOperationException($"{failure.Message}\n{Output}", failure);
        }
    }

    /// <summary>What every user of the machine sees of how it was started.</summary>
    public string CommandLine => File.ReadAllText($"/proc/{_process.Id}/cmdline").Replace('\0', ' ');

    /// <summary>Peak resident memory so far, in bytes (VmHWM).</summary>
    public long PeakMemory() => ReadStatus("VmHWM:") * 1024;

    /// <summary>Resident memory now, in bytes (VmRSS).</summary>
    public long Memory() => ReadStatus("VmRSS:") * 1024;

    /// <summary>Threads now.</summary>
    public int Threads() => (int)ReadStatus("Threads:");

    /// <summary>Open files, sockets and the like now.</summary>
    public int Handles() => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    /// <summary>Stops the process where it is, as a debugger or an overloaded machine would: <c>kill -STOP</c>.</summary>
    public void Freeze() => Signal(SigStop);

    /// <summary>Lets it go on: <c>kill -CONT</c>.</summary>
    public void Thaw() => Signal(SigCont);

    /// <summary>Ends the process at once, as a power cut of the process would: <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>Asks the process to end, as Ctrl-C or a service manager would, and gives its exit code.</summary>
    /// <exception cref="TimeoutException">It did not end.</exception>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            Signal(SigTerm);
        }

        return await ExitAsync();
    }

    /// <summary>Waits for the process to end by itself and gives its exit code.</summary>
    /// <exception cref="TimeoutException">It did not end.</exception>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(TestLimits.Stop);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The end of the node did not come within {TestLimits.Stop.TotalSeconds} s.\n{Output}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillOnExit;
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (SendSignal(_process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} could not be sent: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    private long ReadStatus(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Enqueue(line.Data);
            if (_output.Count > TestLimits.OutputLinesMax)
            {
                _output.Dequeue();
            }
        }
    }

    private void KillOnExit(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
