namespace Cess.Gateway.Rest;

/// <summary>Block times as the door writes them.</summary>
internal static class RestTime
{
    private static readonly ulong s_lastMs = (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Of milliseconds since 1970; a proposer may write any number, so what no calendar has becomes the last time that one has.</summary>
    public static DateTimeOffset Of(ulong milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Min(milliseconds, s_lastMs));
}
