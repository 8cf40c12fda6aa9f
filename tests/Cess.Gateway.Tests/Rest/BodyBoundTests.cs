using System.Net;
using System.Net.Sockets;
using System.Text;
using Cess.Gateway.Rest;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Cess.Gateway.Tests.Rest;

/// <summary>Bodies that are held whole have a bounded part of the memory, and a bounded time.</summary>
public sealed class BodyBoundTests : RestTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private WholeBodies Bodies => Host.Services.GetRequiredService<WholeBodies>();

    [Fact]
    public async Task Submissions_have_so_much_memory_together_and_further_ones_are_told_to_slow_down()
    {
        IDisposable others = Bodies.Bytes.TryTake(IPAddress.Loopback, GatewayLimits.WholeBodyBytesPerAddressMax)!;
        using (HttpResponseMessage refused = await Tester.SendAsync(Submission()))
            Assert.NotNull(refused.Headers.RetryAfter);
        await Tester.RefusedAsync(WireErrors.SlowDown, Submission());
        await Tester.RefusedAsync(WireErrors.SlowDown, Tester.Signed(HttpMethod.Post, "/v1/uploads", "{}"u8.ToArray(), "application/json"));

        others.Dispose();
        SubmissionMessage taken = await Tester.SendAsync(Submission(), WireJson.Default.SubmissionMessage);
        Assert.Equal("finalised", Assert.Single(taken.Outcomes).Status);
        await UntilTakenAsync(0);
    }

    [Fact]
    public async Task A_body_that_is_not_whole_in_time_is_given_up()
    {
        using TcpClient client = new();
        await client.ConnectAsync(Host.Endpoint.Host, Host.Endpoint.Port);
        NetworkStream stream = client.GetStream();
        string head = $"POST /v1/transactions HTTP/1.1\r\nHost: {Host.Endpoint.Authority}\r\nContent-Type: application/octet-stream\r\n"
            + $"Content-Length: {RestLimits.SubmissionBytesMax}\r\n\r\n";
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head));
        await stream.WriteAsync(new byte[RestLimits.SubmissionBytesMax - 1]);
        await UntilTakenAsync(RestLimits.SubmissionBytesMax);

        Host.Time.Advance(GatewayLimits.WholeBodyTimeMax);
        byte[] answer = new byte[4_096];
        int count = await stream.ReadAsync(answer).AsTask().WaitAsync(s_limit);

        string said = Encoding.UTF8.GetString(answer, 0, count);
        Assert.StartsWith("HTTP/1.1 400", said, StringComparison.Ordinal);
        Assert.Contains(WireErrors.Incomplete.Code, said, StringComparison.Ordinal);
        await UntilTakenAsync(0);
    }

    private HttpRequestMessage Submission()
    {
        SignedTransaction transaction = Host.Chain.Sign(Host.Chain.Owner, new Transfer(Host.Chain.Other.PublicKey.ToAccountId(), Balance.OneToken));
        using ScaleWriter writer = new();
        writer.WriteCount(1);
        writer.WriteBytes(transaction.Bytes.Span);
        return new HttpRequestMessage(HttpMethod.Post, new Uri(Host.Endpoint, "/v1/transactions?wait=final"))
        {
            Content = new ByteArrayContent(writer.ToArray()) { Headers = { ContentType = new("application/octet-stream") } },
        };
    }

    private async Task UntilTakenAsync(long bytes)
    {
        using CancellationTokenSource limit = new(s_limit);
        while (Bodies.Bytes.Taken != bytes)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
