namespace Cess.Primitives;

/// <summary>The bounds of this assembly. Bounds that belong to one use (the longest name, the largest batch) are the caller's.</summary>
public static class PrimitivesLimits
{
    /// <summary>Deepest nesting of values that <see cref="ScaleReader.Read{T}"/> follows before it refuses the input.</summary>
    public const int ScaleDepthMax = 32;

    /// <summary>Most bytes that one <see cref="ScaleWriter"/> holds.</summary>
    public const int ScaleWriterBytesMax = 256 * 1024 * 1024;

    /// <summary>Largest buffer in bytes that <see cref="Scale.Encode{T}"/> keeps for the next call on the same thread.</summary>
    public const int ScaleBufferKeptBytesMax = 1024 * 1024;
}
