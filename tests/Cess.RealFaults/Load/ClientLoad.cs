using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Xml.Linq;
using Cess.Client;
using Cess.Primitives;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Load;

/// <summary>
/// Clients that store, replace, read and delete objects, pay, and watch the chain, until they are told to stop. Each key belongs to one
/// client, which knows exactly what is there. A key whose write got no answer is left alone until an inspection has settled it.
/// </summary>
internal sealed class ClientLoad : IAsyncDisposable
{
    private const int SmallWriters = 4;
    private const int KeysPerWriter = 16;
    private const double Deletions = 0.12;
    private const double Reads = 0.3;
    private const double Parts = 0.2;

    private readonly Installation _installation;
    private readonly NodeInfo _node;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentQueue<string> _broken = new();
    private readonly Task[] _clients;
    private volatile bool _isFaulty;
    private int _steps;
    private int _failed;
    private long _slowestTicks;

    public ClientLoad(Installation installation, NodeInfo node, Random random)
    {
        (_installation, _node) = (installation, node);
        _clients =
        [
            .. Enumerable.Range(0, SmallWriters).Select(i => Start($"small-{i}", FaultLimits.SmallBytesMax, random.Next())),
            Start("large", FaultLimits.LargeBytesMax, random.Next()),
            Task.Run(PayAsync),
            Task.Run(WatchAsync),
        ];
    }

    /// <summary>Answers so far.</summary>
    public int Steps => Volatile.Read(ref _steps);

    /// <summary>Requests that failed.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>The longest that a client waited for an answer.</summary>
    public TimeSpan Slowest => TimeSpan.FromTicks(Volatile.Read(ref _slowestTicks));

    /// <summary>Some failures, for a report.</summary>
    public string Failures => string.Join('\n', _failures);

    /// <summary>Waits until there are so many answers more.</summary>
    public async Task StepAsync(int steps)
    {
        int goal = Steps + steps;
        await Eventually.SeeAsync($"step {goal} of the load", FaultLimits.Steps, () =>
        {
            if (!_isFaulty)
                BrokenPromiseException.Unless(Failed == 0, $"A request failed before there was any fault: {Failures}");
            return Task.FromResult(Steps >= goal || _clients.All(client => client.IsCompleted) ? "there" : null);
        });
    }

    /// <summary>Waits until there are so many answers or failures more, or the node has ended.</summary>
    public async Task AttemptAsync(int attempts, NodeProcess node)
    {
        int goal = Steps + Failed + attempts;
        await Eventually.SeeAsync($"attempt {goal} of the load", FaultLimits.Steps, () => Task.FromResult(
            Steps + Failed >= goal || !node.IsRunning || _clients.All(client => client.IsCompleted) ? "there" : null));
    }

    /// <summary>From now on requests may fail.</summary>
    public void ExpectFailures() => _isFaulty = true;

    /// <summary>Ends the load, after the requests that are under way.</summary>
    /// <exception cref="BrokenPromiseException">Something wrong was read, or the height went back.</exception>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        BrokenPromiseException.Unless(_broken.IsEmpty, string.Join('\n', _broken));
        if (!_isFaulty)
            BrokenPromiseException.Unless(Failed == 0, $"{Failed} requests failed, and none should have: {Failures}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        _stop.Dispose();
    }

    private Task Start(string name, int bytesMax, int seed) => Task.Run(() => WriteAsync(name, bytesMax, new Random(seed)));

    private async Task WriteAsync(string name, int bytesMax, Random random)
    {
        using var s3 = new S3HttpClient(_node, connections: 1, FaultLimits.Request);
        List<string> keys = [.. Enumerable.Range(0, KeysPerWriter).Select(i => $"{name}/{i}")];
        while (!_stop.IsCancellationRequested && keys.Count > 0)
        {
            string key = keys[random.Next(keys.Count)];
            bool isKnown = _installation.Objects.Keys.Contains(key);
            bool isRead = isKnown && random.NextDouble() < Reads;
            PseudoRandomContent? content =
                isKnown && random.NextDouble() < Deletions ? null : new PseudoRandomContent((ulong)random.NextInt64(), random.Next(bytesMax));
            bool isInParts = random.NextDouble() < Parts;
            bool isDone = await TryAsync(isRead ? $"a read of {key}" : $"a write of {key}", async () =>
            {
                if (isRead)
                {
                    if (_installation.Objects.Settle(key, await s3.GetAsync(Installation.Bucket, key)) is { } wrong)
                        _broken.Enqueue($"Under load, {wrong}");
                    return;
                }

                _installation.Objects.Begin(key, content);
                if (content is null)
                    await s3.DeleteAsync(Installation.Bucket, key);
                else if (isInParts)
                    await PutInPartsAsync(s3, key, content.ToArray());
                else
                    await s3.PutAsync(Installation.Bucket, key, content.ToArray());
                _installation.Objects.Acknowledge(key);
            });
            if (!isDone && !isRead)
                keys.Remove(key);
        }
    }

