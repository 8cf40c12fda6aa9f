using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Benchmarks.Ledger;

/// <summary>Sends transactions over HTTP and counts what became of them. Waits as long as the node tells it to.</summary>
internal sealed class Submitter(Uri node) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler()) { BaseAddress = node };

    public long Finalised;
    public long Failed;
    public long Rejected;

    /// <summary>Answers once each is final or refused.</summary>
    public async Task SendAsync(byte[] submission)
    {
        while (true)
        {
            using var content = new ByteArrayContent(submission);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var response = await _http.PostAsync("/v1/transactions?wait=final", content);
            if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            {
                await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromMilliseconds(100));
                continue;
            }

            var body = await response.Content.ReadAsByteArrayAsync();
            if (!response.IsSuccessStatusCode)
            {
                // Said at once: who sent this waits for many others too.
                Console.WriteLine($"refused with {(int)response.StatusCode}: {Encoding.UTF8.GetString(body)}");
                response.EnsureSuccessStatusCode();
            }

            Count(body);
            return;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>One submission of several transactions.</summary>
    public static byte[] Pack(IReadOnlyCollection<byte[]> transactions)
    {
        using var writer = new ScaleWriter();
        writer.WriteCount(transactions.Count);
        foreach (var transaction in transactions)
            writer.WriteBytes(transaction);
        return writer.ToArray();
    }

    /// <summary>Statuses are searched for and not parsed: the load must cost the node as little as it can.</summary>
    private void Count(ReadOnlySpan<byte> answer)
    {
        Interlocked.Add(ref Finalised, answer.Count("\"finalised\""u8));
        Interlocked.Add(ref Failed, answer.Count("\"failed\""u8));
        var rejected = answer.Count("\"rejected\""u8);
        if (rejected > 0 && Interlocked.Add(ref Rejected, rejected) == rejected)
            Console.WriteLine($"first rejection: {Encoding.UTF8.GetString(answer[..Math.Min(answer.Length, 400)])}");
    }
}
