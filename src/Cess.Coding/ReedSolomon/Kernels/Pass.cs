namespace Cess.Coding.Kernels;

/// <summary>
/// One multiplication of shards by a matrix: <c>outputs[r] = Σ coefficients[r][c]·inputs[c]</c>, over the same bytes of
/// every shard. The outputs overlap neither each other nor the inputs.
/// </summary>
internal readonly unsafe ref struct Pass
{
    public byte** Inputs { get; init; }

    public int InputCount { get; init; }

    public byte** Outputs { get; init; }

    public int OutputCount { get; init; }

    /// <summary>For each output a row of <see cref="InputCount"/> coefficients.</summary>
    public byte** Rows { get; init; }

    /// <summary>Bytes of each shard.</summary>
    public nuint Length { get; init; }

    /// <summary>Whether to store around the caches; then all outputs are aligned to 64 bytes.</summary>
    public bool NonTemporal { get; init; }
}
