using System.Text.Json;
using Orleans.InProcess;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>Grain state as bytes: JSON as System.Text.Json writes it, fields included.</summary>
internal static class GrainStateJson
{
    private static readonly JsonSerializerOptions s_options = new() { IncludeFields = true };

    internal static byte[] Write<T>(T state)
    {
        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(state, s_options);
        return payload.Length <= Limits.GrainStateBytesMax
            ? payload
            : throw new LimitExceededException($"A grain's state has {payload.Length} bytes; {Limits.GrainStateBytesMax} is the most.");
    }

    internal static T Read<T>(ReadOnlySpan<byte> payload) => JsonSerializer.Deserialize<T>(payload, s_options)!;

    internal static void Reset<T>(IGrainState<T> state)
    {
        state.State = NewState.Of<T>();
        state.ETag = null;
        state.RecordExists = false;
    }

    internal static InconsistentStateException Conflict(
        string provider, string state, GrainId grain, string? stored, string? current) =>
        new(
            $"The state \"{state}\" of {grain} in \"{provider}\" has ETag {stored ?? "none"},"
            + $" not {current ?? "none"} as its writer has read.", stored, current);
}
