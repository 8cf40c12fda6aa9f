using System.Buffers;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Peers.Tests;

public sealed class FrameReaderTests
{
    [Fact]
    public async Task A_frame_is_read_as_it_was_written()
    {
        FrameReader reader = new(new MemoryStream(Bytes(Samples.Message)));

        var (kind, length) = (await reader.ReadHeaderAsync(default))!.Value;
        var (from, to) = await reader.ReadAddressAsync(length, default);
        byte[] message = await reader.ReadAsync(length - (2 * AccountId.Size), default);

        Assert.Equal(FrameKind.Consensus, kind);
        Assert.Equal(Samples.Message.From, from);
        Assert.Equal(Samples.Message.To, to);
        Assert.Equal(Samples.Message.Body.ToArray(), message);
        Assert.Null(await reader.ReadHeaderAsync(default));
    }

    [Fact]
    public async Task A_stream_that_ends_within_a_frame_is_malformed_wherever_it_ends()
    {
        byte[] whole = Bytes(Samples.Message);
        for (int cut = 1; cut < whole.Length; cut++)
        {
            FrameReader reader = new(new MemoryStream(whole[..cut]));
            PeerException e = await Assert.ThrowsAsync<PeerException>(async () =>
            {
                var (_, length) = (await reader.ReadHeaderAsync(default))!.Value;
                await reader.ReadAddressAsync(length, default);
                await reader.ReadAsync(length - (2 * AccountId.Size), default);
            });
            Assert.Equal(PeerError.Malformed, e.Error);
        }
    }

    [Fact]
    public async Task Memory_grows_with_what_has_come_and_not_with_what_is_announced()
    {
        FrameReader reader = new(new MemoryStream(new byte[100_000]));
        long before = GC.GetAllocatedBytesForCurrentThread();

        ValueTask<byte[]> read = reader.ReadAsync(PeerLimits.ConsensusFrameBytesMax, default);

        Assert.True(read.IsFaulted);
        await Assert.ThrowsAsync<PeerException>(() => read.AsTask());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public async Task What_is_skipped_is_not_kept()
    {
        byte[] next = Bytes(Samples.Transactions);
        FrameReader reader = new(new MemoryStream([.. new byte[1_000_000], .. next]));
        long before = GC.GetAllocatedBytesForCurrentThread();

        ValueTask skipped = reader.SkipAsync(1_000_000, default);

        Assert.True(skipped.IsCompletedSuccessfully);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
        Assert.Equal(FrameKind.Transactions, (await reader.ReadHeaderAsync(default))!.Value.Kind);
    }

    [Fact]
    public void Any_bytes_give_frames_within_their_bounds_or_a_coded_refusal() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll<byte[]>(bytes => ReadAllAsync(bytes).GetAwaiter().GetResult()));

    private static async Task<bool> ReadAllAsync(byte[] bytes)
    {
        FrameReader reader = new(new MemoryStream(bytes));
        try
        {
            while (await reader.ReadHeaderAsync(default) is var (_, length))
            {
                if (length > PeerLimits.ConsensusFrameBytesMax)
                    return false;
                await reader.ReadAsync(length, default);
            }

            return true;
        }
        catch (PeerException)
        {
            return true;
        }
    }

    private static byte[] Bytes(LinkFrame frame)
    {
        ArrayBufferWriter<byte> writer = new();
        frame.WriteHead(writer);
        writer.Write(frame.Body.Span);
        return writer.WrittenSpan.ToArray();
    }
}