    /// <summary>The parts of an upload are grain state, which nothing else of the load makes; one is enough.</summary>
    private static async Task PutInPartsAsync(S3HttpClient s3, string key, byte[] content)
    {
        string upload = (string)(await SendAsync(HttpMethod.Post, "uploads=")).Descendants(Installation.S3 + "UploadId").Single();
        using var part = new ByteArrayContent(content);
        using HttpResponseMessage stored = await s3.SendAsync(HttpMethod.Put, Installation.Bucket, key, $"partNumber=1&uploadId={upload}", part);
        stored.EnsureSuccessStatusCode();
        var parts = new XElement("CompleteMultipartUpload", new XElement(
            "Part", new XElement("PartNumber", 1), new XElement("ETag", stored.Headers.ETag!.Tag)));
        using var list = new StringContent(parts.ToString());
        XElement answer = await SendAsync(HttpMethod.Post, $"uploadId={upload}", list);
        // S3 answers 200 before it knows, and may put an error behind it.
        if (answer.Name.LocalName != "CompleteMultipartUploadResult")
            throw new HttpRequestException($"The parts of {key} were not put together: {answer}");

        async Task<XElement> SendAsync(HttpMethod method, string query, HttpContent? body = null)
        {
            using HttpResponseMessage response = await s3.SendAsync(method, Installation.Bucket, key, query, body);
            response.EnsureSuccessStatusCode();
            return XElement.Parse((await response.Content.ReadAsStringAsync()).TrimStart());
        }
    }

    private async Task PayAsync()
    {
        using var client = new CessClient(_node.Http, _installation.Payer, new CessClientOptions { Attempts = 1, AttemptTimeout = FaultLimits.Request });
        while (!_stop.IsCancellationRequested)
        {
            await TryAsync("a payment", async () =>
            {
                _installation.Transfers.Begin();
                await client.TransferAsync(_installation.Payee, Balance.Parse("1"));
                _installation.Transfers.Acknowledge();
            });
        }
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await TryAsync("the status", () => _installation.LookAtHeightAsync(_node));
            await Task.Delay(FaultLimits.HeightInterval);
        }
    }

    /// <returns>False when the node is busy and asks to come back.</returns>
    private async Task<bool> IsAnsweredAsync(Func<Task> request, long since)
    {
        try
        {
            await request();
            return true;
        }
        catch (HttpRequestException busy) when (
            busy.StatusCode == HttpStatusCode.ServiceUnavailable && !_isFaulty && Stopwatch.GetElapsedTime(since) < FaultLimits.HonestAnswer)
        {
            return false;
        }
    }

    private async Task<bool> TryAsync(string what, Func<Task> request)
    {
        long since = Stopwatch.GetTimestamp();
        try
        {
            // Who is told to slow down does, and asks again, as the S3 SDKs do; the time counts as one wait for an answer.
            while (!await IsAnsweredAsync(request, since))
                await Task.Delay(FaultLimits.RetryPause);
            Interlocked.Increment(ref _steps);
            return true;
        }
        catch (BrokenPromiseException broken)
        {
            _broken.Enqueue(broken.Message);
            return false;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or System.Xml.XmlException or CessException or OperationCanceledException)
        {
            Interlocked.Increment(ref _failed);
            if (_failures.Count < FaultLimits.FailuresKept)
                _failures.Enqueue($"{what}: {failure.Message}");
            await Task.Delay(FaultLimits.RetryPause);
            return false;
        }
        finally
        {
            long took = Stopwatch.GetElapsedTime(since).Ticks;
            long seen;
            while (took > (seen = Volatile.Read(ref _slowestTicks)) && Interlocked.CompareExchange(ref _slowestTicks, took, seen) != seen)
            {
            }
        }
    }
}
