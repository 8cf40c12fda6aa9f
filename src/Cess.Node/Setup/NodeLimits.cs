namespace Cess.Node.Setup;

/// <summary>Bounds of a node.</summary>
public static class NodeLimits
{
    /// <summary>Miners that one node may start.</summary>
    public const int MinersMax = 255;

    /// <summary>Space that a miner declares when no quota is given, in bytes.</summary>
    public const long DeclaredBytesDefault = 1L << 40;

    /// <summary>Memory for segments on their way in, all uploads together; waiting for it is the back-pressure.</summary>
    public const long UploadBufferBytes = 256L << 20;

    /// <summary>Memory for ranges on their way out, all downloads together.</summary>
    public const long ReadBufferBytes = 96L << 20;
}
