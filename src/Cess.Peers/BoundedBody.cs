namespace Cess.Peers;

/// <summary>Reads bodies whose length nobody vouches for.</summary>
internal static class BoundedBody
{
    private const int BytesAtFirst = 16 * 1024;

    /// <summary>All bytes up to the end. Room grows with what has come.</summary>
    /// <exception cref="PeerException"><see cref="PeerError.TooLong"/> above <paramref name="bytesMax"/>.</exception>
    public static async Task<byte[]> ReadAsync(Stream body, int bytesMax, CancellationToken cancellation)
    {
        // One more than allowed, so that what is too long is seen.
        byte[] bytes = new byte[Math.Min(BytesAtFirst, bytesMax + 1)];
        int done = 0;
        while (true)
        {
            int read = await body.ReadAsync(bytes.AsMemory(done), cancellation);
            if (read == 0)
                return bytes.AsSpan(0, done).ToArray();
            done += read;
            if (done > bytesMax)
                throw new PeerException(PeerError.TooLong, $"a body has more than the {bytesMax} bytes that are allowed.");
            if (done == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(bytesMax + 1L, 2L * done));
        }
    }
}
