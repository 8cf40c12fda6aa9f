using Cess.BlockStore;

namespace Cess.Node.Network.Snapshots;

/// <summary>Writes whatever is read of a stream to a file.</summary>
internal sealed class CopyingStream(Stream source, FileStream copy) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="BlockStoreException">The file can't be written: nothing that the other node is to blame for.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = source.Read(buffer, offset, count);
        try
        {
            copy.Write(buffer, offset, read);
        }
        catch (IOException e)
        {
            throw new BlockStoreException(BlockStoreError.Full, $"There is no room for a snapshot: {e.Message}", e);
        }

        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
