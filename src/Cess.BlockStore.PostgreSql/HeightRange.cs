namespace Cess.BlockStore.PostgreSql;

/// <summary>The heights of a store's blocks, the first and the last included.</summary>
internal sealed record HeightRange(ulong First, ulong Last)
{
    public override string ToString() => $"blocks {First} to {Last}";
}
