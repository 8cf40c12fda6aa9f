namespace Cess.EndToEnd;

/// <summary>Bounds of waiting and buffering. Times are generous: they end a hang, they judge no speed.</summary>
internal static class EndToEndLimits
{
    /// <summary>One run of a client on small objects.</summary>
    public static readonly TimeSpan Client = TimeSpan.FromMinutes(1);

    /// <summary>One run of a client on the big file.</summary>
    public static readonly TimeSpan BigTransfer = TimeSpan.FromMinutes(5);

    /// <summary>One request that a test writes byte by byte, to the end of its response.</summary>
    public static readonly TimeSpan RawRequest = TimeSpan.FromSeconds(30);

    /// <summary>Characters that are kept of what a client prints.</summary>
    public const int OutputCharactersMax = 4 << 20;

    /// <summary>Bytes of a response that a raw request reads.</summary>
    public const int RawResponseBytesMax = 1 << 20;
}
