using System.Net.Sockets;
using System.Text;

namespace Cess.Gateway.Tests.S3;

/// <summary>A TCP connection that says exactly what it is told to, for requests that no HTTP client would send.</summary>
internal static class RawConnection
{
    /// <summary>
    /// Sends bytes and reads what comes back until the other side ends; the head must ask for that with Connection: close.
    /// </summary>
    public static async Task<string> ExchangeAsync(Uri address, string head, byte[]? body = null)
    {
        using TcpClient client = new();
        await client.ConnectAsync(address.Host, address.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head));
        if (body is not null)
            await stream.WriteAsync(body);
        return await ReadToEndAsync(stream);
    }

    /// <summary>Sends bytes and goes away.</summary>
    public static async Task HangUpAsync(Uri address, string head, byte[] body)
    {
        using TcpClient client = new();
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(head));
        await client.GetStream().WriteAsync(body);
    }

    /// <summary>
    /// Sends a head with Expect: 100-continue, and the body only when told to go on; what came before and after.
    /// </summary>
    public static async Task<(string Interim, string Final)> ExpectContinueAsync(Uri address, string head, byte[] body)
    {
        using TcpClient client = new();
        await client.ConnectAsync(address.Host, address.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head));
        byte[] buffer = new byte[4_096];
        int count = await stream.ReadAsync(buffer);
        string interim = Encoding.Latin1.GetString(buffer, 0, count);
        if (!interim.StartsWith("HTTP/1.1 100", StringComparison.Ordinal))
            return ("", interim);
        await stream.WriteAsync(body);
        return (interim, await ReadToEndAsync(stream));
    }

    private static async Task<string> ReadToEndAsync(NetworkStream stream)
    {
        using MemoryStream answer = new();
        try
        {
            await stream.CopyToAsync(answer);
        }
        catch (IOException)
        {
            // The other side may reset what it no longer wants to read; what it said before is what counts.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
